from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "credentialing.correspondence"
    label = "correspondence"
