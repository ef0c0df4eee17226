"""Signing agreements, making statements, reading the report."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from credentialing.accounts.access import AuthedRequest, signed_in
from credentialing.applications.access import with_case
from credentialing.applications.models import Application
from credentialing.evidence.forms.files import SignatureForm
from credentialing.evidence.reports import is_one_of_several, next_report, report_lines
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.statements import attest, sign_agreement, withdraw_attestation
from credentialing.pathways.definitions import Requirement
from credentialing.ui.responses import conflict, not_permitted


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: AuthedRequest, application: Application, slug: str) -> HttpResponse:
    """Read the agreement and sign it."""
    requirement = requirement_of(application, slug, "agreement")
    form = SignatureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return sign(request, application, slug, reverse("applications:requirement", args=[slug]))
    signatures = application.signatures.filter(requirement=slug, withdrawn_at__isnull=True).select_related("person")
    context = {
        "requirement": requirement,
        "text": application.definition.statement(requirement.parameters.statement),
        "form": form,
        "signatures": signatures,
        "mine": any(signature.person_id == request.user.pk for signature in signatures),
    }
    return render(request, "evidence/agreement.html", context)


def sign(request: AuthedRequest, application: Application, slug: str, done_url: str) -> HttpResponse:
    """Sign as the party that asks, and go to `done_url`; 403 for somebody who is no party, 409 when it can't be now."""
    try:
        sign_agreement(application=application, requirement=slug, actor=request.user)
    except PermissionError as refusal:
        return not_permitted(request, str(refusal))
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), request.path)
    messages.success(request, "You have signed.")
    return redirect(done_url)


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def attestation(request: AuthedRequest, application: Application, slug: str) -> HttpResponse:
    """Read the statement and make it, or take it back."""
    requirement = requirement_of(application, slug, "attestation")
    standing = application.attestations.filter(requirement=slug, withdrawn_at__isnull=True).first()
    if "withdraw" in request.POST:
        try:
            withdraw_attestation(application=application, requirement=slug, actor=request.user)
        except EvidenceRefused as refusal:
            return conflict(request, str(refusal), reverse("evidence:attestation", args=[slug]))
        messages.success(request, "Your statement is taken back.")
        return redirect("evidence:attestation", slug)
    form = SignatureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            attest(application=application, requirement=slug, actor=request.user)
        except EvidenceRefused as refusal:
            return conflict(request, str(refusal), request.path)
        messages.success(request, "Your statement is recorded.")
        return redirect("applications:requirement", slug)
    text = application.definition.statement(requirement.parameters.statement)
    context = {"requirement": requirement, "text": text, "form": form, "standing": standing}
    return render(request, "evidence/attestation.html", context)


@signed_in
@with_case
@require_safe
def report(request: AuthedRequest, application: Application, slug: str) -> HttpResponse:
    """Read what the supervisor has filed."""
    requirement = requirement_of(application, slug, "report")
    reports = application.reports.filter(requirement=slug).select_related("author").order_by("-number", "-filed_at")
    several = is_one_of_several(requirement)
    lines = {line.number: line for line in report_lines(application, requirement)} if several else {}
    context = {
        "requirement": requirement,
        "reports": [(report, lines.get(report.number)) for report in reports],
        "next": next_report(application, requirement) if several else None,
    }
    return render(request, "evidence/report_read.html", context)


def requirement_of(application: Application, slug: str, kind: str) -> Requirement:
    """The requirement of that slug and kind; 404 when there is none."""
    try:
        requirement = application.requirement(slug)
    except KeyError as error:
        raise Http404 from error
    if requirement.kind != kind:
        raise Http404
    return requirement
