"""Where officers decide about names: what waits, one change, a change for a holder, profiles that differ."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.models import Credential
from credentialing.accounts.access import AuthedRequest, requires, roles_today
from credentialing.accounts.freshness import fresh_login
from credentialing.names.differences import differing_names, in_words
from credentialing.names.forms import ChangeForHolderForm, ProofForm, RefusalForm
from credentialing.names.lifecycle import APPROVERS, CONFIRMERS
from credentialing.names.models import NameChange
from credentialing.names.presentation import steps_of
from credentialing.names.rules import objection_to_approving
from credentialing.names.services import (
    ChangeRefused,
    approve_change,
    change_for_holder,
    confirm_change,
    keep_what_stands,
    refuse_change,
    write_about_difference,
)
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import NotPermitted, TransitionError
from workflows.models import LedgerRecord
from workflows.services import available_actions

OFFICERS = tuple(sorted(CONFIRMERS))
REGISTRARS = tuple(sorted(APPROVERS))
PAGE = 50
LATELY = 20


@requires(*OFFICERS)
@require_safe
def changes(request: AuthedRequest) -> HttpResponse:
    """What waits for this officer, what waits for somebody else, profiles that differ, what was decided lately."""
    roles = roles_today(request)
    visible = NameChange.objects.visible_to(request.user)
    waiting = list(NameChange.objects.awaiting(request.user, roles))
    mine = {change.pk for change in waiting}
    settles = bool(roles & APPROVERS)
    page = Paginator(differing_names(), PAGE).get_page(request.GET.get("page")) if settles else None
    context = {
        "waiting": waiting,
        "others": [change for change in visible.open() if change.pk not in mine],
        "decided": visible.ended().order_by("-state_since", "-pk")[:LATELY],
        "settles": settles,
        "page": page,
        "differences": in_words(page.object_list) if page else [],
    }
    return render(request, "names/changes.html", context)


@requires(*OFFICERS)
@require_safe
def change(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One change: what stands, what is asked, on which proof, and what this officer may do."""
    return _show(request, _change(request, uuid))


@requires(*REGISTRARS)
@fresh_login
@require_POST
def approve(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Approve on a proof that was seen."""
    asked, form = _change(request, uuid), ProofForm(request.POST)
    if not form.is_valid():
        return _show(request, asked, proof_form=form, status=422)
    return _decide(request, asked, approve_change, **form.cleaned_data)


@requires(*OFFICERS)
@fresh_login
@require_POST
def confirm(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Confirm as the second person."""
    return _decide(request, _change(request, uuid), confirm_change)


@requires(*OFFICERS)
@fresh_login
@require_POST
def refuse(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Refuse with a reason that the holder reads."""
    asked, form = _change(request, uuid), RefusalForm(request.POST)
    if not form.is_valid():
        return _show(request, asked, refusal_form=form, status=422)
    return _decide(request, asked, refuse_change, **form.cleaned_data)


@requires(*REGISTRARS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def for_holder(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Enter a change for a holder, with the proof; or look at a profile that differs, and settle it."""
    credential = get_object_or_404(Credential.objects.awarded(), uuid=uuid)
    if objection := objection_to_approving(request.user, credential.holder, timezone.localdate()):
        return not_permitted(request, objection)
    under_way = NameChange.objects.open().filter(credential=credential).first()
    if under_way is not None and request.method != "POST":
        return redirect("names:change", under_way.uuid)
    form = ChangeForHolderForm(
        request.POST if request.method == "POST" else None,
        credential=credential,
        initial={"name": credential.recorded_name, "post_nominals": credential.recorded_post_nominals},
    )
    if request.method == "POST" and form.is_valid():
        try:
            proof = {field: form.cleaned_data[field] for field in ("proof", "proof_seen_on")}
            entered = change_for_holder(credential=credential, actor=request.user, wish=form.wish, **proof)
        except (ChangeRefused, TransitionError, ValueError) as refusal:
            return conflict(request, str(refusal), reverse("council:credential", args=[uuid]))
        messages.success(request, _told(entered))
        return redirect("names:change", entered.uuid)
    found = in_words(differing_names().filter(pk=credential.pk))
    context = {"credential": credential, "form": form, "difference": found[0] if found else None}
    return render(request, "names/for_holder.html", context)


@requires(*REGISTRARS)
@require_POST
def keep(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """What is on record is right."""
    return _settle(request, uuid, keep_what_stands, "What is on record stays, and the profile says so now.")


@requires(*REGISTRARS)
@require_POST
def write(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Ask the holder which is right."""
    return _settle(request, uuid, write_about_difference, "The holder is asked by e-mail which is right.")


def _settle(request: AuthedRequest, uuid: UUID, act: Callable[..., Any], done: str) -> HttpResponse:
    credential = get_object_or_404(Credential.objects.awarded(), uuid=uuid)
    if objection := objection_to_approving(request.user, credential.holder, timezone.localdate()):
        return not_permitted(request, objection)
    act(credential=credential, actor=request.user)
    messages.success(request, done)
    return redirect("names:changes")


def _decide(request: AuthedRequest, asked: NameChange, act: Callable[..., LedgerRecord], **data: Any) -> HttpResponse:
    seen = request.POST.get("version", "")
    back = reverse("names:change", args=[asked.uuid])
    try:
        act(change=asked, actor=request.user, expected_version=int(seen) if seen.isdecimal() else None, **data)
    except NotPermitted as refusal:
        return not_permitted(request, str(refusal))
    except (TransitionError, ValueError) as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, _told(asked))
    return redirect(back)


def _told(change: NameChange) -> str:
    return {
        "approved": "Approved. It counts once a second officer has confirmed it; those who may have been told.",
        "recorded": "It is on record. The holder is told.",
        "refused": "Refused. The holder is told why.",
    }[change.state]


def _change(request: AuthedRequest, uuid: UUID) -> NameChange:
    return get_object_or_404(NameChange.objects.visible_to(request.user), uuid=uuid)


def _show(
    request: AuthedRequest,
    asked: NameChange,
    *,
    proof_form: ProofForm | None = None,
    refusal_form: RefusalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actions = {action.transition.name: action for action in available_actions(asked, request.user)}
    may = {name for name, action in actions.items() if action.permitted}
    context = {
        "change": asked,
        "steps": steps_of(asked),
        "proof_form": (proof_form or ProofForm()) if "approve" in may else None,
        "refusal_form": (refusal_form or RefusalForm()) if "refuse" in may else None,
        "may_confirm": "confirm" in may,
        "objections": sorted({action.refusal for action in actions.values() if action.refusal}),
        "form": proof_form or refusal_form or RefusalForm(),
    }
    return render(request, "names/change.html", context, status=status)
