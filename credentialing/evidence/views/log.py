"""The candidate's log of group sessions."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, signed_in
from credentialing.applications.access import with_case
from credentialing.applications.assessments import assess_requirements
from credentialing.applications.models import Application
from credentialing.evidence.asked_of_the_log import asked_of_the_log, log_requirements
from credentialing.evidence.forms.log import LogEntryForm
from credentialing.evidence.models import LogEntry
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.log import add_log_entry, ask_co_leader_again, edit_log_entry, remove_log_entry
from credentialing.evidence.views.answering import sent_again
from credentialing.evidence.views.refusals import accepted, status_of
from credentialing.ui.responses import conflict

PREFILLED = ("role", "format", "setting", "minutes", "present", "cases", "co_leader_name", "co_leader_email")


@signed_in
@with_case
@require_safe
def log(request: AuthedRequest, application: Application) -> HttpResponse:
    """All sessions by month, with what they add up to."""
    entries = list(application.log_entries.standing())
    months = [
        {"label": f"{day:%B} {day.year}", "entries": list(rows)}
        for day, rows in groupby(entries, key=lambda e: e.held_on.replace(day=1))
    ]
    wanted = log_requirements(application.definition)
    removed = application.log_entries.filter(removed_at__isnull=False, replaced_by__isnull=True)[:5]
    context = {
        "application": application,
        "months": months,
        "totals": assess_requirements(application, wanted, timezone.localdate()),
        "removed": removed,
        "minutes": sum(entry.minutes for entry in entries),
        "number": len(entries),
    }
    return render(request, "evidence/log.html", context)


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def entry_add(request: AuthedRequest, application: Application) -> HttpResponse:
    """Add a session; what stayed the same since the last one is filled in."""
    last = application.log_entries.standing().order_by("-created_at").first()
    initial = {name: getattr(last, name) for name in PREFILLED} if last else {"minutes": 90, "cases": 1}
    asked = asked_of_the_log(application.definition)
    form = LogEntryForm(request.POST if request.method == "POST" else None, initial=initial, asked=asked)
    if request.method == "POST" and form.is_valid():
        done = accepted(
            form, lambda: add_log_entry(application=application, actor=request.user, **form.cleaned_data), "held_on"
        )
        if done:
            messages.success(request, "The session is in your log.")
            return redirect("evidence:log-add" if "another" in request.POST else "evidence:log")
    return render(
        request, "evidence/log_entry.html", {"form": form, "application": application}, status=status_of(form)
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Correct a session; a confirmation is lost by it."""
    entry = _own_entry(request, uuid)
    form = LogEntryForm(
        request.POST if request.method == "POST" else None,
        instance=LogEntry.objects.get(pk=entry.pk),
        asked=asked_of_the_log(entry.application.definition),
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and accepted(form, lambda: edit_log_entry(entry=entry, actor=request.user, **form.cleaned_data), "held_on")
    ):
        messages.success(request, "The session is corrected.")
        return redirect("evidence:log")
    return render(request, "evidence/log_entry.html", {"form": form, "entry": entry}, status=status_of(form))


@signed_in
@require_POST
def entry_remove(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Take a session out of the log, or put it back."""
    restore = "restore" in request.POST
    try:
        remove_log_entry(entry=_own_entry(request, uuid), actor=request.user, restore=restore)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), reverse("evidence:log"))
    messages.success(
        request, "The session is back." if restore else "The session is removed. You can put it back below."
    )
    return redirect("evidence:log")


@signed_in
@require_POST
def entry_again(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Have a new link sent to the co-leader."""
    try:
        ends = "end_earlier" in request.POST
        entry = ask_co_leader_again(entry=_own_entry(request, uuid), actor=request.user, end_earlier=ends)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), reverse("evidence:log"))
    messages.success(request, sent_again(entry.co_leader_email, request.POST))
    return redirect("evidence:log")


def _own_entry(request: AuthedRequest, uuid: UUID) -> LogEntry:
    return get_object_or_404(LogEntry.objects.filter(application__candidate=request.user), uuid=uuid)
