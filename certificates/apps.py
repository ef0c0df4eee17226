from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "certificates"

    def ready(self) -> None:
        from certificates import addresses, effects  # noqa: F401 - registers what they look at and do
