from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "credentialing.applications"
    label = "applications"
