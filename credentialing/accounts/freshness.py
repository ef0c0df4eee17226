"""Acts that need more than an open session: the log-in behind them must be a fresh one (OWASP ASVS 5.0, 7.5.1).

Somebody who finds a browser that was left open can read; they can't sign, vote, revoke, give offices or carry lists
away. Whoever is asked for the password again loses nothing: what was sent is kept in the session, and is done right
after the password (allauth's suspended request; docs/adr/0012-doors.md).
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from credentialing.ui.access import View
from credentialing.ui.middleware import SAFE

LOGGED_IN_AT = "logged_in_at"  # in the session: when whoever sits there last showed who they are


@receiver(user_logged_in)
def note_log_in(request: HttpRequest | None, **_: Any) -> None:
    """A log-in is a fresh one."""
    if request is not None:
        request.session[LOGGED_IN_AT] = time.time()


@receiver(authentication_step_completed)
def note_that_it_was_shown_again(request: HttpRequest, *, reauthenticated: bool = False, **_: Any) -> None:
    """So is the password, or the second factor, entered again."""
    if reauthenticated:
        request.session[LOGGED_IN_AT] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Whether whoever asks has shown lately who they are."""
    since: float = time.time() - request.session.get(LOGGED_IN_AT, 0)
    return since < settings.FRESH_LOGIN_MINUTES * 60


def fresh_login(view: View) -> View:
    """Do what was sent only behind a fresh log-in; the page with its form opens without. Stands beneath `requires`."""
    return _guarded(view, lambda request: request.method not in SAFE)


def fresh_login_to_read(view: View) -> View:
    """Answer only behind a fresh log-in: what carries many people's data away."""
    return _guarded(view, lambda _: True)


def _guarded(view: View, concerned: Callable[[HttpRequest], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if concerned(request) and not is_fresh(request):
            raise ReauthenticationRequired  # answered by allauth's middleware
        return view(request, *args, **kwargs)

    guarded.fresh_login = True  # type: ignore[attr-defined]  # read by the test of the addresses
    return guarded
