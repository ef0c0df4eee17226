"""How long somebody stays logged in without doing anything."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from credentialing.accounts.access import roles_today
from credentialing.ui.middleware import write_while_reading

BEGAN, SEEN = "began_at", "seen_at"  # keys of the session; seconds since 1970
NOTED_EVERY = 60  # seconds: a session is not stored anew at every click


class IdleOfficesLogOut:
    """Logs officers out who have been away for longer than the society allows, and everybody after two weeks.

    ASVS 7.3.1 and 7.3.2; the times stand in docs/settings.md. Candidates stay: their own case is all they see.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the clock before anything is shown."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = time.time()
        words = _over(request, now)
        if words:
            with write_while_reading():
                logout(request)
            messages.info(request, words)
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/home/")
        if now - request.session.get(SEEN, 0) >= NOTED_EVERY:
            request.session[SEEN] = now
        return self.get_response(request)


@receiver(user_logged_in)
def note_the_time(request: HttpRequest, **_: object) -> None:
    """From now on the session is counted."""
    request.session[BEGAN] = request.session[SEEN] = time.time()


def _over(request: HttpRequest, now: float) -> str:
    """Why the session ends now; "" while it goes on. One of before these rules begins today."""
    began, seen = request.session.setdefault(BEGAN, now), request.session.get(SEEN, now)
    if now - began >= settings.SESSION_COOKIE_AGE:
        return "You were logged in for two weeks. Please log in again."
    limit = settings.OFFICE_IDLE_SECONDS
    if limit and now - seen >= limit and roles_today(request):
        return f"You were logged out because nothing happened for {limit // 60} minutes. Please log in again."
    return ""
