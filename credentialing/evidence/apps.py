from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "credentialing.evidence"
    label = "evidence"
