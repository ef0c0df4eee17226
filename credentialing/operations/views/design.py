"""The administrator's page of the certificates' look and words: seal, who signs today, and a preview of any name."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from certificates.designs import (
    LARGEST_FILE,
    CertificateSeal,
    CertificateWording,
    SealRefused,
    seal_in_force,
    wording_in_force,
)
from certificates.rendering import RenderingFailed
from credentialing.accounts.access import AuthedRequest, requires
from credentialing.accounts.freshness import fresh_login
from credentialing.accounts.limits import limited
from credentialing.accounts.naming import printed_name_of
from credentialing.applications.services.certification import OFFICES, signing_terms
from credentialing.operations.designs import (
    SealWaits,
    choose_seal,
    choose_wording,
    offer_seal,
    offer_wording,
    specimen,
)
from credentialing.operations.forms import PreviewForm, SealForm, WordingForm
from credentialing.ui.forms import SocietyForm
from credentialing.ui.responses import come_back, conflict

OFFERED = 10


@requires("administrator")
@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    """What is in force, what may be tried."""
    return _page(request)


@requires("administrator")
@limited("upload")
@require_POST
def upload(request: AuthedRequest) -> HttpResponse:
    """Take a seal in, to be looked at."""
    form = SealForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            offer_seal(content=form.cleaned_data["file"].read(LARGEST_FILE + 1), actor=request.user)
        except (SealRefused, SealWaits) as refusal:
            form.add_error("file", str(refusal))
            if isinstance(refusal, SealWaits):
                return come_back(_page(request, seal_form=form))
        else:
            messages.success(request, "The seal is here. Look at the preview, then use it.")
            return redirect("operations:design")
    return _page(request, seal_form=form)


@requires("administrator")
@fresh_login
@require_POST
def adopt(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Use a seal from now on."""
    choose_seal(seal=get_object_or_404(CertificateSeal.objects.exclude(sha256=""), uuid=uuid), actor=request.user)
    messages.success(request, "Certificates bear this seal from now on. Those issued before keep theirs.")
    return redirect("operations:design")


@requires("administrator")
@fresh_login
@require_POST
def adopt_drawn(request: AuthedRequest) -> HttpResponse:
    """Use the drawn seal again."""
    choose_seal(seal=None, actor=request.user)
    messages.success(request, "Certificates bear the drawn seal from now on. Those issued before keep theirs.")
    return redirect("operations:design")


@requires("administrator")
@require_POST
def keep_wording(request: AuthedRequest) -> HttpResponse:
    """Take words in, to be looked at."""
    form = WordingForm(request.POST)
    if not form.is_valid():
        return _page(request, wording_form=form)
    offer_wording(society=form.cleaned_data["society"], offices=form.offices, actor=request.user)
    messages.success(request, "The wording is kept. Look at the preview, then use it.")
    return redirect("operations:design")


@requires("administrator")
@fresh_login
@require_POST
def adopt_wording(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Use these words from now on."""
    wording = get_object_or_404(CertificateWording.objects.exclude(offices=[]), uuid=uuid)
    choose_wording(wording=wording, actor=request.user)
    messages.success(request, "Certificates say this from now on. Those prepared before keep their words.")
    return redirect("operations:design")


@requires("administrator")
@fresh_login
@require_POST
def adopt_standard_wording(request: AuthedRequest) -> HttpResponse:
    """Use the standard wording again."""
    choose_wording(wording=None, actor=request.user)
    messages.success(
        request, "Certificates say the standard wording from now on. Those prepared before keep their words."
    )
    return redirect("operations:design")


@requires("administrator")
@require_safe
def preview(request: AuthedRequest) -> HttpResponse:
    """A specimen with any name, seal and words."""
    form = PreviewForm(request.GET)
    if not form.is_valid():
        return _page(request, preview_form=form)
    seal, wording = form.cleaned_data["seal"], form.cleaned_data["wording"]
    try:
        content = specimen(
            name=form.cleaned_data["name"],
            seal=bytes(seal.content) if seal else b"",
            wording=wording or CertificateWording(),
        )
    except (ValueError, RenderingFailed) as refusal:
        return conflict(request, str(refusal), reverse("operations:design"))
    headers = {"Content-Disposition": 'inline; filename="specimen.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _page(request: AuthedRequest, **refused: SocietyForm) -> HttpResponse:
    """The page; `refused` is the form that was sent and can't be taken, by its name on the page."""
    wording = wording_in_force()
    seal = CertificateSeal.objects.filter(sha256=seal_in_force()).exclude(sha256="").defer("content").first()
    forms = {
        "seal_form": SealForm(),
        "wording_form": WordingForm.of(wording.society, wording.signing or OFFICES),
        "preview_form": PreviewForm(initial={"seal": seal, "wording": wording if wording.offices else None}),
    }
    context: dict[str, Any] = {
        "form": next(iter(refused.values()), None),  # for the title of the page
        "seal": seal,
        "seals": _offered(CertificateSeal.objects.exclude(sha256="").defer("content"), seal),
        "wording": wording,
        "wordings": _offered(CertificateWording.objects.exclude(offices=[]), wording if wording.offices else None),
        "standard": OFFICES,
        "signing": [
            (office, term, printed_name_of(term.person).name if term else "")
            for office, term in signing_terms(timezone.localdate(), wording)
        ],
    }
    return render(request, "operations/design.html", context | forms | refused, status=422 if refused else 200)


def _offered[Row: Model](rows: QuerySet[Row], in_force: Row | None) -> list[Row]:
    """The newest, and in any case the one in force."""
    newest = list(rows.order_by("-pk")[:OFFERED])
    return newest if in_force is None or in_force in newest else [*newest, in_force]
