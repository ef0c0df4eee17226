"""Devices on which an account has been logged in before.

Whoever guesses passwords from many places reaches the limit of the account, and would lock its holder out with it. So a
browser in which the account has been open keeps a mark, by which its attempts are counted apart: there only the limits
per address of the client hold. The mark opens nothing (OWASP, “Slow down online guessing attacks with device cookies”).
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

KEPT_FOR = 365 * 24 * 3600  # seconds


def is_known(request: HttpRequest, login: str) -> bool:
    """Whether the account of this address has been open in this browser."""
    return constant_time_compare(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), _mark_of(login))


def remember(response: HttpResponseBase, login: str) -> None:
    """Mark the browser; the last account that was open in it counts."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        _mark_of(login),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        path=settings.SESSION_COOKIE_PATH,
        samesite="Lax",
    )


def _mark_of(login: str) -> str:
    return salted_hmac("credentialing.accounts.devices", login.strip().lower(), algorithm="sha256").hexdigest()
