from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "credentialing.operations"
    label = "operations"
