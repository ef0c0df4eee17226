from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "credentialing.operations"
    label = "operations"

    def ready(self) -> None:
        from credentialing.operations import receivers  # noqa: F401 - connects the receivers
