from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "credentialing.evidence"
    label = "evidence"

    def ready(self) -> None:
        from credentialing.evidence import effects, invariants  # noqa: F401 - what follows a step, what is examined
