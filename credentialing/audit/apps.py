from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "credentialing.audit"
    label = "audit"

    def ready(self) -> None:
        from credentialing.audit import receivers  # noqa: F401 - connects the receivers
