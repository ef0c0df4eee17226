"""Who may open a page: every view declares one of these; the default is a log-in (DESIGN §9)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from credentialing.accounts.models import Person, Role
from credentialing.ui.access import View, public

__all__ = ["AuthedRequest", "public", "requires", "roles_today", "signed_in"]


class AuthedRequest(HttpRequest):
    """A request of somebody who has logged in."""

    user: Person  # narrower than Django's AnonymousUser union, by the decorators below


def signed_in(view: View) -> View:
    """Open to everybody who has logged in; what they see is decided by `visible_to`."""
    view.access = "signed-in"  # type: ignore[attr-defined]  # read by the architecture test
    return view


def requires(*roles: str) -> Callable[[View], View]:
    """Open to those who hold one of these offices today; a term that ends, ends at the next request."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not roles_today(request) & set(roles):
                offices = ", ".join(str(Role(role).label) for role in roles)
                return render(request, "403.html", {"text": f"This page is for: {offices}."}, status=403)
            return view(request, *args, **kwargs)

        guarded.access = "role:" + ",".join(roles)  # type: ignore[attr-defined]  # read by the architecture test
        return guarded

    return decorate


def roles_today(request: HttpRequest) -> frozenset[str]:
    """The offices of whoever asks, read once a request."""
    if not request.user.is_authenticated:
        return frozenset()
    if not hasattr(request, "_roles_today"):
        request._roles_today = request.user.roles_on(timezone.localdate())  # type: ignore[attr-defined]  # noqa: SLF001 - our own cache
    roles: frozenset[str] = request._roles_today  # type: ignore[attr-defined]  # noqa: SLF001 - our own cache
    return roles
