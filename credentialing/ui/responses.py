"""Answers that several pages give."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from limited.turns import RETRY_AFTER


def conflict(request: HttpRequest, text: str, back_url: str, *, title: str = "", status: int = 409) -> HttpResponse:
    """A clear notice that the act was not done: the state doesn't allow it, or it was done before (409)."""
    return render(request, "409.html", {"title": title, "text": text, "back_url": back_url}, status=status)


def not_permitted(request: HttpRequest, text: str) -> HttpResponse:
    """The person may not do this (403), with the reason."""
    return render(request, "403.html", {"text": text}, status=403)


def as_it_says(response: HttpResponse) -> HttpResponse:
    """The page, and where its status says that one must come back (503), when."""
    return come_back(response) if response.status_code == 503 else response  # noqa: PLR2004


def come_back(response: HttpResponse) -> HttpResponse:
    """The page as it is, with what was typed, for whoever must come back in a moment (503)."""
    response.status_code = 503
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
