"""Counting again when a vote has fallen out, and asking for permission to decide on what somebody holds."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from certificates.models import Credential
from certificates.services import AlreadyHeld
from credentialing.accounts.access import AuthedRequest, requires
from credentialing.applications.models import Application, Override
from credentialing.applications.permissions import barring_ties
from credentialing.applications.services.overrides import OverrideRefused, ask_override
from credentialing.council.services import NotAVoter, VoteRefused, count_votes
from credentialing.council.views import KEEPERS, VOTERS
from credentialing.reviews.forms import OverrideForm
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import TransitionError


@requires(*VOTERS)
@require_POST
def count(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Decide by the votes that count now, where one has fallen out and the others already agree."""
    application = get_object_or_404(Application.objects.reviewable_by(request.user), uuid=uuid)
    back = reverse("council:case", args=[uuid])
    try:
        decision = count_votes(application=application, actor=request.user)
    except NotAVoter as refusal:
        return not_permitted(request, str(refusal))
    except (VoteRefused, TransitionError, AlreadyHeld) as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, f"It is decided: {decision.get_outcome_display().lower()}.")
    return redirect(back)


@requires(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def tied(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Why whoever asks can't decide on a credential; and a form to ask for permission."""
    held = get_object_or_404(Credential.objects.awarded().exclude(holder=request.user), uuid=uuid)
    ties = barring_ties(request.user, held.holder, None)
    if not ties:
        return redirect("council:credential", uuid)
    form = OverrideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_override(
                candidate=held.holder, application=None, actor=request.user, reason=form.cleaned_data["reason"]
            )
        except OverrideRefused as refusal:
            return conflict(request, str(refusal), request.path)
        messages.success(request, "You have asked. You get an e-mail with the answer.")
        return redirect("council:credential", uuid)
    asked = Override.objects.waiting().filter(person=request.user).about(held.holder, None).exists()
    context = {"candidate": held.holder, "ties": ties, "form": form, "asked": asked, "steps_aside": False}
    return render(request, "reviews/tied.html", context, status=422 if form.is_bound else 200)
