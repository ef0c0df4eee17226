"""Letters about accounts: which of allauth's becomes which of ours, and what allauth doesn't write by itself."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, email_removed
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.signals import letter_wanted

NEW_PASSWORD = "account_reset_password"  # noqa: S105 - the page that helps against somebody else in one's account

# The last part of allauth's name: the letter, and where it leads: a page, or the link that allauth has made.
LETTERS: Mapping[str, tuple[str, str]] = {
    "email_confirmation": ("address_to_confirm", "activate_url"),
    "email_confirmation_signup": ("address_to_confirm", "activate_url"),
    "password_reset_key": ("password_to_choose", "password_reset_url"),
    "account_already_exists": ("account_exists", NEW_PASSWORD),
    "unknown_account": ("no_account", "account_signup"),
    "password_changed": ("password_changed", NEW_PASSWORD),
    "password_reset": ("password_changed", NEW_PASSWORD),
    "password_set": ("password_changed", NEW_PASSWORD),
    "email_changed": ("main_address_changed", NEW_PASSWORD),
    "email_deleted": ("address_removed", NEW_PASSWORD),
}


def write_account_letter(template_prefix: str, address: str, context: Mapping[str, Any]) -> None:
    """Ask for the letter.

    It has no greeting by name and no words that anybody typed: whoever registers a stranger's address or asks for a new
    password must not be able to have anything said there.

    Raises:
        KeyError: allauth wants a letter that we don't write.
    """
    template, leads_to = LETTERS[template_prefix.rpartition("/")[2]]
    if leads_to in context:
        _want(template, address, path=context[leads_to], key=context["key"])
    else:
        _want(template, address, path=reverse(leads_to))


@receiver(email_added)
def tell_of_new_address(*, user: Person, email_address: EmailAddress, **_: Any) -> None:
    """Tell the main address that another one was added, before it can do anything."""
    main = EmailAddress.objects.get_primary_email(user)
    if main and main != email_address.email:
        _want("address_added", main)


@receiver(email_removed)
def tell_removed_address(*, email_address: EmailAddress, **_: Any) -> None:
    """Tell an address that it was removed; allauth tells the one that stays. One never confirmed is a stranger's."""
    if email_address.verified:
        _want("address_removed", email_address.email)


def _want(template: str, address: str, *, path: str = "", key: str = "") -> None:
    context = {
        "moment": f"{timezone.localtime():%B %-d, %Y, at %-I:%M %p}",
        "path": path or reverse(NEW_PASSWORD),
    }
    letter_wanted.send(sender=Person, template=template, address=address, context=context, secret=key)
