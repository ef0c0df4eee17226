from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "credentialing.accounts"
    label = "accounts"

    def ready(self) -> None:
        from credentialing.accounts import checks  # noqa: F401 - registers them
