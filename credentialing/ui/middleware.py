"""What holds for every page: reading changes nothing, and what is private is kept by no cache."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db import connections
from django.http import HttpRequest, HttpResponse

from credentialing.ui.troubles import answer, trouble_of

logger = logging.getLogger(__name__)

UNAVAILABLE = 503
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WRITE = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|DROP|ALTER|CREATE)\b[^\w]*(?:INTO|FROM)?\W*(\w*)", re.IGNORECASE
)
BOOKKEEPING = frozenset({"django_session", "cache_entry"})  # a visit, and its being counted, are no change

_allowed: ContextVar[bool] = ContextVar("write_while_reading", default=False)


class WroteWhileReading(Exception):
    """A page that is only read tried to change something: a programmer's fault."""


@contextmanager
def write_while_reading() -> Iterator[None]:
    """The one exception: recording that somebody saw something."""
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


class ReadingChangesNothing:
    """Refuses every statement that writes while a GET is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, under watch when it only reads."""
        if request.method not in SAFE:
            return self.get_response(request)
        with connections["default"].execute_wrapper(_refuse_writes):
            return self.get_response(request)


def _refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
    found = WRITE.match(sql)
    if found and found.group(2).lower() not in BOOKKEEPING and not _allowed.get():
        msg = f"a page that is only read tried to write: {sql[:80]}"
        raise WroteWhileReading(msg)
    return execute(sql, params, many, context)


class PrivatePagesAreNotKept:
    """Keeps what somebody sees behind the log-in out of every cache, and empties the browser's when they log out.

    ASVS 14.2.2, 14.3.1 and 14.3.2. What is public says by itself how long it may be kept; a page with somebody's key in
    its address (a request to confirm, a link to a new password) is kept by nobody either.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say what the browser may keep of it."""
        was_known = SESSION_KEY in request.session
        response = self.get_response(request)
        is_known = SESSION_KEY in request.session
        found = request.resolver_match
        is_public = found is None or getattr(found.func, "access", "") == "public"
        has_key = found is not None and bool({"token", "key"} & found.captured_kwargs.keys())
        is_personal = has_key or was_known or is_known
        if not is_public or (is_personal and not response.has_header("Cache-Control")):
            response.headers["Cache-Control"] = "no-store"
        if was_known and not is_known:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class TroublesAreAnswered:
    """Answers in words what keeps a page from being answered without being a fault of ours (`ui.troubles`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say what it is; every other error is a fault of ours."""
        trouble = trouble_of(error)
        if trouble is None:
            return None
        logger.error("%s: %s", request.path, error, exc_info=trouble.status >= UNAVAILABLE)
        return answer(request, trouble)
