"""Reaching one's own case."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from credentialing.accounts.access import AuthedRequest
from credentialing.applications.models import Application

type View = Callable[..., HttpResponse]


def with_case(view: View) -> View:
    """Hand the view the newest case of whoever asks; 404 without one."""

    @wraps(view)
    def wrapped(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        application = own_case(request)
        if application is None:
            raise Http404
        return view(request, application, *args, **kwargs)

    return wrapped


def own_case(request: AuthedRequest) -> Application | None:
    """The newest case of whoever asks."""
    return Application.objects.of(request.user).select_related("pathway_version", "candidate").first()
