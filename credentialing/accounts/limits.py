"""Nobody does too often what bothers others: counted in the database, for all processes together."""

import math
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from credentialing.accounts.limit_table import LIMITS
from credentialing.accounts.models import CacheEntry
from credentialing.ui.access import View

APP = "allauth.account"  # the rates stand in ACCOUNT_RATE_LIMITS, for its pages and for ours
LITTLE_WHILE = 60  # seconds: what is said where nobody knows better
KEPT_TO_ONESELF = ("password", "csrfmiddlewaretoken")


class TooOften(Exception):
    """That was done as often as one may for now; the message says what, `wait` for how many seconds."""

    def __init__(self, action: str, wait: int) -> None:
        super().__init__(LIMITS[action].words)
        self.action, self.wait = action, wait


class LimitsAnswered:
    """Answers with a page in plain words wherever a limit stops an act that its view doesn't expect to be stopped."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say of every such answer when to come back (RFC 9110, 10.2.3)."""
        response = self.get_response(request)
        if response.status_code == 429:  # noqa: PLR2004 - Too Many Requests
            response.headers.setdefault("Retry-After", str(getattr(request, "wait", LITTLE_WHILE)))
        return response

    def process_exception(self, request: HttpRequest, refusal: Exception) -> HttpResponse | None:
        """Tell of the limit; other exceptions are not ours."""
        return _page(request, str(refusal), refusal.wait) if isinstance(refusal, TooOften) else None


def count(action: str, *, request: HttpRequest | None = None, key: str | None = None) -> None:
    """Count an act; where its rates are per `key` alone, no request is needed.

    Within a transaction the count is undone with the act: then only what was really done counts.

    Raises:
        TooOften: it was done as often as one may.
    """
    if ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True) is None:
        raise TooOften(action, wait_of(action, request=request, key=key))


def limited(action: str) -> Callable[[View], View]:
    """Let a view be asked to do its work (POST) only so often; the decorator for what costs or bothers others."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and getattr(request, "user", None) and request.user.is_authenticated:
                count(action, request=request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refusal_of(request: HttpRequest, action: str) -> str:
    """Count an act of whoever asks, for packages that know nothing of accounts; why not, when it was too often."""
    try:
        count(action, request=request)
    except TooOften as refusal:
        request.wait = refusal.wait  # type: ignore[attr-defined]  # read by the middleware above
        return str(refusal)
    return ""


def too_often(request: HttpRequest) -> HttpResponse:
    """What allauth's pages answer when one of their limits is reached (`handler429`)."""
    page = request.resolver_match.url_name if request.resolver_match else ""
    action = next((name for name, limit in LIMITS.items() if limit.page and limit.page == page), "request")
    typed = request.POST.get("email", "").strip().lower()  # what allauth counts by on its public pages
    return _page(request, LIMITS[action].words, wait_of(action, request=request, key=typed or None))


def wait_of(action: str, *, request: HttpRequest | None = None, key: str | None = None) -> int:
    """After how many seconds it may be done again."""
    now, waits = time.time(), [0.0]
    for rate in ratelimit.get_rates(app=APP, action=action):
        if rate.per == "key" and key is None:
            continue
        name = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
        counted = [moment for moment in cache.get(name, []) if moment > now - rate.duration]
        if len(counted) >= rate.amount:
            waits.append(counted[rate.amount - 1] + rate.duration - now)
    return math.ceil(max(waits)) or LITTLE_WHILE


def forget_counts(now: datetime) -> int:
    """Delete what is counted no more: it names addresses of clients. Answers how many entries went."""
    return CacheEntry.objects.filter(expires__lt=now).delete()[0]


def _page(request: HttpRequest, words: str, wait: int) -> HttpResponse:
    """Nothing that was typed is lost: it stands in the page and can be sent again. Passwords and files are not kept."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not name.startswith(KEPT_TO_ONESELF) and "password" not in name
    ]
    context = {"words": words, "minutes": math.ceil(wait / 60), "kept": kept, "address": request.get_full_path()}
    request.wait = wait  # type: ignore[attr-defined]  # read by the middleware above
    return render(request, "429.html", context, status=429)
