"""The administrator's page of the certificates' look: seal, those who sign today, and a preview of any name."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from certificates.designs import LARGEST_FILE, CertificateSeal, SealRefused, seal_in_force
from certificates.rendering import RenderingFailed
from credentialing.accounts.access import AuthedRequest, requires
from credentialing.applications.services.certification import signatories_on
from credentialing.operations.designs import choose_seal, offer_seal, specimen
from credentialing.operations.forms import PreviewForm, SealForm
from credentialing.ui.responses import conflict

OFFERED = 10


@requires("administrator")
@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    """What is in force, what may be tried."""
    return _page(request, SealForm())


@requires("administrator")
@require_POST
def upload(request: AuthedRequest) -> HttpResponse:
    """Take a seal in, to be looked at."""
    form = SealForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            offer_seal(content=form.cleaned_data["file"].read(LARGEST_FILE + 1), actor=request.user)
        except SealRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, "The seal is here. Look at the preview, then use it.")
            return redirect("operations:design")
    return _page(request, form, status=422)


@requires("administrator")
@require_POST
def adopt(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Use a seal from now on."""
    choose_seal(seal=get_object_or_404(CertificateSeal.objects.exclude(sha256=""), uuid=uuid), actor=request.user)
    messages.success(request, "Certificates bear this seal from now on. Those issued before keep theirs.")
    return redirect("operations:design")


@requires("administrator")
@require_POST
def adopt_drawn(request: AuthedRequest) -> HttpResponse:
    """Use the drawn seal again."""
    choose_seal(seal=None, actor=request.user)
    messages.success(request, "Certificates bear the drawn seal from now on. Those issued before keep theirs.")
    return redirect("operations:design")


@requires("administrator")
@require_safe
def preview(request: AuthedRequest, uuid: UUID | None = None) -> HttpResponse:
    """A specimen with this seal and any name."""
    seal = bytes(get_object_or_404(CertificateSeal, uuid=uuid).content) if uuid else b""
    form = PreviewForm(request.GET)
    if not form.is_valid():
        return conflict(request, "This name is too long for a preview.", reverse("operations:design"))
    try:
        content = specimen(name=form.cleaned_data["name"], seal=seal)
    except (ValueError, RenderingFailed) as refusal:
        return conflict(request, str(refusal), reverse("operations:design"))
    headers = {"Content-Disposition": 'inline; filename="specimen.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _page(request: AuthedRequest, form: SealForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "preview": PreviewForm(),
        "in_force": seal_in_force(),
        "seals": CertificateSeal.objects.exclude(sha256="").order_by("-pk")[:OFFERED],
        "signatories": signatories_on(timezone.localdate()),
    }
    return render(request, "operations/design.html", context, status=status)
