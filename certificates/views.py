"""Verifying and downloading."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_safe

from certificates.forms import VerificationForm
from certificates.models import Certificate, Credential, offices_of
from certificates.signals import certificate_downloaded
from certificates.verification import verification_of
from workflows.access import public

OFFICES = frozenset({"registrar", "coordinator", "council", "ccc_chair"})


@public
@require_safe
def verification(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code leads: is this certificate's credential in force today?"""
    certificate = Certificate.objects.select_related("credential__holder").filter(token=token).first()
    if certificate is None:
        return _unknown(request, VerificationForm())
    return _answer(request, certificate.credential, certificate)


@public
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Look a certificate up by its number."""
    form = VerificationForm(request.GET or None)
    if not form.is_valid():
        return render(request, "certificates/verify.html", {"form": form})
    number = form.cleaned_data["number"]
    certificate = Certificate.objects.filter(token=number).first()
    if certificate is not None:
        return redirect("certificates:verification", token=certificate.token)
    credential = Credential.objects.awarded().filter(number__iexact=number).first()
    if credential is None:
        return _unknown(request, form)
    return _answer(request, credential, credential.current_certificate)


@require_GET
def download(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The stored bytes, for the holder and the offices that keep the registry."""
    certificate = Certificate.objects.issued().select_related("credential").filter(uuid=uuid).first()
    if certificate is None:
        raise Http404
    person = request.user
    if certificate.credential.holder_id != person.pk and not offices_of(person, timezone.localdate()) & OFFICES:
        raise Http404
    certificate_downloaded.send(sender=Certificate, certificate=certificate, person=person)
    number = certificate.credential.number
    return HttpResponse(
        certificate.read(),
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=f"certificate-{number}.pdf"),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


download.access = "holder or office"  # type: ignore[attr-defined]  # read by the architecture test


def _answer(request: HttpRequest, credential: Credential, certificate: Certificate | None) -> HttpResponse:
    found = verification_of(credential, timezone.localdate(), certificate)
    if _wants_json(request):
        response: HttpResponse = JsonResponse(found.as_dict())
    else:
        response = render(request, "certificates/verification.html", {"found": found})
    patch_vary_headers(response, ["Accept"])
    return response


def _unknown(request: HttpRequest, form: VerificationForm) -> HttpResponse:
    if _wants_json(request):
        response: HttpResponse = JsonResponse({"status": "unknown"}, status=404)
    else:
        response = render(request, "certificates/verify.html", {"form": form, "unknown": True}, status=404)
    patch_vary_headers(response, ["Accept"])
    return response


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
