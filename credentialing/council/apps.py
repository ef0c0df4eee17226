from django.apps import AppConfig


class CouncilConfig(AppConfig):
    name = "credentialing.council"
    label = "council"

    def ready(self) -> None:
        from credentialing.council import invariants, receivers  # noqa: F401 - what verify asks, what follows a tie
        from credentialing.council.motions import receivers as of_motions  # noqa: F401 - what time decides
