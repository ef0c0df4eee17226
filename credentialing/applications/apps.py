from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "credentialing.applications"
    label = "applications"

    def ready(self) -> None:
        from credentialing.applications import effects, invariants, receivers  # noqa: F401 - connects what follows a step
