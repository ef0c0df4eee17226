"""Pages about the service itself: its components, its accessibility, and where to ask."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credentialing.ui import samples
from credentialing.ui.access import public


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
