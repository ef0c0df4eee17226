"""Whether every address that certificates were issued under is still the service's own.

Codes, badges and links of a former address are known only where it is listed; whoever changes the address and forgets
that has made every earlier badge a stranger's, and nobody notices until a verifier does.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 - Django's name
from django.db import DatabaseError

from certificates.badge.issuer import known_addresses
from certificates.models import Certificate
from workflows.verification import Finding, examination


def unlisted_addresses() -> list[str]:
    """Addresses under which certificates were issued and that are neither the present one nor listed as former."""
    used = Certificate.objects.order_by().values_list("facts__verify_base_url", flat=True).distinct()
    return sorted({str(address) for address in used if address} - set(known_addresses()))


def _words(addresses: Sequence[str]) -> str:
    return (
        f"certificates were issued under {', '.join(addresses)}, which is no address of the service: their codes and "
        f"badges are no longer known as ours. List it: CREDENTIALING_FORMER_BASE_URLS={','.join(addresses)}"
    )


@examination
def every_address_is_known() -> Iterator[Finding]:
    """One finding for all certificates of former addresses, not one for each of them."""
    unlisted = unlisted_addresses()
    if unlisted:
        yield Finding(about="the address of the service", message=_words(unlisted))


@register(Tags.database)
def addresses_are_listed(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The same for `manage.py check --database default`, and so before each `migrate`."""
    if not databases or "default" not in databases:
        return []
    try:
        unlisted = unlisted_addresses()
    except DatabaseError:  # before the first migration there is nothing to look at
        return []
    return [Warning(f"The address was changed: {_words(unlisted)}", id="certificates.W001")] if unlisted else []
