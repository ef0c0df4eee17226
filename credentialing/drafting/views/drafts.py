"""A draft: its rules as they will be shown, its text, what it changes, what it was before."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires, roles_today
from credentialing.accounts.limits import limited
from credentialing.applications.workflow import compile_workflow, without_moves
from credentialing.drafting.access import READERS, WRITERS, done, draft_of, is_taken_in, saved, status_of
from credentialing.drafting.differences import differences, text_differences
from credentialing.drafting.forms import TextForm, UploadForm
from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.presentation import acts_of, approvers
from credentialing.drafting.services import go_back_to
from credentialing.drafting.views.versions import toml
from credentialing.pathways.outline import Outline, outline_of
from credentialing.ui.drawings import Drawing, drawing
from credentialing.ui.responses import as_it_says
from workflows.definitions import DefinitionInvalid
from workflows.models import LedgerRecord


@requires(*READERS)
@require_safe
def draft(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The draft part by part, what is wrong with it, and what can be done."""
    found = draft_of(request, uuid)
    outline = outline_of(found.source)
    context = {
        "draft": found,
        "outline": outline,
        "drawing": _drawn(outline),
        "acts": acts_of(found, request.user),
        "writes": bool(roles_today(request) & set(WRITERS)) and found.is_open,
        "approvals": approvers(found),
        "simulation": found.simulations.first(),
        "in_force": found.version_in_force(timezone.localdate()),
        "records": LedgerRecord.objects.of(found).select_related("actor", "kept_reason"),
    }
    return render(request, "drafting/draft.html", context)


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The whole text, with every mistake and its line beside it."""
    found = draft_of(request, uuid)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        initial={"source": found.source, "revision": found.revision},
    )
    if request.method == "POST" and form.is_valid() and is_taken_in(form, "source", request.user):
        source = form.cleaned_data["source"].replace("\r\n", "\n")
        here = reverse("drafting:text", args=[uuid])
        to = here if outline_of(source).faults else ""
        return saved(request, found, source, seen=form.cleaned_data["revision"], what="The text", to=to)
    context: dict[str, Any] = {"draft": found, "form": form, "upload": UploadForm()}
    context["faults"] = outline_of(found.source).faults
    page = render(request, "drafting/text.html", context, status=status_of(form) if form.is_bound else 200)
    return as_it_says(page)


@requires(*WRITERS)
@limited("upload")
@require_POST
def upload(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Put a file in the place of the text."""
    found = draft_of(request, uuid)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        source = form.cleaned_data["file"].replace("\r\n", "\n")
        return saved(request, found, source, seen=found.revision, what="A file")
    text_form = TextForm(initial={"source": found.source, "revision": found.revision})
    context = {"draft": found, "form": text_form, "upload": form, "faults": outline_of(found.source).faults}
    return render(request, "drafting/text.html", context, status=422)


@requires(*READERS)
@require_safe
def download(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The text to keep."""
    found = draft_of(request, uuid)
    return toml(found.source, f"{found.slug}-draft-{found.revision}")


@requires(*READERS)
@require_safe
def differs(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Side by side with the version in force."""
    found = draft_of(request, uuid)
    in_force = found.version_in_force(timezone.localdate())
    definition = found.definition
    context = {
        "draft": found,
        "in_force": in_force,
        "readable": definition is not None,
        "differences": differences(in_force.definition if in_force else None, definition) if definition else [],
        "lines": text_differences(in_force.source, found.source) if in_force else [],
    }
    return render(request, "drafting/differences.html", context)


@requires(*WRITERS)
@require_safe
def history(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Every text it has had."""
    found = draft_of(request, uuid)
    return render(request, "drafting/history.html", {"draft": found, "revisions": _revisions(found)})


@requires(*WRITERS)
@require_POST
def back(request: AuthedRequest, uuid: UUID, number: int) -> HttpResponse:
    """Take an earlier text up again."""
    found = draft_of(request, uuid)
    if not found.revisions.filter(number=number).exists():
        raise Http404
    seen = request.POST.get("revision", "")
    return done(
        request,
        reverse("drafting:draft", args=[uuid]),
        f"The text of revision {number} is back. The one before it is kept in the history.",
        lambda: go_back_to(
            draft=found,
            number=number,
            actor=request.user,
            seen_revision=int(seen) if seen.isascii() and seen.isdigit() else 0,
        ),
    )


def _revisions(found: PathwayDraft) -> Any:
    return found.revisions.select_related("saved_by")


def _drawn(outline: Outline) -> Drawing | None:
    if outline.definition is None:
        return None
    try:
        machine = without_moves(compile_workflow(outline.definition))
    except DefinitionInvalid:  # the checks name it; a picture of it would mislead
        return None
    return drawing(machine, title=f"The path to {outline.definition.designation}", main_path_only=True)
