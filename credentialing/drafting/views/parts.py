"""The editor: a form for each part, and adding, moving and taking parts away. Every save is a revision."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.drafting.access import WRITERS, draft_of, file_of, saved
from credentialing.drafting.forms import (
    BodyForm,
    NewRequirementForm,
    NewStageForm,
    PartForm,
    QuestionForm,
    RequirementForm,
    StageForm,
    VariationForm,
)
from credentialing.drafting.models import PathwayDraft
from credentialing.pathways.loading.positions import Path
from credentialing.pathways.outline import outline_of, path_of
from credentialing.pathways.writing import NotThere, add_table, at, move_table, remove_table

PAGE = ["GET", "HEAD", "POST"]


@requires(*WRITERS)
@require_http_methods(PAGE)
def part(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """One stage, requirement, body, question or variation."""
    draft = draft_of(request, uuid)
    file, path, row = _row(draft, place)
    form = _form_of(path, request.POST if request.method == "POST" else None, row=row, file=file, seen=draft.revision)
    label = _label(row, place)
    if request.method == "POST" and form.is_valid():
        source = form.changed(draft.source, path)
        here = reverse("drafting:part", args=[uuid, place])
        return saved(request, draft, source, seen=form.cleaned_data["revision"], what=label, to=here)
    return _page(request, draft, form, title=label, place=place, row=row)


def _form_of(path: Path, data: Any, *, row: dict[str, Any], file: dict[str, Any], seen: int) -> PartForm:
    match path:
        case ("stages", _):
            return StageForm(data, row=row, revision=seen)
        case ("bodies", _):
            return BodyForm(data, row=row, revision=seen)
        case ("profile", _):
            return QuestionForm(data, row=row, revision=seen)
        case (*above, "variations", _):
            return VariationForm(data, row=row, requirement=at(file, tuple(above)), file=file, revision=seen)
    return RequirementForm(data, row=row, file=file, revision=seen)


@requires(*WRITERS)
@require_http_methods(PAGE)
def add_stage(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Another stage, before the last, which stays where the body decides."""
    draft = draft_of(request, uuid)
    form = NewStageForm(request.POST if request.method == "POST" else None, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        values = {"slug": form.cleaned_data["slug"], "label": form.cleaned_data["label"]}
        stages = _length(file_of(draft), "stages")
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
def add(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """Another requirement of a stage, option of a group, body, question, or variation of a requirement."""
    draft = draft_of(request, uuid)
    path = _path(place)
    if path[-1] == "variations":
        return _add_variation(request, draft, place, path)
    form: NewStageForm
    data = request.POST if request.method == "POST" else None
    if isinstance(key := path[-1], str):
        parent: dict[str, Any] = file_of(draft)
        above, title, first = path[:-1], NEW[key], f"{key}."
        form = NewStageForm(data, initial={"revision": draft.revision})
    else:
        _, above, parent = _row(draft, place)
        if above[0] != "stages" or "variations" in above:
            raise Http404
        key = "requirements" if len(above) == len(path_of("0")) else "options"
        title, first = f"Add to “{_label(parent, place)}”", f"{place}."
        form = NewRequirementForm(data, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("slug", "kind", "label") if name in form.cleaned_data}
        source = add_table(draft.source, above, key, values)
        there = reverse("drafting:part", args=[draft.uuid, f"{first}{_length(parent, key)}"])
        what = f"Added {values['label']}"
        return saved(request, draft, source, seen=form.cleaned_data["revision"], what=what, to=there)
    return _page(request, draft, form, title=title)


NEW = {"bodies": "Add a body that decides", "profile": "Add a question to applicants"}


def _add_variation(request: AuthedRequest, draft: PathwayDraft, place: str, path: Path) -> HttpResponse:
    above = place.removesuffix(".variations")
    file, where, requirement = _row(draft, above)
    if len(where) <= len(path_of("0")):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = VariationForm(data, row={}, requirement=requirement, file=file, revision=draft.revision)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.values().items() if value is not None}
        source = add_table(draft.source, path[:-1], "variations", values)
        what, there = (
            f"Other numbers for {_label(requirement, above)}",
            reverse("drafting:part", args=[draft.uuid, above]),
        )
        return saved(request, draft, source, seen=form.cleaned_data["revision"], what=what, to=there)
    return _page(request, draft, form, title=f"Other numbers for a time: {_label(requirement, above)}")


@requires(*WRITERS)
@require_http_methods(PAGE)
def remove(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """Take a part away, after a page that says what goes with it; the history brings it back."""
    draft = draft_of(request, uuid)
    _, path, row = _row(draft, place)
    label = _label(row, place)
    if request.method == "POST":
        return saved(request, draft, remove_table(draft.source, path), seen=_seen(request), what=f"Took away {label}")
    below = _length(row, "requirements") + _length(row, "options")
    return render(request, "drafting/remove.html", {"draft": draft, "label": label, "below": below})


@requires(*WRITERS)
@require_POST
def shift(request: AuthedRequest, uuid: UUID, place: str) -> HttpResponse:
    """One place up or down among its siblings."""
    draft = draft_of(request, uuid)
    _, path, row = _row(draft, place)
    by = {"up": -1, "down": 1}.get(request.POST.get("to", ""), 0)
    source = _or_404(lambda: move_table(draft.source, path, int(path[-1]) + by))
    return saved(request, draft, source, seen=_seen(request), what=f"Moved {_label(row, place)}")


def _length(row: dict[str, Any], key: str) -> int:
    found = row.get(key)
    return len(found) if isinstance(found, list) else 0


def _path(place: str) -> Path:
    try:
        return path_of(place)
    except ValueError as error:
        raise Http404 from error


def _label(row: dict[str, Any], place: str) -> str:
    return str(row.get("label") or row.get("reason") or place)


def _row(draft: PathwayDraft, place: str) -> tuple[dict[str, Any], Path, dict[str, Any]]:
    path = _path(place)
    file = file_of(draft)
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
    context = {
        "draft": draft,
        "form": form,
        "title": title,
        "place": place,
        "row": row or {},
        "shown": outline.part(place),
        "faults": outline.faults,
    }
    return render(request, "drafting/part.html", context, status=422 if form.is_bound else 200)
