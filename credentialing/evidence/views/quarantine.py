"""Taking a file out of sight, and deciding what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from credentialing.accounts.access import AuthedRequest, requires, roles_today, signed_in
from credentialing.accounts.freshness import fresh_login
from credentialing.evidence.forms.files import QuarantineEndForm, QuarantineForm
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.presentation import back_from, quarantine_of, quarantines
from credentialing.evidence.services.quarantine import copies_of, destroy_file, quarantine_file, release_file
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import NoSuchTransition, NotPermitted, TransitionError
from workflows.services import explain

KEEPERS = ("coordinator", "ccc_chair")


@dataclass(frozen=True, kw_only=True)
class End:
    """One way to end a quarantine: its button, what it means, what is said afterwards."""

    slug: str
    label: str
    meaning: str
    done: str
    danger: bool = False


ENDS: Mapping[str, End] = {
    "release": End(
        slug="release",
        label="Release",
        meaning="Nothing speaks against this file: it is again what it was before, and those who may open the case can "
        "read it. The candidate gets an e-mail.",
        done="The file is released.",
    ),
    "destroy": End(
        slug="destroy",
        label="Destroy",
        meaning="The file is erased for good, with its title and its name; it can't be undone. What stays is that "
        "there was a file, with its fingerprint. The candidate gets an e-mail and can upload another.",
        done="The file is destroyed.",
        danger=True,
    ),
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def quarantine(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Report a file that must not be seen, after a page that says what that means."""
    readable = EvidenceFile.objects.in_cases_open_to(request.user).select_related("application__candidate")
    file = get_object_or_404(readable, uuid=uuid)
    back = back_from(file, request.user, roles_today(request))
    try:
        told = explain(file, "quarantine", request.user)
    except NoSuchTransition:
        return conflict(request, "This file is out of sight already. Nothing was done twice.", back)
    if not told.permitted:
        return not_permitted(request, told.refusal)
    form = QuarantineForm(request.POST if request.method == "POST" else None, initial={"version": file.version})
    if request.method == "POST" and form.is_valid():
        try:
            quarantine_file(file=file, actor=request.user, **form.facts)
        except TransitionError as refusal:
            return conflict(request, str(refusal), back)
        messages.success(request, "The file is in quarantine: out of sight at once.")
        return redirect(back)
    context = {"file": file, "form": form, "back": back, "own": file.application.candidate_id == request.user.pk}
    return render(request, "evidence/quarantine.html", context)


@requires(*KEEPERS)
@require_safe
def quarantined_files(request: AuthedRequest) -> HttpResponse:
    """What is in quarantine, the longest first."""
    return render(request, "evidence/quarantined_files.html", {"quarantines": quarantines(request.user)})


@requires(*KEEPERS)
@require_safe
def quarantined_file(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One file in quarantine: why, by whom, and what becomes of it."""
    file = _handled_by(request, uuid)
    if file.state != "quarantined":
        return conflict(request, "This file is in quarantine no more.", reverse("evidence:quarantined-files"))
    held = quarantine_of(file, request.user)
    context = {"held": held, "ends": [ENDS[name] for name in held.ends], "copies": len(copies_of(file, "release"))}
    return render(request, "evidence/quarantined_file.html", context)


@requires(*KEEPERS)
@fresh_login
@require_http_methods(["GET", "HEAD", "POST"])
def quarantine_end(request: AuthedRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Release or destroy, after a page that says what that means."""
    file = _handled_by(request, uuid)
    if verb not in ENDS:
        raise Http404
    back = reverse("evidence:quarantined-files")
    form = QuarantineEndForm(request.POST if request.method == "POST" else None, initial={"version": file.version})
    if request.method == "POST" and form.is_valid():
        act = {"release": release_file, "destroy": destroy_file}[verb]
        try:
            act(file=file, actor=request.user, **form.facts)
        except NotPermitted as refusal:
            return not_permitted(request, str(refusal))
        except TransitionError as refusal:
            return conflict(request, str(refusal), back)
        messages.success(request, ENDS[verb].done)
        return redirect(back)
    try:
        told = explain(file, verb, request.user)
    except NoSuchTransition as refusal:
        return conflict(request, str(refusal), back)
    if not told.permitted:
        return not_permitted(request, told.refusal)
    return render(request, "evidence/quarantine_end.html", {"file": file, "form": form, "end": ENDS[verb]})


def _handled_by(request: AuthedRequest, uuid: UUID) -> EvidenceFile:
    """A file that this officer deals with, or dealt with: a second click is told so, nobody else finds it."""
    files = EvidenceFile.objects.ever_quarantined_for(request.user).select_related("application__candidate")
    return get_object_or_404(files, uuid=uuid)
