"""The offices that two give: those that wait, and their answers; and who declares conflicts for whom."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires, roles_today, signed_in
from credentialing.accounts.appointments import (
    CONFIRMERS,
    AppointmentOver,
    NotTheSecond,
    confirm_office,
    decline_office,
    withdraw_office,
)
from credentialing.accounts.forms import ConflictOfOthersForm, OwnConflictForm
from credentialing.accounts.models import Appointment, Person
from credentialing.accounts.presentation import proposed
from credentialing.accounts.rules import conflicts_of
from credentialing.accounts.services import AlreadyInOffice, declare_conflict
from credentialing.accounts.views import show_person
from credentialing.ui.responses import conflict, not_permitted

HOME = "accounts:appointments"


@requires(*CONFIRMERS)
@require_safe
def appointments(request: AuthedRequest) -> HttpResponse:
    """Offices that have been proposed: who proposes whom for what, and for those who may, the answer."""
    rows = proposed(Appointment.objects.waiting(), request.user, roles_today(request))
    return render(request, "accounts/appointments.html", {"rows": rows})


@requires(*CONFIRMERS)
@require_POST
def appointment_confirm(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Confirm what somebody else has proposed."""
    return _answer(request, uuid, confirm_office, "Confirmed. The office is in the books.")


@requires(*CONFIRMERS)
@require_POST
def appointment_decline(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Decline what somebody else has proposed."""
    return _answer(request, uuid, decline_office, "Declined. Nothing has changed.")


@requires("administrator")
@require_POST
def appointment_withdraw(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Withdraw a proposal."""
    return _answer(request, uuid, withdraw_office, "Withdrawn. Nothing has changed.")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def my_conflicts(request: AuthedRequest) -> HttpResponse:
    """Who must not judge whoever asks, and whom they must not judge: declared by one side, it holds for both."""
    officers = Person.objects.in_any_office(timezone.localdate()).exclude(pk=request.user.pk)
    form = OwnConflictForm(request.POST if request.method == "POST" else None, people=officers)
    if request.method == "POST" and form.is_valid():
        declare_conflict(person=request.user, actor=request.user, **form.cleaned_data)
        messages.success(request, f"Declared. {form.cleaned_data['other']} doesn't judge you, nor you them.")
        return redirect("accounts:my-conflicts")
    context = {"form": form, "conflicts": conflicts_of(request.user)}
    return render(request, "accounts/my_conflicts.html", context, status=422 if form.is_bound else 200)


@requires("coordinator")
@require_POST
def conflict_declare(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Declare a conflict between two others, as one of them has said it."""
    somebody = get_object_or_404(Person.objects.exclude(pk=request.user.pk), uuid=uuid)
    form = ConflictOfOthersForm(request.POST, person=somebody)
    if not form.is_valid():
        return show_person(request, uuid, conflict_form=form, status=422)
    declare_conflict(person=somebody, actor=request.user, **form.declared)
    messages.success(request, "Declared. Neither judges the other.")
    return redirect("accounts:person", uuid=uuid)


def _answer(request: AuthedRequest, uuid: UUID, act: Callable[..., object], done: str) -> HttpResponse:
    appointment = get_object_or_404(Appointment, uuid=uuid)
    try:
        act(appointment=appointment, actor=request.user)
    except (NotTheSecond, PermissionError) as refusal:
        return not_permitted(request, str(refusal))
    except (AppointmentOver, AlreadyInOffice) as refusal:
        return conflict(request, str(refusal), request.path.partition(str(uuid))[0])
    messages.success(request, done)
    return redirect(HOME)
