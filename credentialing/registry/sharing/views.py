"""The holder's page of a certificate: take it, show it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from certificates.badge.attached import stored_badge
from certificates.cards import card_of, may_have_card
from certificates.looking import TooBusy
from certificates.models import Certificate
from certificates.rendering import RenderingFailed
from certificates.verification import verification_of
from credentialing.accounts.access import AuthedRequest, signed_in
from credentialing.registry.sharing.forms import SendLinkForm
from credentialing.registry.sharing.links import linkedin_address, website_snippet
from credentialing.registry.sharing.services import send_link
from credentialing.ui.responses import conflict


@signed_in
@require_safe
def certificate_page(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Everything a holder can do with a certificate."""
    return _page(request, _own(request, uuid), SendLinkForm())


@signed_in
@require_safe
def card(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The card for the wallet, drawn anew."""
    certificate = _own(request, uuid)
    if not may_have_card(certificate):
        words = "There is a card only of the newest edition, while the credential is in good standing."
        return conflict(request, words, _address(certificate))
    try:
        content = card_of(certificate)
    except (RenderingFailed, TooBusy):
        words = "The card can't be drawn just now. Please try again in a minute."
        return conflict(request, words, _address(certificate), status=503)
    name = content_disposition_header(as_attachment=True, filename=f"card-{certificate.credential.number}.pdf")
    headers = {"Content-Disposition": name or "", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@signed_in
@require_POST
def send(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Have the link sent to somebody."""
    certificate = _own(request, uuid)
    form = SendLinkForm(request.POST)
    if not form.is_valid():
        return _page(request, certificate, form)
    address = form.cleaned_data["address"]
    send_link(certificate=certificate, address=address, actor=request.user)
    messages.success(request, f"The link is on its way to {address}.")
    return redirect(_address(certificate))


def _own(request: AuthedRequest, uuid: UUID) -> Certificate:
    issued = Certificate.objects.issued().select_related("credential__holder")
    return get_object_or_404(issued, uuid=uuid, credential__holder=request.user)


def _address(certificate: Certificate) -> str:
    return reverse("registry:certificate", args=[certificate.uuid])


def _page(request: AuthedRequest, certificate: Certificate, form: SendLinkForm) -> HttpResponse:
    context = {
        "certificate": certificate,
        "credential": certificate.credential,
        "found": verification_of(certificate.credential, timezone.localdate(), certificate),
        "has_card": may_have_card(certificate),
        "has_badge": stored_badge(certificate) is not None,
        "linkedin": linkedin_address(certificate),
        "snippet": website_snippet(certificate),
        "form": form,
    }
    return render(request, "registry/certificate.html", context)
