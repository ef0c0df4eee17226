from django.apps import AppConfig


class NamesConfig(AppConfig):
    name = "credentialing.names"
    label = "names"

    def ready(self) -> None:
        from credentialing.names import invariants  # noqa: F401 - registers what verify asks
