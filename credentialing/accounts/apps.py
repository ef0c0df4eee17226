from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "credentialing.accounts"
    label = "accounts"
