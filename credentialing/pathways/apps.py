from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    name = "credentialing.pathways"
    label = "pathways"
