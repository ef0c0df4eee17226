"""A holder's own name: ask for a change, see how far it is, withdraw it, or keep what is on record."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.models import Credential
from credentialing.accounts.access import AuthedRequest, signed_in
from credentialing.accounts.limits import limited
from credentialing.names.differences import profile_of
from credentialing.names.forms import NameChangeForm
from credentialing.names.models import NameChange
from credentialing.names.presentation import steps_of
from credentialing.names.services import ChangeRefused, ask_for_change, keep_what_stands, withdraw_change
from credentialing.ui.responses import conflict
from workflows.errors import TransitionError


@signed_in
@limited("request")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Ask that another name or other degrees be on record; where that is under way, show how far it is."""
    credential = _own_credential(request, uuid)
    under_way = NameChange.objects.asked_about(request.user).open().filter(credential=credential).first()
    if under_way is not None and request.method != "POST":
        return redirect("names:mine", under_way.uuid)
    holder = request.user
    form = NameChangeForm(
        request.POST if request.method == "POST" else None,
        credential=credential,
        initial={"name": holder.printed_name, "post_nominals": holder.post_nominals},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change = ask_for_change(credential=credential, actor=holder, wish=form.wish)
        except ChangeRefused as refusal:
            return conflict(request, str(refusal), reverse("names:ask", args=[uuid]))
        messages.success(request, "Your request is with the registrar. You have a copy by e-mail.")
        return redirect("names:mine", change.uuid)
    context = {"credential": credential, "form": form, "profile": profile_of(holder)}
    return render(request, "names/ask.html", context)


@signed_in
@require_safe
def mine(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """How far one's own request is, and what was decided."""
    change = get_object_or_404(NameChange.objects.asked_about(request.user), uuid=uuid)
    return render(request, "names/mine.html", {"change": change, "steps": steps_of(change)})


@signed_in
@require_POST
def withdraw(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Take the wish back."""
    change = get_object_or_404(NameChange.objects.asked_about(request.user), uuid=uuid)
    try:
        withdraw_change(change=change, actor=request.user)
    except TransitionError as refusal:
        return conflict(request, str(refusal), reverse("names:mine", args=[uuid]))
    messages.success(request, "Withdrawn. What is on record stays.")
    return redirect("names:mine", uuid)


@signed_in
@require_POST
def keep(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """What is on record is right: the profile takes it over."""
    keep_what_stands(credential=_own_credential(request, uuid), actor=request.user)
    messages.success(request, "Your profile now says what is on record.")
    return redirect("accounts:profile")


def _own_credential(request: AuthedRequest, uuid: UUID) -> Credential:
    return get_object_or_404(Credential.objects.held_by(request.user), uuid=uuid)
