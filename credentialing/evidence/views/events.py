"""Intensives: the candidate's claims and the organizer's rosters."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires, signed_in
from credentialing.accounts.limits import limited
from credentialing.evidence.forms.events import ClaimForm, EventForm, MarkForm, RosterForm
from credentialing.evidence.models import Attendance, Event
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.events import add_to_roster, claim_attendance, mark_attendance, save_event
from credentialing.evidence.views.refusals import accepted, status_of
from credentialing.ui.responses import conflict, not_permitted

KEEPERS = ("organiser", "coordinator", "registrar")


@signed_in
@limited("request")
@require_http_methods(["GET", "HEAD", "POST"])
def intensives(request: AuthedRequest) -> HttpResponse:
    """The intensives one has attended, and a form to claim another; open before one applies."""
    mine = Attendance.objects.filter(person=request.user).select_related("event").order_by("-event__starts_on")
    events = Event.objects.past().exclude(attendances__person=request.user).order_by("-starts_on")
    form = ClaimForm(request.POST if request.method == "POST" else None, events=events)
    if (
        request.method == "POST"
        and form.is_valid()
        and accepted(form, lambda: claim_attendance(event=form.cleaned_data["event"], actor=request.user), "event")
    ):
        messages.success(request, "The organizer has been asked to mark that you were there.")
        return redirect("evidence:intensives")
    return render(request, "evidence/intensives.html", {"form": form, "attendances": mine, "any": events.exists()})


@requires(*KEEPERS)
@require_safe
def events(request: AuthedRequest) -> HttpResponse:
    """The organizer's home: events, and how many on each roster wait."""
    rows = [
        {"event": event, "waiting": sum(a.status == "claimed" for a in event.attendances.all())}
        for event in Event.objects.visible_to(request.user).prefetch_related("attendances")
    ]
    return render(request, "evidence/events.html", {"rows": rows})


@requires(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def event_edit(request: AuthedRequest, uuid: UUID | None = None) -> HttpResponse:
    """Announce an event, or correct one."""
    event = get_object_or_404(Event.objects.visible_to(request.user), uuid=uuid) if uuid else None
    form = EventForm(
        request.POST if request.method == "POST" else None, instance=Event.objects.get(pk=event.pk) if event else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            if accepted(form, lambda: save_event(actor=request.user, event=event, **form.cleaned_data), "ends_on"):
                messages.success(request, "The event is saved.")
                return redirect("evidence:events")
        except PermissionError as refusal:
            return not_permitted(request, str(refusal))
    return render(request, "evidence/event.html", {"form": form, "event": event}, status=status_of(form))


@requires(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Everybody on the roster, each with a form to mark them; and a form to add somebody."""
    event = get_object_or_404(Event.objects.visible_to(request.user), uuid=uuid)
    form = RosterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["email"]
        if accepted(form, lambda: add_to_roster(event=event, person=person, actor=request.user), "email"):
            messages.success(request, f"{person} is on the roster.")
            return redirect("evidence:roster", uuid)
    return _show_roster(request, event, form)


@requires(*KEEPERS)
@require_POST
def attendance_mark(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Mark one person."""
    attendance = get_object_or_404(
        Attendance.objects.filter(event__in=Event.objects.visible_to(request.user)).select_related("event"), uuid=uuid
    )
    form = MarkForm(request.POST, prefix=str(attendance.pk))
    if not form.is_valid():
        return _show_roster(request, attendance.event, RosterForm(), refused=(attendance.pk, form))
    data = {**form.cleaned_data, "days_attended": form.cleaned_data["days_attended"] or 0}
    try:
        mark_attendance(attendance=attendance, actor=request.user, **data)
    except EvidenceRefused as refusal:
        form.add_error("days_attended", str(refusal))
        return _show_roster(request, attendance.event, RosterForm(), refused=(attendance.pk, form))
    except PermissionError as refusal:
        back = reverse("evidence:roster", args=[attendance.event.uuid])
        return conflict(request, str(refusal), back, status=403)
    messages.success(request, f"{attendance.person} is marked.")
    return redirect("evidence:roster", attendance.event.uuid)


def _show_roster(
    request: AuthedRequest, event: Event, form: RosterForm, refused: tuple[int, MarkForm] | None = None
) -> HttpResponse:
    rows = []
    for attendance in event.attendances.select_related("person"):
        initial = {
            "status": attendance.status if attendance.status != "claimed" else "attended",
            "days_attended": attendance.days_attended or event.days,
            "assessed": attendance.assessed,
        }
        mark = MarkForm(initial=initial, prefix=str(attendance.pk))
        if refused and refused[0] == attendance.pk:
            mark = refused[1]
        own = attendance.person_id == request.user.pk
        rows.append({"attendance": attendance, "form": mark, "own": own})
    context = {
        "event": event,
        "rows": rows,
        "form": form,
        "begun": event.starts_on <= timezone.localdate(),
        "refused": refused[1] if refused else None,
    }
    return render(request, "evidence/roster.html", context, status=422 if refused else status_of(form))
