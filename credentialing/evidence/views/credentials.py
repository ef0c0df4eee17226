"""Qualifications, references and results of exams, for candidate, referee and officer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from credentialing.accounts.access import AuthedRequest, public, requires, signed_in
from credentialing.applications.access import with_case
from credentialing.applications.models import Application
from credentialing.evidence.forms.credentials import (
    AnnulForm,
    ExamResultForm,
    QualificationForm,
    RefereeForm,
    ReferenceForm,
)
from credentialing.evidence.models import Reference
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.credentials import (
    annul_exam_result,
    enter_exam_result,
    state_qualification,
    withdraw_qualification,
)
from credentialing.evidence.services.references import (
    ask_referee_again,
    ask_reference,
    decline_reference,
    give_reference,
    withdraw_reference,
)
from credentialing.evidence.views.answering import closed_link, sent_again
from credentialing.evidence.views.refusals import accepted, status_of
from credentialing.evidence.views.statements import requirement_of
from credentialing.ui.responses import conflict, not_permitted


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def qualifications(request: AuthedRequest, application: Application, slug: str) -> HttpResponse:
    """State what one holds."""
    requirement = requirement_of(application, slug, "holding")
    form = QualificationForm(request.POST if request.method == "POST" else None, choices=requirement.parameters.any_of)
    if request.method == "POST" and form.is_valid():
        facts = {"application": application, "requirement": slug, "actor": request.user, **form.cleaned_data}
        if accepted(form, lambda: state_qualification(**facts)):
            messages.success(request, "What you hold is recorded.")
            return redirect("evidence:qualifications", slug)
    stated = application.qualifications.filter(requirement=slug, withdrawn_at__isnull=True)
    context = {"requirement": requirement, "form": form, "stated": stated}
    return render(request, "evidence/qualifications.html", context, status=status_of(form))


@signed_in
@with_case
@require_POST
def qualification_withdraw(request: AuthedRequest, application: Application, uuid: UUID) -> HttpResponse:
    """Take back what was stated."""
    qualification = get_object_or_404(application.qualifications.all(), uuid=uuid)
    back = redirect("evidence:qualifications", qualification.requirement)
    try:
        withdraw_qualification(qualification=qualification, actor=request.user)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), back.url)
    messages.success(request, "It is taken back.")
    return back


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def references(request: AuthedRequest, application: Application, slug: str) -> HttpResponse:
    """Whom one has asked, what they say, and asking somebody else."""
    requirement = requirement_of(application, slug, "reference")
    form = RefereeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = {"application": application, "requirement": slug, "actor": request.user, **form.cleaned_data}
        if accepted(form, lambda: ask_reference(**facts), "referee_email"):
            messages.success(request, f"{form.cleaned_data['referee_name']} has been asked by e-mail.")
            return redirect("evidence:references", slug)
    asked = application.references.filter(requirement=slug, withdrawn_at__isnull=True)
    context = {"requirement": requirement, "form": form, "asked": asked}
    return render(request, "evidence/references.html", context, status=status_of(form))


@signed_in
@with_case
@require_POST
def reference_withdraw(request: AuthedRequest, application: Application, uuid: UUID) -> HttpResponse:
    """Ask no more for a reference."""
    reference = get_object_or_404(application.references.all(), uuid=uuid)
    back = redirect("evidence:references", reference.requirement)
    try:
        withdraw_reference(reference=reference, actor=request.user)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), back.url)
    messages.success(request, f"{reference.referee_name} isn't asked any more.")
    return back


@signed_in
@with_case
@require_POST
def reference_again(request: AuthedRequest, application: Application, uuid: UUID) -> HttpResponse:
    """Have a new link sent to the referee."""
    reference = get_object_or_404(application.references.all(), uuid=uuid)
    back = redirect("evidence:references", reference.requirement)
    try:
        ask_referee_again(reference=reference, actor=request.user, end_earlier="end_earlier" in request.POST)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), back.url)
    messages.success(request, sent_again(reference.referee_email, request.POST))
    return back


@public
@require_http_methods(["GET", "HEAD", "POST"])
def reference(request: HttpRequest, token: str) -> HttpResponse:
    """The referee's page: reached from an e-mail, without a log-in."""
    behind = Reference.objects.behind(token).first()
    closed = closed_link(request, behind, token)
    if behind is None or closed is not None:
        return closed
    asked = behind.as_it_stands()
    actor = request.user if request.user.is_authenticated else None
    form = ReferenceForm(request.POST if "give" in request.POST else None)
    try:
        if "decline" in request.POST:
            decline_reference(reference=asked, actor=actor)
            return redirect("evidence:reference", token=token)
        if "give" in request.POST and form.is_valid():
            give_reference(reference=asked, actor=actor, **form.cleaned_data)
            return redirect("evidence:reference", token=token)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), request.path)
    except PermissionError as refusal:
        return not_permitted(request, str(refusal))
    return render(request, "evidence/reference.html", {"reference": asked, "form": form})


@requires("coordinator", "registrar")
@require_http_methods(["GET", "HEAD", "POST"])
def exam_results(request: AuthedRequest, uuid: UUID, slug: str) -> HttpResponse:
    """Enter the result of a sitting, or annul an entry."""
    cases = Application.objects.reviewable_by(request.user).select_related("candidate", "pathway_version")
    application = get_object_or_404(cases, uuid=uuid)
    requirement = requirement_of(application, slug, "exam")
    form = ExamResultForm(request.POST if "enter" in request.POST else None)
    annulment = AnnulForm(request.POST if "annul" in request.POST else None)
    if "enter" in request.POST and form.is_valid():
        facts = {"application": application, "requirement": slug, "actor": request.user, **form.cleaned_data}
        if accepted(form, lambda: enter_exam_result(**facts)):
            messages.success(request, "The result is entered, and the candidate has been told.")
            return redirect("evidence:exam-results", uuid, slug)
    if "annul" in request.POST and annulment.is_valid():
        result = get_object_or_404(application.exam_results.all(), uuid=annulment.cleaned_data["result"])
        facts = {"result": result, "actor": request.user, "reason": annulment.cleaned_data["reason"]}
        if accepted(annulment, lambda: annul_exam_result(**facts)):
            messages.success(request, "The entry is annulled.")
            return redirect("evidence:exam-results", uuid, slug)
    results = application.exam_results.filter(requirement=slug).select_related("entered_by")
    context = {
        "application": application,
        "requirement": requirement,
        "form": form,
        "annulment": annulment,
        "results": results,
    }
    status = max(status_of(form), status_of(annulment))
    return render(request, "evidence/exam_results.html", context, status=status)
