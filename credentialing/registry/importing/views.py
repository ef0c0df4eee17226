"""Bringing earlier holders in, for the registrar: upload, look at every row and guess, confirm."""

import hashlib
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.accounts.freshness import fresh_login
from credentialing.accounts.limits import limited
from credentialing.pathways.models import PathwayVersion
from credentialing.registry.importing import kept
from credentialing.registry.importing.forms import GuessesForm, ListForm
from credentialing.registry.importing.holders import HoldersRefused, Reading
from credentialing.registry.importing.lists import read_list
from credentialing.registry.services import import_holders, prospects
from credentialing.ui.responses import conflict

PAGE = 100
MOST_ROWS = 400  # what one request can record in well under half a minute
CHANGED = "What would be imported is no longer what you saw. Look at the rows again, then confirm."


@requires("registrar")
@limited("upload")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: AuthedRequest) -> HttpResponse:
    """Take a list in, to be looked at."""
    versions = list(PathwayVersion.objects.in_force(timezone.localdate()).select_related("pathway"))
    form = ListForm(request.POST or None, request.FILES or None, versions=versions)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        name = request.FILES["file"].name or ""
        found = kept.KeptList(content=data["file"], name=name, pathway=data["pathway"], choices={})
        return redirect("registry:import-preview", kept.keep(found, person=request.user))
    return render(request, "registry/import.html", {"form": form, "versions": versions})


@requires("registrar")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: AuthedRequest, key: UUID) -> HttpResponse:
    """Every row as it will be recorded, and every guess with what can be chosen instead."""
    found = _kept(request, key)
    reading = _read(found)
    if request.method == "POST":
        form = GuessesForm(request.POST, guesses=reading.guesses)
        if form.is_valid():
            kept.choose(key, {**found.choices, **form.choices}, person=request.user)
            return redirect("registry:import-preview", key)
    else:
        form = GuessesForm(guesses=reading.guesses)
    too_long = len(reading.holders) > MOST_ROWS
    rows = prospects(holders=reading.holders[:MOST_ROWS], pathway=_version(found).definition)
    contradicted = [row for row in rows if row[2]]
    context = {
        "key": key, "list": found, "form": form, "problems": reading.problems, "questions": reading.questions,
        "told": [guess for guess in reading.guesses if not guess.options], "contradicted": contradicted,
        "left_out": reading.left_out, "new": sum(1 for _, standing, why in rows if standing is None and not why),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "seen": _digest(reading),
        "count": len(reading.holders), "too_long": too_long, "most": MOST_ROWS,
        "ready": bool(rows) and not (too_long or reading.problems or reading.questions or contradicted),
    }  # fmt: skip
    return render(request, "registry/import_preview.html", context)


@requires("registrar")
@fresh_login
@require_POST
def confirm(request: AuthedRequest, key: UUID) -> HttpResponse:
    """Import what was seen, all of it or nothing."""
    found = _kept(request, key)
    reading, back = _read(found), reverse("registry:import-preview", args=[key])
    if len(reading.holders) > MOST_ROWS or request.POST.get("seen") != _digest(reading):
        return conflict(request, CHANGED, back)
    try:
        result = import_holders(holders=reading.settled(), pathway=_version(found).definition, actor=request.user)
    except HoldersRefused as refusal:
        return conflict(request, f"Nothing was imported. {refusal}", back)
    kept.forget(key, person=request.user)
    messages.success(request, f"{len(result.added)} added, {result.known} stood already. The file is kept no longer.")
    return redirect("council:registry")


@requires("registrar")
@require_POST
def drop(request: AuthedRequest, key: UUID) -> HttpResponse:
    """Forget the list; nothing was imported."""
    kept.forget(key, person=request.user)
    messages.success(request, "Nothing was imported, and the file is kept no longer.")
    return redirect("registry:import")


def _kept(request: AuthedRequest, key: UUID) -> kept.KeptList:
    found = kept.kept(key, person=request.user)
    if found is None:
        raise Http404
    return found


def _read(found: kept.KeptList) -> Reading:
    return read_list(found.content, today=timezone.localdate(), choices=found.choices)


def _version(found: kept.KeptList) -> PathwayVersion:
    version = PathwayVersion.objects.in_force(timezone.localdate()).filter(pathway__slug=found.pathway).first()
    if version is None:
        raise Http404
    return version


def _digest(reading: Reading) -> str:
    return hashlib.sha256(repr(reading.holders).encode()).hexdigest()
