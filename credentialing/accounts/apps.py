from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "credentialing.accounts"
    label = "accounts"

    def ready(self) -> None:
        from credentialing.accounts import (  # noqa: F401 - registers them, and hears of log-ins
            checks,
            freshness,
            twins,
        )
