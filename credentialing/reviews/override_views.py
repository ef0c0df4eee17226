"""Whoever is tied sees why a case is closed to them, steps aside or asks for permission; a second person answers."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.applications.models import Application, Override
from credentialing.applications.permissions import barring_ties
from credentialing.applications.services.overrides import (
    MayNotPermit,
    OverrideRefused,
    answer_override,
    answerable_by,
    ask_override,
    objection_to_permitting,
    take_back_override,
)
from credentialing.reviews.forms import OverrideAnswerForm, OverrideForm
from credentialing.reviews.overrides import all_told, told
from credentialing.reviews.services import recuse
from credentialing.ui.responses import conflict, not_permitted

ASKERS = ("coordinator", "ccc_chair", "reviewer", "registrar", "council", "treasurer", "administrator", "president")
LATELY = 20
HOME = "reviews:overrides"


@requires(*ASKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def tied(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Why a case is closed to whoever asks: they step aside for good, or ask for permission with a reason."""
    closed = Application.objects.in_conflict_with(request.user).select_related("candidate")
    application = get_object_or_404(closed, uuid=uuid)
    ties = barring_ties(request.user, application.candidate, application)
    form = OverrideForm(request.POST if request.method == "POST" and "ask" in request.POST else None)
    if "step_aside" in request.POST:
        recuse(application=application, actor=request.user, relation=ties[0].words[:120])
        messages.success(request, "You have stepped aside. Colleagues judge this case.")
        return redirect("home")
    if form.is_bound and form.is_valid():
        try:
            ask_override(
                candidate=application.candidate,
                application=application,
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
        except OverrideRefused as refusal:
            return conflict(request, str(refusal), request.path)
        messages.success(request, "You have asked. You get an e-mail with the answer.")
        return redirect(HOME)
    asked = Override.objects.waiting().filter(person=request.user).about(application.candidate, application).exists()
    context = {"candidate": application.candidate, "ties": ties, "form": form, "asked": asked, "steps_aside": True}
    return render(request, "reviews/tied.html", context, status=422 if form.is_bound else 200)


@requires(*ASKERS)
@require_safe
def overrides(request: AuthedRequest) -> HttpResponse:
    """The requests that wait for whoever asks, their own, and what was answered lately."""
    now = timezone.now()
    known = Override.objects.select_related("person", "candidate", "answered_by", "application")
    seen = Q(person=request.user) | Q(answered_by=request.user)
    context = {
        "waiting": all_told(answerable_by(request.user, now), request.user, now),
        "others": all_told(known.filter(seen).exclude(candidate=request.user)[:LATELY], request.user, now),
    }
    return render(request, "reviews/overrides.html", context)


@requires(*ASKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def override(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One request: who asks, why, which ties; and for those who may, the answer."""
    now = timezone.now()
    found = _readable(request, uuid)
    form = OverrideAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        permit = "permit" in request.POST
        try:
            answer_override(override=found, actor=request.user, permit=permit, reason=form.cleaned_data["reason"])
        except MayNotPermit as refusal:
            return not_permitted(request, str(refusal))
        except OverrideRefused as refusal:
            return conflict(request, str(refusal), request.path)
        messages.success(request, f"{'Permitted' if permit else 'Refused'}. {found.person} gets an e-mail.")
        return redirect(HOME)
    context = {"told": told(found, request.user, now), "form": form}
    return render(request, "reviews/override.html", context, status=422 if form.is_bound else 200)


@requires(*ASKERS)
@require_POST
def override_take_back(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Take a request or a permission back."""
    try:
        take_back_override(override=_readable(request, uuid), actor=request.user)
    except MayNotPermit as refusal:
        return not_permitted(request, str(refusal))
    except OverrideRefused as refusal:
        return conflict(request, str(refusal), request.path.removesuffix("take-back/"))
    messages.success(request, "Taken back. What has not been decided by it counts no more.")
    return redirect(HOME)


def _readable(request: AuthedRequest, uuid: UUID) -> Override:
    """A request of one's own, or one that this officer could answer; never one about oneself."""
    known = Override.objects.select_related("person", "candidate", "answered_by", "application")
    found = get_object_or_404(known.exclude(candidate=request.user), uuid=uuid)
    if found.person_id != request.user.pk and objection_to_permitting(found, request.user, timezone.now()):
        return get_object_or_404(known.none())
    return found
