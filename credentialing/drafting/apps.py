from django.apps import AppConfig


class DraftingConfig(AppConfig):
    name = "credentialing.drafting"
    label = "drafting"
