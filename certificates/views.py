"""Verifying and downloading."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from certificates.examination import PICTURE, examine
from certificates.forms import DayForm, FileForm, VerificationForm
from certificates.looking import TooBusy, client_of
from certificates.models import Certificate, Credential, offices_of
from certificates.signals import certificate_downloaded
from certificates.uploads import UploadRefused, uploaded
from certificates.verification import seen_by_number, verification_of
from limited.running import NoChild
from limited.turns import RETRY_AFTER
from workflows.access import public

OFFICES = frozenset({"registrar", "coordinator", "council", "ccc_chair"})


@public
@require_safe
def verification(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code leads: is this certificate's credential in force today, or was it on the day `on`?"""
    certificate = Certificate.objects.select_related("credential__holder").filter(token=token).first()
    if certificate is None:
        return copied_address(request, token)
    form = DayForm(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    return _answer(request, certificate.credential, certificate, min(day or timezone.localdate(), timezone.localdate()))


@public
@require_safe
def copied_address(request: HttpRequest, copied: str) -> HttpResponse:
    """An address that isn't quite one: a slash, a full stop, a bracket or a line break came with it, or other case."""
    certificate = Certificate.objects.coded(copied)
    if certificate is None:
        return _unknown(request, VerificationForm(), address=True)
    day = {"on": request.GET["on"]} if "on" in request.GET else {}
    return redirect(reverse("certificates:verification", args=[certificate.token], query=day))


@public
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Look a certificate up by its number."""
    form = VerificationForm(request.GET or None)
    if not form.is_valid():
        return render(request, "certificates/verify.html", {"form": form, "file_form": FileForm()})
    refusal = import_string(settings.CERTIFICATES_LIMIT)(request, "look_up")
    if refusal:
        return _refused(request, refusal, 429, form)
    number, day = form.cleaned_data["number"], form.cleaned_data["on"]
    certificate = Certificate.objects.coded(number)
    if certificate is not None:
        query = {"on": day.isoformat()} if day else {}
        return redirect(reverse("certificates:verification", args=[certificate.token], query=query))
    credential = Credential.objects.awarded().numbered(number)
    if credential is None:
        return _unknown(request, form)
    return _answer(request, credential, None, day or timezone.localdate())


@public
@csrf_exempt  # changes nothing, and other programs may ask; the check would also read the upload before its limits
@require_POST
def verify_file(request: HttpRequest) -> HttpResponse:
    """Look at an uploaded file. The answer is the page itself: nothing is kept that another address could show."""
    try:
        found = examine(uploaded(request, "file"), client=client_of(request))
    except UploadRefused as refusal:
        return _refused(request, str(refusal), 422)
    except (TooBusy, NoChild):
        return _refused(request, "Many files are being looked at just now. Please try again in a minute.", 503)
    certificate = found.certificate
    standing = certificate and verification_of(certificate.credential, timezone.localdate(), certificate)
    if _wants_json(request):
        answer = {"file": found.as_dict(), "registry": standing.as_dict() if standing else None}
        response: HttpResponse = JsonResponse(answer)
    else:
        number_form = VerificationForm() if found.outcome == PICTURE else None
        context = {"file": found, "found": standing, "certificate": certificate, "number_form": number_form}
        response = render(request, "certificates/examined.html", context)
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept"])
    return response


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


def _answer(request: HttpRequest, credential: Credential, certificate: Certificate | None, day: date) -> HttpResponse:
    """The whole answer to whoever holds the certificate; without it, what a number alone tells."""
    found = verification_of(credential, day, certificate)
    if certificate is None:
        found = seen_by_number(found, credential)
        certificate = credential.current_certificate if found.whole else None
    if _wants_json(request):
        response: HttpResponse = JsonResponse(found.as_dict())
    else:
        context = {"found": found, "certificate": certificate}
        response = render(request, "certificates/verification.html", context)
    patch_vary_headers(response, ["Accept"])
    return response


def _unknown(request: HttpRequest, form: VerificationForm, *, address: bool = False) -> HttpResponse:
    if _wants_json(request):
        response: HttpResponse = JsonResponse({"status": "unknown"}, status=404)
    else:
        context = {"form": form, "file_form": FileForm(), "unknown": "address" if address else "number"}
        response = render(request, "certificates/verify.html", context, status=404)
    patch_vary_headers(response, ["Accept"])
    return response


def _refused(request: HttpRequest, words: str, status: int, form: VerificationForm | None = None) -> HttpResponse:
    """An upload or a number that was not looked at; the number stays in the form."""
    if _wants_json(request):
        response: HttpResponse = JsonResponse({"error": words}, status=status)
    else:
        context = {"form": form or VerificationForm(), "file_form": FileForm(), "refusal": words}
        response = render(request, "certificates/verify.html", context, status=status)
    if status == 503:  # noqa: PLR2004 - too busy
        response.headers["Retry-After"] = str(RETRY_AFTER)
    patch_vary_headers(response, ["Accept"])
    return response


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
