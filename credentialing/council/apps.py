from django.apps import AppConfig


class CouncilConfig(AppConfig):
    name = "credentialing.council"
    label = "council"
