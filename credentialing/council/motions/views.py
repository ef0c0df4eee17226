"""Motions about credentials: the list, one motion with its vote, and putting one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.models import Credential
from credentialing.accounts.access import AuthedRequest, requires
from credentialing.accounts.freshness import fresh_login
from credentialing.applications.forms import ReasonForm
from credentialing.council.motions.counting import left_out, tally_of, voters_of
from credentialing.council.motions.forms import MotionForm, VoteForm
from credentialing.council.motions.models import Motion
from credentialing.council.motions.rules import objection_to_moving, objection_to_voting, rules_for
from credentialing.council.motions.services import (
    MayNotJudge,
    MotionRefused,
    cast_vote,
    close_overtaken,
    put_motion,
    second_motion,
    withdraw_motion,
)
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import TransitionError
from workflows.models import LedgerRecord
from workflows.services import available_actions

READERS = ("council", "president", "registrar", "coordinator", "ccc_chair", "reviewer", "administrator")
MOVERS = ("council", "president", "registrar", "coordinator", "ccc_chair")
PAGE = 50


@requires(*READERS)
@require_safe
def motions(request: AuthedRequest) -> HttpResponse:
    """Those that are open, the longest waiting first, and what became of the others."""
    visible = Motion.objects.visible_to(request.user).select_related("credential__holder", "proposed_by")
    ended = visible.exclude(pk__in=visible.open().values("pk")).order_by("-state_since", "-pk")
    context = {
        "open": visible.open().order_by("proposed_at", "pk"),
        "page": Paginator(ended, PAGE).get_page(request.GET.get("page")),
        "voted": set(request.user.motion_votes.values_list("motion", flat=True)),
    }
    return render(request, "council/motions/motions.html", context)


@requires(*MOVERS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def put(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Put a motion about a credential."""
    credential = get_object_or_404(Credential.objects.awarded().select_related("holder"), uuid=uuid)
    back, now = reverse("council:credential", args=[uuid]), timezone.now()
    objection = objection_to_moving(credential, request.user, now)
    if objection:
        return not_permitted(request, objection)
    running = credential.motions.open().first()
    if running is not None:
        return redirect("council:motion", running.uuid)
    possible = [act for act in Motion.Act.values if any(credential.workflow_definition().edges(act, credential.state))]
    if not possible:
        return conflict(request, "Nothing can be moved about a credential in this state.", back)
    form = MotionForm(
        request.POST if request.method == "POST" else None,
        possible=possible,
        initial={"act": request.GET.get("act", possible[0])},
    )
    if request.method == "POST" and form.is_valid():
        try:
            motion = put_motion(credential=credential, actor=request.user, now=now, **form.cleaned_data)
        except MotionRefused as refusal:
            return conflict(request, str(refusal), back)
        messages.success(request, "The motion is put. Whoever votes gets an e-mail.")
        return redirect("council:motion", motion.uuid)
    body, standing = rules_for(credential, now)
    context = {"credential": credential, "form": form, "body": body, "standing": standing}
    return render(request, "council/motions/put.html", context)


@requires(*READERS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def motion(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One motion, and the vote: written, then confirmed, then cast."""
    found = _motion(request, uuid)
    now = timezone.now()
    objection = objection_to_voting(found, request.user, now)
    own = found.votes.filter(member=request.user).first()
    may_vote = found.is_voted_on and not objection and own is None
    form = VoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not may_vote:
        return not_permitted(request, objection or "You have voted, or this motion has been decided.")
    if request.method == "POST" and form.is_valid():
        if request.POST.get("confirmed") == "yes":
            return _cast(request, found, form)
        choice = dict(form.fields["choice"].choices)[form.cleaned_data["choice"]]  # type: ignore[attr-defined]  # a choice field
        return render(request, "council/motions/confirm.html", {"motion": found, "form": form, "choice": choice})
    day = timezone.localdate(now)
    context = {
        "motion": found,
        "credential": found.credential,
        "form": form if may_vote else None,
        "own": own,
        "objection": objection if found.is_voted_on else "",
        "tally": tally_of(found, day),
        "left_out": left_out(found, day) if found.is_voted_on else [],
        "nobody_votes": found.is_voted_on and not voters_of(found, day),
        "votes": [] if found.is_voted_on else found.votes.select_related("member"),
        "records": LedgerRecord.objects.of(found).select_related("actor", "kept_reason"),
        "labels": {state.slug: state.label for state in found.workflow_definition().states},
        "acts": {action.transition.name for action in available_actions(found, request.user) if action.possible},
    }
    return render(request, "council/motions/motion.html", context)


@requires(*MOVERS)
@fresh_login
@require_POST
def second(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Suspend at once, as the second officer."""
    done = "The credential is suspended. It ends by itself unless it is confirmed by the vote."
    return _act(request, uuid, second_motion, done)


@requires(*MOVERS)
@fresh_login
@require_POST
def close(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Close a motion that is overtaken."""
    return _act(request, uuid, close_overtaken, "The motion is closed.")


@requires(*MOVERS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Take one's own motion back."""
    found = _motion(request, uuid)
    if found.proposed_by_id != request.user.pk:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _act(request, uuid, withdraw_motion, "Your motion is withdrawn.", **form.cleaned_data)
    return render(request, "council/motions/withdraw.html", {"motion": found, "form": form})


def _motion(request: AuthedRequest, uuid: UUID) -> Motion:
    visible = Motion.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("credential__holder", "proposed_by", "seconded_by"), uuid=uuid)


def _act(request: AuthedRequest, uuid: UUID, act: Callable[..., Any], done: str, **words: str) -> HttpResponse:
    found = _motion(request, uuid)
    try:
        act(motion=found, actor=request.user, **words)
    except TransitionError as refusal:
        return conflict(request, str(refusal), reverse("council:motion", args=[uuid]))
    messages.success(request, done)
    return redirect("council:motion", uuid)


def _cast(request: AuthedRequest, found: Motion, form: VoteForm) -> HttpResponse:
    back = reverse("council:motion", args=[found.uuid])
    try:
        cast_vote(motion=found, actor=request.user, **form.cleaned_data)
    except MayNotJudge as refusal:
        return not_permitted(request, str(refusal))
    except (MotionRefused, TransitionError) as refusal:
        return conflict(request, str(refusal), back)
    found.refresh_from_db()
    decided = f"It is decided: {found.state_label.lower()}."
    messages.success(request, "Your vote is cast." if found.is_voted_on else decided)
    return redirect(back)
