"""The administrator's page of what the system does by itself: what waits, what was given up, and trying it again."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.correspondence.models import Letter
from credentialing.operations.services import NothingToTry, try_effect_again, try_letter_again
from credentialing.operations.work import PARTS, clock_is_missing, worker_is_missing
from credentialing.ui.responses import conflict
from workflows.models import EffectRun
from workflows.sequencer import waiting_entries

FIRST = 10
PAGE = 50


@requires("administrator")
@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    """The first few of each kind, what waits for a person before what waits for its turn."""
    now = timezone.now()
    parts = [{"part": part, "count": part.rows(now).count()} for part in PARTS]
    for shown in parts:
        part = shown["part"]
        shown["lines"] = part.lines(list(part.rows(now)[:FIRST]), now) if shown["count"] else []
    entries = waiting_entries()
    context = {
        "parts": [shown for shown in parts if shown["count"]],
        "entries": entries,
        "worker_is_missing": worker_is_missing(now),
        "clock_is_missing": clock_is_missing(now),
    }
    return render(request, "operations/work.html", context)


@requires("administrator")
@require_safe
def part(request: AuthedRequest, slug: str) -> HttpResponse:
    """All of one kind."""
    wanted = next((part for part in PARTS if part.slug == slug), None)
    if wanted is None:
        raise Http404
    now = timezone.now()
    page = Paginator(wanted.rows(now), PAGE).get_page(request.GET.get("page"))
    context = {"part": wanted, "page": page, "lines": wanted.lines(list(page.object_list), now)}
    return render(request, "operations/work_part.html", context)


@requires("administrator")
@require_POST
def effect_again(request: AuthedRequest, record: UUID, effect: str) -> HttpResponse:
    """Take up an effect that was given up."""
    run = get_object_or_404(EffectRun.objects.select_related("record"), record__uuid=record, effect=effect)
    try:
        try_effect_again(run=run, actor=request.user)
    except NothingToTry as refusal:
        return conflict(request, str(refusal), reverse("operations:work"))
    messages.success(request, "It is taken up again, with every attempt left.")
    return redirect("operations:work")


@requires("administrator")
@require_POST
def letter_again(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Take up a letter that was given up."""
    letter = get_object_or_404(Letter, uuid=uuid)
    try:
        try_letter_again(letter=letter, actor=request.user)
    except NothingToTry as refusal:
        return conflict(request, str(refusal), reverse("operations:work"))
    messages.success(request, "The letter is taken up again, with every attempt left.")
    return redirect("operations:work")
