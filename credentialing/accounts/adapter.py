"""How allauth creates accounts here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from certificates.same_text import address
from credentialing.accounts import devices
from credentialing.accounts.account_letters import write_account_letter
from credentialing.accounts.clients import client_address
from credentialing.accounts.limit_table import LIMITS
from credentialing.accounts.limits import wait_of
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.accounts.signals import person_changed

TOO_MANY = "too_many_login_attempts"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Stores the full name with the account, announces what happens to it, and sends everybody to their own home."""

    error_messages = {**DefaultAccountAdapter.error_messages, TOO_MANY: LIMITS["login_failed"].words}

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:  # noqa: ARG002, FBT001, FBT002 - allauth's signature
        """Fill the new account from the sign-up form."""
        user.name = form.cleaned_data["name"]
        user.email = address(form.cleaned_data["email"])
        user.set_password(form.cleaned_data["password1"])
        if commit:
            _stored(user, "accounts:account:opened")
        return user

    def set_password(self, user: Person, password: str) -> None:
        """Store a new password, chosen by the person themself: changed, or chosen by the link in a letter."""
        user.set_password(password)
        _stored(user, "accounts:password:changed")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom limits count as one: asked of the one place that knows of our proxies."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse to compare passwords after too many wrong ones, and announce that.

        Counted are the address of the client, the account as tried from there, and the account from wherever, unless
        it has been open in this browser before: nobody is locked out for good by a stranger who knows their address.
        """
        try:
            super().pre_authenticate(request, **credentials)
            self._counted_anywhere = self._count_anywhere(request, credentials.get("email", ""))
        except ValidationError:
            login = credentials.get("email", "").lower()
            request.wait = max(  # type: ignore[attr-defined]  # said in the answer (`LimitsAnswered`)
                wait_of("login_failed", request=request, key=self._get_login_attempts_cache_key(request, email=login)),
                wait_of("login_failed_anywhere", key=login),
            )
            _announce("accounts:session:locked", None)
            raise

    def _count_anywhere(self, request: HttpRequest, login: str) -> ratelimit.RateLimitUsage | None:
        if devices.is_known(request, login):
            return None
        usage: ratelimit.RateLimitUsage | None = ratelimit.consume(
            request, app="allauth.account", action="login_failed_anywhere", key=login.lower()
        )
        if usage is None:
            raise self.validation_error(TOO_MANY)
        return usage

    def _rollback_login_failed_rl_usage(self) -> None:
        """A log-in that succeeded doesn't count."""
        super()._rollback_login_failed_rl_usage()
        if self._counted_anywhere is not None:
            self._counted_anywhere.rollback()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The account as tried from one address of a client (allauth counts the account alone)."""
        return f"{ratelimit.get_ip(request)} {credentials.get('email', '').lower()}"

    def post_login(self, request: HttpRequest, user: Person, **of_log_in: Any) -> HttpResponse:
        """Remember the browser."""
        response: HttpResponse = super().post_login(request, user, **of_log_in)
        devices.remember(response, of_log_in.get("email") or user.email or "")
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        """Send somebody whose account is closed to the page that says so, and announce that."""
        _announce("accounts:session:refused", user)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Ask for a letter, which is written as a row and posted later (`account_letters`)."""
        write_account_letter(template_prefix, email, context)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:  # noqa: ARG002 - allauth's signature
        """Where an address is confirmed."""
        return reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Where a new password is chosen."""
        uid, _, rest = key.partition("-")
        return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest})

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
