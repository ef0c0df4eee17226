"""The inbox, the case on one page, and what its judges do there."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires, roles_today, signed_in
from credentialing.accounts.freshness import fresh_login
from credentialing.applications.access import with_case
from credentialing.applications.endorsing import signatures, stage_ahead
from credentialing.applications.forms import ReasonForm
from credentialing.applications.models import Application, AwaitedAct
from credentialing.applications.permissions import objection_to_judging
from credentialing.applications.presentation import drawn, track
from credentialing.applications.services.lifecycle import change_lifecycle, sign_off_stage
from credentialing.applications.services.overrides import answerable_by
from credentialing.audit.events import Event
from credentialing.audit.services import record_view
from credentialing.evidence.presentation import quarantines
from credentialing.pathways.kinds import sentence_of
from credentialing.reviews.dossier import dossier, sheet_of, stages_within_reach
from credentialing.reviews.forms import CaseSearchForm, RecusalForm, ReturnForm, WaiverForm
from credentialing.reviews.models import SignOff
from credentialing.reviews.overrides import overrides_told
from credentialing.reviews.presentation import VERBS, can_defer, case_states, inbox_lines, verbs_of
from credentialing.reviews.services import (
    NotTheReviewer,
    ReviewRefused,
    recuse,
    return_requirement,
    sign_off_requirement,
    take_back_sign_off,
)
from credentialing.reviews.stage_views import stage_to_put_forward
from credentialing.reviews.timeline import timeline
from credentialing.reviews.waivers import waive_requirement, waiving_roles
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import NotPermitted, TransitionError
from workflows.services import available_actions

JUDGES = ("coordinator", "ccc_chair", "reviewer")
READERS = (*JUDGES, "registrar")
PAGE = 50


@requires(*JUDGES)
@require_safe
def inbox(request: AuthedRequest) -> HttpResponse:
    """What waits for whoever asks, longest first; cases in conflict are named, not opened."""
    roles = roles_today(request)
    acts = AwaitedAct.objects.on_cases_of(request.user, roles)
    page = Paginator(acts, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": inbox_lines(page.object_list, timezone.now()),
        "permissions": answerable_by(request.user, timezone.now()),
        "quarantines": quarantines(request.user),
        "conflicts": Application.objects.in_conflict_with(request.user).under_way().select_related("candidate"),
    }
    return render(request, "reviews/inbox.html", context)


@requires(*READERS)
@require_safe
def cases(request: AuthedRequest) -> HttpResponse:
    """Every submitted case that this officer may open, by name, reference or state."""
    readable = Application.objects.reviewable_by(request.user)
    form = CaseSearchForm(request.GET or None, states=case_states(readable))
    words, state = (form.cleaned_data["q"], form.cleaned_data["state"]) if form.is_valid() else ("", "")
    found = readable.found(words).select_related("candidate", "pathway_version").order_by("-submitted_at", "pk")
    page = Paginator(found.filter(state=state) if state else found, PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/cases.html", {"form": form, "page": page, "words": words})


@requires(*READERS)
@require_safe
def case(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One case on one page: each decision beside its evidence. Opening it is recorded, and the candidate sees that."""
    application = _case(request, uuid)
    today = timezone.localdate()
    record_view(
        event=Event.CASE_VIEWED,
        actor=request.user,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
    )
    actions = available_actions(application, request.user)
    context = {
        "application": application,
        "track": track(application, "reviewer"),
        "drawing": drawn(application),
        "stages": dossier(application, request.user, today),
        "reach": stages_within_reach(application, request.user, today),
        "verbs": verbs_of(actions),
        "can_defer": can_defer(actions),
        "objection": objection_to_judging(request.user, application),
        "entries": timeline(application),
        "awaited": application.awaited_acts.all(),
        "return_form": ReturnForm(),
        "judges": bool(roles_today(request) & {"coordinator", "ccc_chair"}),
        "put_forward": stage_to_put_forward(application, request),
        "endorsements": application.stage_endorsements.select_related("person"),
        "overrides": overrides_told(application),
        "coordinates": "coordinator" in roles_today(request) and application.is_open,
    }
    return render(request, "reviews/case.html", context)


@requires(*JUDGES)
@fresh_login
@require_POST
def sign_off(request: AuthedRequest, uuid: UUID, slug: str) -> HttpResponse:
    """Sign one requirement off, on the evidence that was on the page."""
    application = _case(request, uuid)
    back = _address(application, slug)
    try:
        sign_off_requirement(
            application=application,
            requirement=_requirement(application, slug),
            actor=request.user,
            seen_digest=request.POST.get("seen_digest", ""),
        )
    except NotTheReviewer as refusal:
        return not_permitted(request, str(refusal))
    except ReviewRefused as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, f"Signed off: {application.requirement(slug).label}.")
    return redirect(back)


@requires(*JUDGES)
@fresh_login
@require_POST
def sign_off_take_back(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Undo one's own sign-off."""
    given = get_object_or_404(
        SignOff.objects.filter(application__in=Application.objects.reviewable_by(request.user)), uuid=uuid
    )
    back = _address(given.application, given.requirement)
    try:
        take_back_sign_off(sign_off=given, actor=request.user)
    except NotTheReviewer as refusal:
        return not_permitted(request, str(refusal))
    except ReviewRefused as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, "Your sign-off is taken back.")
    return redirect(back)


@requires(*JUDGES)
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: AuthedRequest, uuid: UUID, slug: str) -> HttpResponse:
    """Return one requirement, saying what should be changed."""
    application = _case(request, uuid)
    sheet = sheet_of(application, _requirement(application, slug), request.user, timezone.localdate())
    form = ReturnForm(request.POST if request.method == "POST" else None, initial={"seen_digest": sheet.item.digest})
    if request.method == "POST" and form.is_valid():
        try:
            return_requirement(application=application, requirement=slug, actor=request.user, **form.cleaned_data)
        except NotTheReviewer as refusal:
            return not_permitted(request, str(refusal))
        except ReviewRefused as refusal:
            return conflict(request, str(refusal), _address(application, slug))
        messages.success(request, f"Returned to {application.candidate}, who gets an e-mail with your words.")
        return redirect(_address(application, slug))
    return render(request, "reviews/return.html", {"application": application, "sheet": sheet, "form": form})


@requires(*JUDGES)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: AuthedRequest, uuid: UUID, slug: str) -> HttpResponse:
    """Waive one requirement, saying why."""
    application = _case(request, uuid)
    requirement = application.requirement(_requirement(application, slug))
    if not waiving_roles(application, slug, request.user, timezone.localdate()):
        return not_permitted(request, "You don't hold an office that may waive this.")
    form = WaiverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            waive_requirement(application=application, requirement=slug, actor=request.user, **form.cleaned_data)
        except NotTheReviewer as refusal:
            return not_permitted(request, str(refusal))
        except ReviewRefused as refusal:
            return conflict(request, str(refusal), _address(application, slug))
        messages.success(request, f"Waived. {application.candidate} gets an e-mail with your words.")
        return redirect(_address(application, slug))
    context = {
        "application": application,
        "requirement": requirement,
        "sentence": sentence_of(requirement),
        "form": form,
    }
    return render(request, "reviews/waive.html", context)


@requires(*JUDGES)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Sign off the next stage, after seeing how far that carries the case."""
    application = _case(request, uuid)
    back = reverse("reviews:case", args=[uuid])
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            records = sign_off_stage(
                application=application,
                actor=request.user,
                expected_version=int(version) if version.isascii() and version.isdigit() else None,
            )
        except NotPermitted as refusal:
            return not_permitted(request, str(refusal))
        except TransitionError as refusal:
            return conflict(request, str(refusal), back)
        labels = {part.slug: part.for_reviewers for part in application.definition.stages}
        reached = ", then ".join(f"“{labels[record.target]}”" for record in records)
        said = f"{application.candidate} has reached {reached}." if records else _signed_so_far(application)
        messages.success(request, said)
        return redirect(back)
    reach = stages_within_reach(application, request.user, timezone.localdate())
    if not reach:
        return conflict(request, "No stage can be signed off here now.", back)
    return render(request, "reviews/stage.html", {"application": application, "reach": reach})


def _signed_so_far(application: Application) -> str:
    stage = stage_ahead(application)
    if stage is None:
        return "Your signature is kept."
    count = len(signatures(application, stage.slug))
    return f"Your signature is kept: {count} of {stage.quorum} have signed “{stage.label}”."


@requires(*JUDGES)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def lifecycle(request: AuthedRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Hold, resume, decline or reopen, after a page that says what that means."""
    application = _case(request, uuid)
    if verb not in VERBS:
        raise Http404
    back = reverse("reviews:case", args=[uuid])
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].required = VERBS[verb].reason
    if request.method == "POST" and form.is_valid():
        try:
            change_lifecycle(application=application, name=verb, actor=request.user, reason=form.cleaned_data["reason"])
        except NotPermitted as refusal:
            return not_permitted(request, str(refusal))
        except TransitionError as refusal:
            return conflict(request, str(refusal), back)
        messages.success(request, VERBS[verb].done)
        return redirect(back)
    context = {"application": application, "form": form, "verb": VERBS[verb]}
    return render(request, "reviews/lifecycle.html", context)


@requires(*READERS, "council")
@require_http_methods(["GET", "HEAD", "POST"])
def step_aside(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Declare a conflict of interest; the page shows nothing of the case, so it can be done before opening it."""
    application = _case(request, uuid)
    form = RecusalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        recuse(application=application, actor=request.user, **form.cleaned_data)
        messages.success(request, "You have stepped aside. The case is closed to you from now on.")
        return redirect("home")
    return render(request, "reviews/step_aside.html", {"application": application, "form": form})


@signed_in
@with_case
@require_safe
def my_history(request: AuthedRequest, application: Application) -> HttpResponse:
    """The candidate sees everything that happened in their case, and who saw what."""
    return render(request, "reviews/my_history.html", {"application": application, "entries": timeline(application)})


def _case(request: AuthedRequest, uuid: UUID) -> Application:
    cases_ = Application.objects.reviewable_by(request.user).select_related("candidate", "pathway_version")
    return get_object_or_404(cases_, uuid=uuid)


def _requirement(application: Application, slug: str) -> str:
    try:
        return application.requirement(slug).slug
    except KeyError as error:
        raise Http404 from error


def _address(application: Application, slug: str) -> str:
    return reverse("reviews:case", args=[application.uuid]) + f"#{slug}"
