"""How allauth creates accounts here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse

from credentialing.accounts.models import Person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Stores the full name with the account and sends everybody to their own home."""

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:  # noqa: ARG002, FBT001, FBT002 - allauth's signature
        """Fill the new account from the sign-up form."""
        user.name = form.cleaned_data["name"]
        user.email = form.cleaned_data["email"].lower()
        user.set_password(form.cleaned_data["password1"])
        if commit:
            user.save()
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the society's name, with links to the configured address whatever host was asked."""
        site = settings.BASE_URL
        super().send_mail(template_prefix, email, {**context, "society": settings.SOCIETY_NAME, "site": site})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:  # noqa: ARG002 - allauth's signature
        """Where an address is confirmed."""
        return f"{settings.BASE_URL}{reverse('account_confirm_email', args=[emailconfirmation.key])}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Where a new password is chosen."""
        uid, _, rest = key.partition("-")
        return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs={'uidb36': uid, 'key': rest})}"

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Everybody's home."""
        return resolve_url("home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Everybody's home."""
        return resolve_url("home")
