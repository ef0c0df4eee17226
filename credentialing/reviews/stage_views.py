"""Putting a candidate forward for a stage, saying “not yet”, and taking one's word on a stage back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.accounts.freshness import fresh_login
from credentialing.applications.assessments import assess_case
from credentialing.applications.endorsing import stage_to_recommend
from credentialing.applications.forms import ReasonForm
from credentialing.applications.models import Application, StageEndorsement
from credentialing.applications.services.endorsing import (
    EndorsementRefused,
    recommend_candidate,
    recommending_role,
    take_back_endorsement,
)
from credentialing.applications.services.lifecycle import defer_application
from credentialing.pathways.definitions import Stage
from credentialing.reviews.forms import NotYetForm
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import NotPermitted, TransitionError

OFFICERS = ("coordinator", "ccc_chair", "reviewer", "registrar", "council")


def stage_to_put_forward(application: Application, request: AuthedRequest) -> Stage | None:
    """The stage for which whoever asks can put the candidate forward now; None for most."""
    now = timezone.now()
    stage = stage_to_recommend(application, assess_case(application, timezone.localdate(now)))
    return stage if stage and recommending_role(application, stage.slug, request.user, now) else None


@requires(*OFFICERS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def recommend(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Put a candidate forward, with words if one wants."""
    application = get_object_or_404(Application.objects.reviewable_by(request.user), uuid=uuid)
    back = reverse("reviews:case", args=[uuid])
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].required = False
    form.fields["reason"].label = "Words for those who decide"
    if request.method == "POST" and form.is_valid():
        try:
            recommend_candidate(application=application, actor=request.user, reason=form.cleaned_data["reason"])
        except EndorsementRefused as refusal:
            return conflict(request, str(refusal), back)
        messages.success(request, f"You have put {application.candidate} forward.")
        return redirect(back)
    stage = stage_to_put_forward(application, request)
    if stage is None:
        return conflict(request, "Nothing is to be recommended here now.", back)
    return render(request, "reviews/recommend.html", {"application": application, "form": form, "stage": stage})


@requires("coordinator", "ccc_chair")
@require_http_methods(["GET", "HEAD", "POST"])
def not_yet(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Defer a case before the council votes: what is still needed, and until when."""
    application = get_object_or_404(Application.objects.reviewable_by(request.user), uuid=uuid)
    back = reverse("reviews:case", args=[uuid])
    form = NotYetForm(request.POST if request.method == "POST" else None, initial={"version": application.version})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            defer_application(
                application=application,
                actor=request.user,
                conditions=said["conditions"],
                until=said["until"],
                expected_version=said["version"],
            )
        except NotPermitted as refusal:
            return not_permitted(request, str(refusal))
        except TransitionError as refusal:
            return conflict(request, str(refusal), back)
        messages.success(request, f"Deferred. {application.candidate} gets an e-mail with your words.")
        return redirect(back)
    return render(request, "reviews/not_yet.html", {"application": application, "form": form})


@requires(*OFFICERS)
@fresh_login
@require_POST
def take_back(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take one's own recommendation or signature back."""
    said = get_object_or_404(
        StageEndorsement.objects.filter(application__in=Application.objects.reviewable_by(request.user)), pk=pk
    )
    back = reverse("reviews:case", args=[said.application.uuid])
    try:
        take_back_endorsement(endorsement=said, actor=request.user)
    except EndorsementRefused as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, "Taken back.")
    return redirect(back)
