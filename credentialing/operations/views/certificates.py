"""The page of whoever looks after the certificates: how far they are, pause, go on, try again, prepare the missing."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.operations.certificates import (
    NothingToDo,
    issue_progress,
    pause_issue,
    resume_issue,
    try_all_again,
    want_missing,
)
from credentialing.ui.responses import conflict


@requires("registrar", "administrator")
@require_safe
def progress(request: AuthedRequest) -> HttpResponse:
    """How far it is."""
    return render(request, "operations/certificates.html", {"progress": issue_progress()})


@requires("registrar", "administrator")
@require_POST
def pause(request: AuthedRequest) -> HttpResponse:
    """Stop the presses."""
    return _done(request, pause_issue, "Paused. What is being drawn this moment is finished.")


@requires("registrar", "administrator")
@require_POST
def resume(request: AuthedRequest) -> HttpResponse:
    """Go on."""
    return _done(request, resume_issue, "It goes on.")


@requires("registrar", "administrator")
@require_POST
def again(request: AuthedRequest) -> HttpResponse:
    """Try all again that was given up."""
    return _done(request, try_all_again, "Taken up again, with every attempt left.")


@requires("registrar", "administrator")
@require_POST
def missing(request: AuthedRequest) -> HttpResponse:
    """Prepare those that are missing."""
    return _done(request, want_missing, "They are being prepared, and drawn one after the other.")


def _done(request: AuthedRequest, act: Callable[..., object], words: str) -> HttpResponse:
    try:
        act(actor=request.user)
    except NothingToDo as refusal:
        return conflict(request, str(refusal), reverse("operations:certificates"))
    messages.success(request, words)
    return redirect("operations:certificates")
