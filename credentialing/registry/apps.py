from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "credentialing.registry"
    label = "registry"
