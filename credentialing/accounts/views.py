"""Everybody's home, the profile, and the officers' page of people."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.fonts import objection_to_printing
from certificates.models import Credential
from credentialing.accounts.access import AuthedRequest, requires, roles_today, signed_in
from credentialing.accounts.appointments import propose_office
from credentialing.accounts.forms import ConflictOfOthersForm, MembershipForm, ProfileForm, SearchForm, TermForm
from credentialing.accounts.freshness import fresh_login
from credentialing.accounts.models import Appointment, Person, Term
from credentialing.accounts.navigation import home_of
from credentialing.accounts.presentation import proposed
from credentialing.accounts.rules import BY_TWO, conflicts_of
from credentialing.accounts.services import (
    AccountUnchanged,
    AlreadyInOffice,
    TermOver,
    close_account,
    end_term,
    grant_role,
    record_membership,
    reopen_account,
    update_profile,
)
from credentialing.ui.responses import conflict, not_permitted

OFFICERS = ("administrator", "coordinator", "registrar")
PAGE = 50


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the home of their first office, candidates to their path."""
    return redirect(home_of(roles_today(request)))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AuthedRequest) -> HttpResponse:
    """One's own name, degrees and place."""
    held = list(Credential.objects.held_by(request.user))
    form = ProfileForm(
        request.POST if request.method == "POST" else None, instance=Person.objects.get(pk=request.user.pk)
    )
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            update_profile(person=form.instance, actor=request.user, changed=form.changed_data)
        messages.success(request, "Your profile is saved.")
        person = form.instance
        objection = objection_to_printing(person.printed_name) or objection_to_printing(person.post_nominals)
        if objection and not held:
            messages.warning(request, f"{objection} The name on the certificate may differ from your name here.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form, "held": held})


@requires(*OFFICERS)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Find people."""
    form = SearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(Person.objects.found(words), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "words": words, "appointments": Appointment.objects.waiting()}
    context["keeps"] = bool(roles_today(request) & {"coordinator", "registrar"})
    return render(request, "accounts/people.html", context)


@requires(*OFFICERS)
@require_safe
def person(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One person: offices, memberships, conflicts."""
    return show_person(request, uuid)


@requires("administrator")
@fresh_login
@require_POST
def term_grant(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Give an office, or propose one of those that decide."""
    somebody = get_object_or_404(Person, uuid=uuid)
    form = TermForm(request.POST)
    if not form.is_valid():
        return show_person(request, uuid, term_form=form, status=422)
    give = propose_office if form.cleaned_data["role"] in BY_TWO else grant_role
    try:
        give(person=somebody, actor=request.user, **form.cleaned_data)
    except AlreadyInOffice as refusal:
        return conflict(request, str(refusal), request.path.rsplit("offices", 1)[0])
    except PermissionError as refusal:
        return not_permitted(request, str(refusal))
    if give is propose_office:
        messages.success(request, "Proposed. It counts once a second officer has confirmed it; they get an e-mail.")
    else:
        messages.success(request, f"{somebody} {_holds(form.cleaned_data)}.")
    return redirect("accounts:person", uuid=uuid)


@requires("administrator")
@fresh_login
@require_POST
def term_end(request: AuthedRequest, uuid: UUID, term: int) -> HttpResponse:
    """End an office."""
    held = get_object_or_404(Term, pk=term, person__uuid=uuid)
    try:
        end_term(term=held, actor=request.user)
    except TermOver as refusal:
        return conflict(request, str(refusal), request.path.rsplit("offices", 1)[0])
    except PermissionError as refusal:
        return not_permitted(request, str(refusal))
    messages.success(request, "The office has ended.")
    return redirect("accounts:person", uuid=uuid)


@requires("administrator")
@fresh_login
@require_POST
def account_close(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Keep a person from logging in."""
    return _change_account(request, uuid, close_account, "The account is closed.")


@requires("administrator")
@fresh_login
@require_POST
def account_reopen(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Let a person log in again."""
    return _change_account(request, uuid, reopen_account, "The account is open again.")


@requires("coordinator", "registrar")
@require_POST
def membership_record(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Record a membership."""
    somebody = get_object_or_404(Person, uuid=uuid)
    form = MembershipForm(request.POST)
    if not form.is_valid():
        return show_person(request, uuid, membership_form=form, status=422)
    try:
        record_membership(person=somebody, actor=request.user, **form.cleaned_data)
    except PermissionError as refusal:
        return not_permitted(request, str(refusal))
    messages.success(request, f"The membership of {somebody} is recorded.")
    return redirect("accounts:person", uuid=uuid)


def _holds(term: Mapping[str, Any]) -> str:
    """What a term given today means, in words."""
    today, starts_on, ends_on = timezone.localdate(), term["starts_on"], term["ends_on"]
    if ends_on and ends_on < today:
        return f"is on record for that office until {date_format(ends_on, 'F j, Y')}"
    begins = date_format(starts_on, "F j, Y")
    return f"holds that office from {begins} on" if starts_on > today else "now holds that office"


def _change_account(request: AuthedRequest, uuid: UUID, change: Callable[..., Person], done: str) -> HttpResponse:
    somebody = get_object_or_404(Person, uuid=uuid)
    try:
        change(person=somebody, actor=request.user)
    except AccountUnchanged as refusal:
        return conflict(request, str(refusal), reverse("accounts:person", args=[uuid]))
    except PermissionError as refusal:
        return not_permitted(request, str(refusal))
    messages.success(request, done)
    return redirect("accounts:person", uuid=uuid)


def show_person(
    request: AuthedRequest,
    uuid: UUID,
    *,
    term_form: TermForm | None = None,
    membership_form: MembershipForm | None = None,
    conflict_form: ConflictOfOthersForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one person, with a form that was refused in its place."""
    somebody = get_object_or_404(Person, uuid=uuid)
    roles = roles_today(request)
    today = timezone.localdate()
    context = {
        "person": somebody,
        "terms": somebody.terms.all(),
        "running": set(somebody.terms.on(today).values_list("pk", flat=True)),
        "memberships": somebody.memberships.all(),
        "conflicts": conflicts_of(somebody),
        "conflict_form": (conflict_form or ConflictOfOthersForm()) if "coordinator" in roles else None,
        "appointments": proposed(somebody.appointments.waiting(), request.user, roles),
        "term_form": (term_form or TermForm(initial={"starts_on": today})) if "administrator" in roles else None,
        "membership_form": (membership_form or MembershipForm()) if roles & {"coordinator", "registrar"} else None,
        "own": somebody.pk == request.user.pk,
    }
    return render(request, "accounts/person.html", context, status=status)
