"""Trying a draft on all cases."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.drafting.access import READERS, draft_of
from credentialing.drafting.presentation import groups_of
from credentialing.drafting.tasks import want_simulation


@requires(*READERS)
@require_POST
def start(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Begin."""
    run = want_simulation(draft=draft_of(request, uuid), actor=request.user)
    return redirect("drafting:simulation", uuid, run.pk)


@requires(*READERS)
@require_safe
def run(request: AuthedRequest, uuid: UUID, pk: int) -> HttpResponse:
    """How far it is, and then what it found."""
    draft = draft_of(request, uuid)
    found = get_object_or_404(draft.simulations, pk=pk)
    context = {
        "draft": draft,
        "run": found,
        "groups": groups_of(found, request.user) if found.finished_at else [],
        "unchanged": (found.total or 0) - len(found.findings),
    }
    return render(request, "drafting/simulation.html", context)
