"""What every page knows: the society, the address of help, and the places this person may go."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypedDict

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


class NavItem(TypedDict):
    """One place in the masthead."""

    label: str
    url: str
    current: bool


@cache
def _navigation(path: str) -> Callable[[HttpRequest], list[NavItem]]:
    return import_string(path)


def navigation(request: HttpRequest) -> list[NavItem]:
    """Ask each callable named in settings.NAVIGATION for its places; none before the person is known."""
    if not hasattr(request, "user"):
        return []
    return [item for path in getattr(settings, "NAVIGATION", ()) for item in _navigation(path)(request)]


def site(request: HttpRequest) -> dict[str, Any]:
    """Give templates the society's name and address, the way to help, and the navigation when it is asked for."""
    return {
        "society_name": settings.SOCIETY_NAME,
        "base_url": settings.BASE_URL,
        "help_email": getattr(settings, "HELP_EMAIL", settings.DEFAULT_FROM_EMAIL),
        "demo": settings.DEMO,
        "nav": SimpleLazyObject(lambda: navigation(request)),
    }
