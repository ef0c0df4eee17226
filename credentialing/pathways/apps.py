from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    name = "credentialing.pathways"
    label = "pathways"

    def ready(self) -> None:
        """Let pages and `verify` say in words that rules can't be read."""
        from credentialing.pathways import invariants, troubles  # noqa: F401 - they subscribe
