"""System checks: settings with which limits would hold the wrong people."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 - Django's name


@register(Tags.security, deploy=True)
def proxies_are_counted(**_: Any) -> list[CheckMessage]:
    """Behind a proxy that isn't counted everybody seems to come from one address, and is locked out together."""
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXIES:
        return [
            Warning(
                "The site is behind a proxy, but limits count the proxy as the client.",
                hint="Set CREDENTIALING_TRUSTED_PROXIES to the number of your own proxies in front, mostly 1.",
                id="accounts.W001",
            )
        ]
    return []
