"""A page that is only read changes nothing: held at the database connection, not by good intentions."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse

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
