"""The editor: a form for each part, and adding, moving and taking parts away. Every save is a revision."""

import tomllib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.drafting.access import WRITERS, draft_of, saved
from credentialing.drafting.forms import (
    GeneralForm,
    NewRequirementForm,
    NewStageForm,
    PartForm,
    RequirementForm,
    StageForm,
)
from credentialing.drafting.models import PathwayDraft
from credentialing.pathways.loading.positions import Path
from credentialing.pathways.outline import outline_of, path_of
from credentialing.pathways.writing import NotThere, add_table, at, change_values, move_table, remove_table

PAGE = ["GET", "HEAD", "POST"]


@requires(*WRITERS)
@require_http_methods(PAGE)
def general(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Number, names, what is awarded."""
    draft = draft_of(request, uuid)
    file = _file(draft)
    form = GeneralForm(request.POST or None, row=file, revision=draft.revision)
    if request.method == "POST" and form.is_valid():
        source = change_values(draft.source, (), form.values())
        source = change_values(source, ("award",), form.award_values())
        return saved(request, draft, source, seen=form.cleaned_data["revision"], what="The pathway as a whole")
    return _page(request, draft, form, title="The pathway as a whole")


@requires(*WRITERS)
@require_http_methods(PAGE)
def part(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """One stage or one requirement."""
    draft = draft_of(request, uuid)
    file, path, row = _row(draft, place)
    data = request.POST if request.method == "POST" else None
    form: PartForm
    if len(path) == len(path_of("0")):
        form = StageForm(data, row=row, revision=draft.revision)
    else:
        form = RequirementForm(data, row=row, file=file, revision=draft.revision)
    label = str(row.get("label", "")) or place
    if request.method == "POST" and form.is_valid():
        source = change_values(draft.source, path, form.values())
        here = reverse("drafting:part", args=[uuid, place])
        return saved(request, draft, source, seen=form.cleaned_data["revision"], what=label, to=here)
    return _page(request, draft, form, title=label, place=place, row=row)


@requires(*WRITERS)
@require_http_methods(PAGE)
def add_stage(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Another stage, before the last, which stays where the body decides."""
    draft = draft_of(request, uuid)
    form = NewStageForm(request.POST if request.method == "POST" else None, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        values = {"slug": form.cleaned_data["slug"], "label": form.cleaned_data["label"]}
        stages = len(_file(draft).get("stages", []))
        source = add_table(draft.source, (), "stages", values)
        if stages:
            source = move_table(source, ("stages", stages), stages - 1)
        there = reverse("drafting:part", args=[uuid, str(max(stages - 1, 0))])
        return saved(
            request, draft, source, seen=form.cleaned_data["revision"], what=f"Added {values['label']}", to=there
        )
    return _page(request, draft, form, title="Add a stage")


@requires(*WRITERS)
@require_http_methods(PAGE)
def add_requirement(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """Another requirement of a stage, or another option of a group."""
    draft = draft_of(request, uuid)
    _, path, row = _row(draft, place)
    key = "requirements" if len(path) == len(path_of("0")) else "options"
    form = NewRequirementForm(request.POST if request.method == "POST" else None, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("slug", "kind", "label")}
        source = add_table(draft.source, path, key, values)
        there = reverse("drafting:part", args=[uuid, f"{place}.{len(row.get(key, []))}"])
        return saved(
            request, draft, source, seen=form.cleaned_data["revision"], what=f"Added {values['label']}", to=there
        )
    return _page(request, draft, form, title=f"Add to “{row.get('label', place)}”")


@requires(*WRITERS)
@require_http_methods(PAGE)
def remove(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """Take a part away, after a page that says what goes with it; the history brings it back."""
    draft = draft_of(request, uuid)
    _, path, row = _row(draft, place)
    label = str(row.get("label", "")) or place
    if request.method == "POST":
        return saved(request, draft, remove_table(draft.source, path), seen=_seen(request), what=f"Took away {label}")
    below = len(row.get("requirements", [])) + len(row.get("options", []))
    return render(request, "drafting/remove.html", {"draft": draft, "label": label, "below": below})


@requires(*WRITERS)
@require_POST
def shift(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """One place up or down among its siblings."""
    draft = draft_of(request, uuid)
    _, path, row = _row(draft, place)
    by = {"up": -1, "down": 1}.get(request.POST.get("to", ""), 0)
    source = _or_404(lambda: move_table(draft.source, path, int(path[-1]) + by))
    return saved(request, draft, source, seen=_seen(request), what=f"Moved {row.get('label', place)}")


def _file(draft: PathwayDraft) -> dict[str, Any]:
    try:
        return tomllib.loads(draft.source)
    except tomllib.TOMLDecodeError as error:  # only the page of the text can help here
        raise Http404 from error


def _row(draft: PathwayDraft, place: str) -> tuple[dict[str, Any], Path, dict[str, Any]]:
    try:
        path = path_of(place)
    except ValueError as error:
        raise Http404 from error
    file = _file(draft)
    row = _or_404(lambda: at(file, path))
    if not isinstance(row, dict) or min(part for part in path if isinstance(part, int)) < 0:
        raise Http404
    return file, path, row


def _or_404[Found](read: Callable[[], Found]) -> Found:
    try:
        return read()
    except NotThere as error:
        raise Http404 from error


def _seen(request: AuthedRequest) -> int:
    seen = request.POST.get("revision", "")
    return int(seen) if seen.isascii() and seen.isdigit() else 0


def _page(
    request: AuthedRequest, draft: PathwayDraft, form: Any, *, title: str, place: str = "", row: Any = None
) -> HttpResponse:
    outline = outline_of(draft.source)
    parts = {part.place: part for stage in outline.stages for part in _with_options(stage.requirements)}
    context = {
        "draft": draft,
        "form": form,
        "title": title,
        "place": place,
        "row": row or {},
        "shown": parts.get(place),
        "faults": outline.faults,
    }
    return render(request, "drafting/part.html", context, status=422 if form.is_bound else 200)


def _with_options(parts: Any) -> Any:
    for part in parts:
        yield part
        yield from _with_options(part.options)
