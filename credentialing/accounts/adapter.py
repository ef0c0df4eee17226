"""How allauth creates accounts here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as context_of_request
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.accounts.signals import person_changed


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Stores the full name with the account, announces what happens to it, and sends everybody to their own home."""

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:  # noqa: ARG002, FBT001, FBT002 - allauth's signature
        """Fill the new account from the sign-up form."""
        user.name = form.cleaned_data["name"]
        user.email = form.cleaned_data["email"].lower()
        user.set_password(form.cleaned_data["password1"])
        if commit:
            _stored(user, "accounts:account:opened")
        return user

    def set_password(self, user: Person, password: str) -> None:
        """Store a new password, chosen by the person themself: changed, or chosen by the link in a letter."""
        user.set_password(password)
        _stored(user, "accounts:password:changed")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse to compare passwords after too many wrong ones, and announce that."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _announce("accounts:session:locked", None)
            raise

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        """Send somebody whose account is closed to the page that says so, and announce that."""
        _announce("accounts:session:refused", user)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the society's name, with links to the configured address whatever host was asked.

        After the commit: a letter about what was undone is never sent, and a slow mail server holds no lock.
        """
        words = {**context, "society": settings.SOCIETY_NAME, "site": settings.BASE_URL}
        request = context_of_request.request

        def send() -> None:
            with context_of_request.request_context(request):
                super(AccountAdapter, self).send_mail(template_prefix, email, words)

        transaction.on_commit(send)

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


@transaction.atomic
def _stored(person: Person, name: str) -> None:
    """Store the account and announce it: both or neither."""
    person.save()
    _announce(name, person)


def _announce(name: str, person: Person | None) -> None:
    person_changed.send(
        sender=Person,
        name=name,
        actor=person,
        subject_kind="person",
        subject_id=person.uuid if person else SYSTEM_PERSON_ID,
        details={},
    )
