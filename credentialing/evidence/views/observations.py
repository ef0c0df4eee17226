"""Evaluations: asking, filling in, reading."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from credentialing.accounts.access import AuthedRequest, requires, signed_in
from credentialing.accounts.models import Role
from credentialing.accounts.ties import TO_EVALUATE
from credentialing.applications.access import with_case
from credentialing.applications.models import Application
from credentialing.applications.permissions import open_to_ask
from credentialing.evidence.forms.events import EvaluatorsForm, ObservationForm
from credentialing.evidence.models import Observation
from credentialing.evidence.services.observations import (
    objection_to_filing,
    request_observation,
    save_observation,
)
from credentialing.evidence.views.refusals import accepted, status_of
from credentialing.ui.responses import not_permitted


@requires("observer")
@require_safe
def evaluations(request: AuthedRequest) -> HttpResponse:
    """The evaluator's home: what is asked, what is filed."""
    mine = Observation.objects.by(request.user).select_related("application__candidate", "event")
    context = {
        "open": mine.to_be_filed_by(request.user).order_by("requested_at"),
        "filed": mine.filed().order_by("-filed_at"),
    }
    return render(request, "evidence/evaluations.html", context)


@requires("observer")
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Fill in one's own evaluation: save it, or file it for good."""
    mine = Observation.objects.by(request.user).select_related("application__pathway_version", "event")
    observation = get_object_or_404(mine, uuid=uuid)
    rubric = observation.application.definition.rubric
    if observation.filed_at is not None or rubric is None:
        context = {"observation": observation, "rows": observation.in_words()}
        status = 409 if request.method == "POST" else 200
        return render(request, "evidence/evaluation_read.html", context, status=status)
    form = ObservationForm(request.POST if request.method == "POST" else None, rubric=rubric, observation=observation)
    objection = objection_to_filing(observation, request.user)
    if request.method == "POST" and form.is_valid():
        file = "file" in request.POST
        done = accepted(
            form,
            lambda: save_observation(
                observation=observation,
                actor=request.user,
                ratings=form.ratings(),
                comments=form.cleaned_data["comments"],
                outcome=form.cleaned_data["outcome"],
                file=file,
            ),
        )
        if done:
            messages.success(request, "Your evaluation is filed." if file else "Your draft is saved.")
            return redirect("evidence:evaluations" if file else "evidence:evaluation", *([] if file else [uuid]))
    return render(
        request,
        "evidence/evaluation.html",
        {"form": form, "observation": observation, "objection": objection},
        status=status_of(form),
    )


@signed_in
@with_case
@require_safe
def my_observations(request: AuthedRequest, application: Application) -> HttpResponse:
    """The candidate reads filed evaluations."""
    observations = application.observations.filed().select_related("evaluator", "event", "application__pathway_version")
    context = {"observations": [{"observation": o, "rows": o.in_words()} for o in observations]}
    return render(request, "evidence/my_observations.html", context)


@requires("coordinator", "ccc_chair")
@require_http_methods(["GET", "HEAD", "POST"])
def evaluators(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Ask evaluators for a candidate."""
    cases = Application.objects.reviewable_by(request.user).select_related("candidate", "pathway_version")
    application = get_object_or_404(cases, uuid=uuid)
    observers = open_to_ask(application, Role.OBSERVER, TO_EVALUATE, timezone.now())
    form = EvaluatorsForm(
        request.POST if request.method == "POST" else None, application=application, observers=observers
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = accepted(
                form, lambda: request_observation(application=application, actor=request.user, **form.cleaned_data)
            )
        except PermissionError as refusal:
            return not_permitted(request, str(refusal))
        if done:
            messages.success(request, f"{form.cleaned_data['evaluator']} has been asked.")
            return redirect("evidence:evaluators", uuid)
    asked = application.observations.select_related("evaluator", "event")
    return render(
        request,
        "evidence/evaluators.html",
        {"application": application, "form": form, "asked": asked},
        status=status_of(form),
    )
