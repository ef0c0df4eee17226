"""The council's cases, its votes, and the registry as officers see it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from certificates.lifecycle import DECIDED, is_over
from certificates.models import Certificate, Credential
from certificates.services import AlreadyHeld, LastDayRefused
from credentialing.accounts.access import AuthedRequest, requires, roles_today
from credentialing.accounts.freshness import fresh_login
from credentialing.applications.forms import ReasonForm
from credentialing.applications.models import Application, AwaitedAct
from credentialing.applications.permissions import barring_ties, objection_to_judging
from credentialing.applications.presentation import track
from credentialing.applications.services.overrides import answerable_by
from credentialing.audit.events import Event
from credentialing.audit.services import record_view
from credentialing.council.counting import count_of, outcome_of
from credentialing.council.forms import BallotForm, LeaderSearchForm, RenewalForm
from credentialing.council.models import Ballot, Decision
from credentialing.council.motions.models import Motion
from credentialing.council.motions.rules import objection_to_moving
from credentialing.council.presentation import ready_cases
from credentialing.council.renewing import next_last_day
from credentialing.council.services import (
    NotAVoter,
    VoteRefused,
    cast_ballot,
    change_standing,
    decision_ahead,
)
from credentialing.names.differences import differing_names
from credentialing.names.lifecycle import APPROVERS, CONFIRMERS
from credentialing.names.models import NameChange
from credentialing.reviews.dossier import dossier
from credentialing.reviews.overrides import overrides_told
from credentialing.reviews.timeline import timeline
from credentialing.ui.drawings import drawing
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import TransitionError
from workflows.models import LedgerRecord
from workflows.services import available_actions

VOTERS = ("council", "coordinator", "ccc_chair", "reviewer", "registrar")  # offices that a body may be made of
KEEPERS = ("council", "registrar", "coordinator", "ccc_chair", "administrator")
PAGE = 50
LATELY = 20


@requires(*VOTERS)
@require_safe
def home(request: AuthedRequest) -> HttpResponse:
    """Cases that wait for the council, and what it decided lately."""
    acts = AwaitedAct.objects.on_cases_of(request.user, roles_today(request))
    context = {
        "permissions": answerable_by(request.user, timezone.now()),
        "ready": ready_cases(acts, request.user, timezone.now()),
        "decisions": Decision.objects.made().exclude(application__candidate=request.user)[:LATELY],
        "motions": Motion.objects.visible_to(request.user).voting().select_related("credential__holder").order_by("pk"),
        "conflicts": Application.objects.in_conflict_with(request.user).under_way().select_related("candidate"),
    }
    return render(request, "council/home.html", context)


@requires(*VOTERS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The case file, and the ballot: written, then confirmed, then cast."""
    application = _case(request, uuid)
    today = timezone.localdate()
    ahead = decision_ahead(application, today)
    asked = ahead or application.definition.balloted[-1]
    body = application.definition.body(asked.parameters.body)
    if not roles_today(request) & {body.voters, "council"}:
        return not_permitted(request, f"This page is for members: {body.label}.")
    form = BallotForm(
        request.POST if request.method == "POST" else None, definition=application.definition, requirement=asked
    )
    if request.method == "POST" and form.is_valid():
        if "confirmed" not in request.POST:
            choice = Ballot.Choice(form.cleaned_data["choice"]).label
            return render(request, "council/confirm.html", {"application": application, "form": form, "choice": choice})
        return _cast(request, application, form)
    if request.method != "POST":
        record_view(
            event=Event.CASE_VIEWED,
            actor=request.user,
            subject_kind=application.subject_kind,
            subject_id=application.uuid,
        )
    decision = Decision.objects.of(application, asked.slug).first()
    voted = decision is not None and decision.ballots.filter(member=request.user).exists()
    objection = objection_to_judging(request.user, application)
    open_now = ahead is not None and not (decision and decision.outcome)
    count = count_of(decision, body, timezone.now())
    votes_here = body.voters in roles_today(request)
    context = {
        "application": application,
        "track": track(application, "reviewer"),
        "stages": dossier(application, request.user, today),
        "entries": timeline(application),
        "form": form if open_now and votes_here and not voted and not objection else None,
        "endorsements": application.stage_endorsements.select_related("person"),
        "decision": decision,
        "body": body,
        "requirement": asked,
        "count": count,
        "settles": open_now and votes_here and not objection and bool(outcome_of(count.choices, body)),
        "overrides": overrides_told(application),
        "voted": voted,
        "objection": objection,
        "open_now": open_now,
    }
    return render(request, "council/case.html", context)


@requires(*KEEPERS)
@require_safe
def registry(request: AuthedRequest) -> HttpResponse:
    """Every holder, listed or not, with number, dates and status; certificates that could not be drawn first."""
    form = LeaderSearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(Credential.objects.awarded().found(words), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "words": words,
        "refused": Certificate.objects.refused().select_related("credential"),
        "names_waiting": NameChange.objects.awaiting(request.user, roles_today(request)).count(),
        "names_differing": differing_names().count() if roles_today(request) & APPROVERS else 0,
        "sees_names": bool(roles_today(request) & CONFIRMERS),
        "brings_in": "registrar" in roles_today(request),
    }
    return render(request, "council/registry.html", context)


@requires(*KEEPERS)
@require_safe
def credential(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One holder's credential: its history, its certificates, what this officer may do."""
    held = _credential(uuid)
    records = LedgerRecord.objects.of(held).select_related("actor", "kept_reason")
    own = held.holder_id == request.user.pk
    ties = [] if own else barring_ties(request.user, held.holder, None)
    context = {
        "credential": held,
        "drawing": drawing(
            held.workflow_definition(),
            title="The life of a credential",
            present=held.state,
            visited={record.source for record in records},
        ),
        "certificates": held.certificates.all(),
        "records": records,
        "labels": {state.slug: state.label for state in held.workflow_definition().states},
        "actions": [
            action
            for action in available_actions(held, request.user)
            if action.permitted and action.transition.name not in DECIDED
        ],
        "motion": held.motions.visible_to(request.user).open().first(),
        "motions_possible": [
            act
            for act in Motion.Act
            if not objection_to_moving(held, request.user, timezone.now())
            and any(held.workflow_definition().edges(act.value, held.state))
            and not (act == Motion.Act.REINSTATE and is_over(held, timezone.localdate()))
        ],
        "corrects": bool(roles_today(request) & APPROVERS) and not ties and held.holder_id != request.user.pk,
        "name_changes": NameChange.objects.visible_to(request.user).filter(credential=held)
        if roles_today(request) & CONFIRMERS
        else (),
        "ties": ties,
    }
    return render(request, "council/credential.html", context)


@requires(*KEEPERS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def standing(request: AuthedRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Renew or resign, after a page that says what that means; what is decided by a vote leads to a motion."""
    held = _credential(uuid)
    back = reverse("council:credential", args=[uuid])
    if verb in DECIDED:
        return redirect(reverse("council:motion-put", args=[uuid], query={"act": verb}))
    action = next((a for a in available_actions(held, request.user) if a.transition.name == verb), None)
    if action is not None and action.refusal:
        return not_permitted(request, action.refusal)
    if action is None:
        return conflict(request, "This is not possible now, or not with your office.", back)
    data = request.POST if request.method == "POST" else None
    renewed = verb == "renew" and held.valid_until is not None
    initial = {"valid_until": next_last_day(held, timezone.localdate())} if renewed else None
    form = (RenewalForm if renewed else ReasonForm)(data, initial=initial)
    form.fields["reason"].required = action.transition.reason_required
    if request.method == "POST" and form.is_valid():
        try:
            change_standing(credential=held, name=verb, actor=request.user, **form.cleaned_data)
        except LastDayRefused as refusal:
            form.add_error("valid_until", str(refusal))
        except (TransitionError, ValueError) as refusal:
            return conflict(request, str(refusal), back)
        else:
            messages.success(request, f"The credential is now: {held.status_label.lower()}.")
            return redirect(back)
    context = {"credential": held, "form": form, "transition": action.transition}
    return render(request, "council/standing.html", context, status=422 if form.is_bound else 200)


def _case(request: AuthedRequest, uuid: UUID) -> Application:
    cases = Application.objects.reviewable_by(request.user).select_related("candidate", "pathway_version")
    return get_object_or_404(cases, uuid=uuid)


def _credential(uuid: UUID) -> Credential:
    return get_object_or_404(Credential.objects.awarded(), uuid=uuid)


def _cast(request: AuthedRequest, application: Application, form: BallotForm) -> HttpResponse:
    back = reverse("council:home")
    try:
        ballot = cast_ballot(application=application, actor=request.user, **form.cleaned_data)
    except NotAVoter as refusal:
        return not_permitted(request, str(refusal))
    except (VoteRefused, TransitionError, AlreadyHeld) as refusal:
        return conflict(request, str(refusal), back)
    decision = Decision.objects.get(pk=ballot.decision_id)
    if decision.outcome:
        application.refresh_from_db()
        certified = application.state == application.definition.stages[-1].slug
        outcome = "certified" if certified else decision.get_outcome_display().lower()
        messages.success(request, f"It is decided: {application.candidate} is {outcome}.")
    else:
        definition = application.definition
        body = definition.body(definition.requirement(decision.requirement).parameters.body)
        counted = count_of(decision, body, timezone.now()).counted
        messages.success(request, f"Your vote is cast: {len(counted)} of {body.quorum} needed.")
    return redirect(back)
