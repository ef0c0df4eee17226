from django.apps import AppConfig


class CouncilConfig(AppConfig):
    name = "credentialing.council"
    label = "council"

    def ready(self) -> None:
        from credentialing.council import invariants  # noqa: F401 - registers what verify asks
        from credentialing.council.motions import receivers  # noqa: F401 - connects them
