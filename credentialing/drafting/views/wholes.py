"""The editor: what a pathway has once: its names, the texts to sign, what evaluators rate by, names of offices."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.drafting.access import WRITERS, draft_of, file_of, saved
from credentialing.drafting.forms import GeneralForm, OfficesForm, RubricForm, StatementsForm, TableForm
from credentialing.drafting.models import PathwayDraft
from credentialing.pathways.outline import outline_of

PAGE = ["GET", "HEAD", "POST"]
TABLES: Mapping[str, tuple[type[TableForm], str]] = {
    "statements": (StatementsForm, "Texts to sign"),
    "rubric": (RubricForm, "What evaluators rate by"),
    "offices": (OfficesForm, "Names of the offices"),
}


@requires(*WRITERS)
@require_http_methods(PAGE)
def general(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Number, names, what is awarded."""
    draft = draft_of(request, uuid)
    form = GeneralForm(request.POST if request.method == "POST" else None, row=file_of(draft), revision=draft.revision)
    if request.method == "POST" and form.is_valid():
        source = form.changed(draft.source)
        return saved(request, draft, source, seen=form.cleaned_data["revision"], what="The pathway as a whole")
    return _page(request, draft, form, "The pathway as a whole")


@requires(*WRITERS)
@require_http_methods(PAGE)
def table(request: AuthedRequest, uuid: UUID, name: str) -> HttpResponse:
    """One of the tables that a file has once."""
    draft = draft_of(request, uuid)
    form_class, title = TABLES[name]
    row = file_of(draft).get(form_class.KEY, {})
    if not isinstance(row, dict):  # only the page of the text can help here
        raise Http404
    form = form_class(request.POST if request.method == "POST" else None, row=row, revision=draft.revision)
    if request.method == "POST" and form.is_valid():
        source = form.changed(draft.source)
        here = reverse(f"drafting:{name}", args=[uuid])
        return saved(request, draft, source, seen=form.cleaned_data["revision"], what=title, to=here)
    return _page(request, draft, form, title)


def _page(request: AuthedRequest, draft: PathwayDraft, form: Any, title: str) -> HttpResponse:
    context = {"draft": draft, "form": form, "title": title, "row": {}, "faults": outline_of(draft.source).faults}
    return render(request, "drafting/part.html", context, status=422 if form.is_bound else 200)
