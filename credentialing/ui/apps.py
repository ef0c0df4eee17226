from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "credentialing.ui"
    label = "ui"
