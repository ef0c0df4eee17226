"""Moving one case, or all of a version, to another version: before and after on one page, then the act."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.accounts.freshness import fresh_login
from credentialing.applications.forms import ReasonForm
from credentialing.applications.models import Application
from credentialing.applications.moves import impact_of_move
from credentialing.applications.services.moves import move_application, move_cohort
from credentialing.drafting.access import done
from credentialing.drafting.forms import MoveForm
from credentialing.drafting.simulation import simulate
from credentialing.pathways.models import PathwayVersion

PAGE = ["GET", "HEAD", "POST"]


@requires("coordinator")
@require_safe
def choose(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """To which version."""
    case = _case(request, uuid)
    versions = case.pathway_version.pathway.versions.exclude(pk=case.pathway_version_id).order_by("-in_force_from")
    return render(request, "drafting/move_choose.html", {"application": case, "versions": versions})


@requires("coordinator")
@fresh_login
@require_http_methods(PAGE)
def move(request: AuthedRequest, uuid: UUID, to: UUID) -> HttpResponse:
    """What would change for this case, and the move itself."""
    case = _case(request, uuid)
    version = get_object_or_404(case.pathway_version.pathway.versions.exclude(pk=case.pathway_version_id), uuid=to)
    form = MoveForm(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        return done(
            request,
            reverse("reviews:case", args=[uuid]),
            f"{case.candidate} goes on by version {version.version} and has been written to.",
            lambda: move_application(
                application=case,
                version=version,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                expected_version=form.cleaned_data["version"],
            ),
        )
    impact = impact_of_move(case, version, timezone.localdate())
    context = {"application": case, "version": version, "impact": impact, "form": form}
    if impact.stage_after:
        context["stage_before"] = case.definition.stage(impact.stage_before)
        context["stage_after"] = version.definition.stage(impact.stage_after)
    return render(request, "drafting/move.html", context, status=422 if form.is_bound else 200)


@requires("coordinator")
@fresh_login
@require_http_methods(PAGE)
def cohort(request: AuthedRequest, uuid: UUID, to: UUID) -> HttpResponse:
    """All cases of one version that the coordinator may judge; the others are a colleague's to move."""
    before = get_object_or_404(PathwayVersion.objects.select_related("pathway"), uuid=uuid)
    version = get_object_or_404(before.pathway.versions.exclude(pk=before.pk), uuid=to)
    cases = Application.objects.reviewable_by(request.user).under_way().exclude(state="deferred")
    cases = cases.filter(pathway_version=before).select_related("candidate").order_by("pk")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        moved = move_cohort(
            applications=list(cases), version=version, actor=request.user, reason=form.cleaned_data["reason"]
        )
        left = [one for one in moved if one.refusal]
        if number := len(moved) - len(left):
            go = "One application goes" if number == 1 else f"{number} applications go"
            messages.success(request, f"{go} on by version {version.version}.")
        for one in left:
            messages.warning(request, f"{one.application.candidate} stays: {one.refusal}")
        return redirect("drafting:cases")
    findings = {finding.case: finding for finding in simulate(cases, version, timezone.localdate())}
    lines = [{"case": case, "finding": findings.get(str(case.uuid))} for case in cases]
    context = {"before": before, "version": version, "lines": lines, "form": form}
    return render(request, "drafting/cohort.html", context, status=422 if form.is_bound else 200)


def _case(request: AuthedRequest, uuid: UUID) -> Application:
    cases = Application.objects.reviewable_by(request.user).select_related("pathway_version__pathway", "candidate")
    return get_object_or_404(cases, uuid=uuid)
