"""The demo's post room: every e-mail the society has sent, to read here instead of in people's inboxes."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credentialing.accounts.access import public
from credentialing.operations.forms import PostSearchForm
from credentialing.operations.post import posts_in

PAGE = 50


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Absent (404) outside the demo: in production nobody reads other people's post."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return shown


@public
@demo_only
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """The e-mails, the newest first."""
    form = PostSearchForm(request.GET or None)
    to = form.cleaned_data["to"] if form.is_valid() else ""
    page = Paginator(posts_in(Path(settings.MAIL_DIR), to), PAGE).get_page(request.GET.get("page"))
    return render(request, "operations/mail.html", {"page": page, "form": form, "to": to})


@public
@demo_only
@require_safe
def post(request: HttpRequest, key: str) -> HttpResponse:
    """One e-mail; those of its links that lead into this demo can be followed."""
    found = next((item for item in posts_in(Path(settings.MAIL_DIR)) if item.key == key), None)
    if found is None:
        raise Http404
    return render(request, "operations/post.html", {"post": found, "links": found.links_into(settings.BASE_URL)})
