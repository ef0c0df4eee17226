from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "credentialing.correspondence"
    label = "correspondence"

    def ready(self) -> None:
        from credentialing.correspondence import receivers  # noqa: F401 - writes what lower layers ask for
