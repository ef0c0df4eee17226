"""Whose request it is: the one place that says from which address a client comes."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"  # a server on a Unix socket names no address


def client_address(request: HttpRequest) -> str:
    """The address of the client, as the outermost of our own proxies saw it.

    Each proxy appends whom it was asked by to `X-Forwarded-For`, so the entries that our own have written are the last
    ones (`CREDENTIALING_TRUSTED_PROXIES` of them); what stands to the left was sent by the client and proves nothing
    (OWASP ASVS 5.0, 15.3.4 and 4.1.3). Whatever can't be read as an address is no address.
    """
    proxies = settings.TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "") if proxies > 0 else ""
    entries = forwarded.split(",")
    seen = entries[-proxies:][0] if forwarded else ""
    return _address(seen) or _address(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def _address(text: str) -> str:
    """The address without its port; an IPv4 address in IPv6's clothes is the IPv4 address."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
