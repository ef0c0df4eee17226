"""Pages about the service itself: its components, its accessibility, and where to ask."""

import sys

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.defaults import server_error as fault_of_ours

from credentialing.ui import samples
from credentialing.ui.access import public
from credentialing.ui.troubles import answer, trouble_of


@public
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show each component in each state, where the service is being built or shown."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "ui/styleguide.html", samples.context())


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what the pages promise to everybody and how to report a barrier."""
    return render(request, "ui/accessibility.html")


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Say where to ask, for each kind of question."""
    return render(request, "ui/help.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong outside of the views (taking in an upload, keeping a session): in words where it has any."""
    error = sys.exception()
    trouble = trouble_of(error) if error is not None else None
    return fault_of_ours(request) if trouble is None else answer(request, trouble)
