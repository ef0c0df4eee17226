"""The candidate's supervision sessions, and the supervisor's home."""

from collections.abc import Collection
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires, signed_in
from credentialing.applications.access import with_case
from credentialing.applications.assessments import assess_requirements
from credentialing.applications.models import Application, Supervision
from credentialing.applications.presentation import stage_tasks, track
from credentialing.applications.services.supervision import SupervisionRefused, answer_supervision
from credentialing.evidence.forms.files import SignatureForm
from credentialing.evidence.forms.log import DenialForm, ReportForm, SupervisionSessionForm
from credentialing.evidence.models import LogEntry, SupervisionSession, SupervisorReport
from credentialing.evidence.reports import is_one_of_several, next_report, report_lines
from credentialing.evidence.requirements.units import OF_SUPERVISION
from credentialing.evidence.services.answering import answer_sessions
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.supervision import (
    file_report,
    record_supervision_session,
    remove_supervision_session,
)
from credentialing.evidence.views.refusals import accepted, status_of
from credentialing.evidence.views.statements import requirement_of, sign
from credentialing.ui.responses import conflict

HOME = "evidence:supervision"


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: AuthedRequest, application: Application) -> HttpResponse:
    """The candidate's supervision sessions, with totals, and a form for another."""
    form = SupervisionSessionForm(
        request.POST if request.method == "POST" else None, initial={"minutes": 60, "recording_reviewed": True}
    )
    if request.method == "POST" and form.is_valid():
        done = accepted(
            form,
            lambda: record_supervision_session(application=application, actor=request.user, **form.cleaned_data),
            "held_on",
        )
        if done:
            messages.success(request, "The session is recorded. Your supervisor confirms it.")
            return redirect("evidence:supervision-sessions")
    wanted = [
        r for r in application.definition.all_requirements if r.kind == "count" and r.parameters.unit in OF_SUPERVISION
    ]
    context = {
        "application": application,
        "form": form,
        "sessions": application.supervision_sessions.standing(),
        "totals": assess_requirements(application, wanted, timezone.localdate()),
    }
    return render(request, "evidence/sessions.html", context, status=status_of(form))


@signed_in
@require_POST
def session_remove(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Take back a session recorded by mistake."""
    mine = SupervisionSession.objects.of_candidate_or_supervisor(request.user)
    session = get_object_or_404(mine, uuid=uuid)
    candidate = session.application.candidate_id == request.user.pk
    back = reverse("evidence:supervision-sessions") if candidate else reverse(HOME)
    try:
        remove_supervision_session(session=session, actor=request.user)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, "The session is taken back.")
    return redirect(back)


@requires("supervisor")
@require_safe
def supervision(request: AuthedRequest) -> HttpResponse:
    """The supervisor's home: requests, candidates, sessions to confirm."""
    return _home(request, DenialForm())


def _home(request: AuthedRequest, denial: DenialForm, chosen: Collection[UUID] = (), status: int = 200) -> HttpResponse:
    applications = Application.objects.supervised_by(request.user).select_related("candidate", "pathway_version")
    entries = LogEntry.objects.for_supervisor(request.user).answerable().select_related("application__candidate")
    context = {
        "requests": Supervision.objects.asked()
        .filter(supervisor=request.user, application__in=Application.objects.unfinished())
        .select_related("application__candidate"),
        "applications": applications.unfinished(),
        "ended": [application for application in applications if not application.is_open],
        "entries": entries.order_by("application__candidate__name_order", "held_on"),
        "sessions": SupervisionSession.objects.for_supervisor(request.user)
        .answerable()
        .select_related("application__candidate")
        .order_by("held_on"),
        "denial": denial,
        "chosen": chosen,
    }
    return render(request, "evidence/supervision.html", context, status=status)


@requires("supervisor")
@require_POST
def supervision_answer(request: AuthedRequest, pk: int) -> HttpResponse:
    """Say yes or no to a request."""
    asked = get_object_or_404(Supervision, pk=pk, supervisor=request.user)
    accept = "accept" in request.POST
    try:
        answer_supervision(supervision=asked, actor=request.user, accept=accept)
    except SupervisionRefused as refusal:
        return conflict(request, str(refusal), reverse(HOME))
    messages.success(request, "You supervise this candidate now." if accept else "You have declined. They are told.")
    return redirect(HOME)


@requires("supervisor")
@require_POST
def sessions_answer(request: AuthedRequest) -> HttpResponse:
    """Confirm the chosen sessions, or say what is not right about them: each by itself."""
    chosen, held_chosen = _uuids(request, "entry"), _uuids(request, "session")
    entries = LogEntry.objects.for_supervisor(request.user).filter(uuid__in=chosen)
    held = SupervisionSession.objects.for_supervisor(request.user).filter(uuid__in=held_chosen)
    if not entries and not held:
        messages.warning(request, "Choose at least one session first.")
        return redirect(HOME)
    confirm, form = "deny" not in request.POST, DenialForm(request.POST)
    if not confirm and not form.is_valid():
        return _home(request, form, [*chosen, *held_chosen], status=422)
    answers = answer_sessions(
        entries=entries.select_related("application__candidate").order_by("application", "held_on", "pk"),
        sessions=held.select_related("application__candidate").order_by("application", "held_on", "pk"),
        actor=request.user,
        confirm=confirm,
        reason="" if confirm else form.cleaned_data["reason"],
    )
    if not answers.done:
        return conflict(request, " ".join(answers.refused), reverse(HOME))
    told = "confirmed." if confirm else "sent back. The candidate can read what is not right and correct it."
    messages.success(request, f"{answers.numbers} {told}")
    for refusal in answers.refused:
        messages.warning(request, f"Not {'confirmed' if confirm else 'sent back'}: {refusal}")
    return redirect(HOME)


@requires("supervisor")
@require_http_methods(["GET", "HEAD", "POST"])
def supervised(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One candidate of the supervisor: progress, a form to record a session, agreement and report."""
    application = _supervised(request, uuid)
    form = SupervisionSessionForm(
        request.POST if request.method == "POST" else None, initial={"minutes": 60, "recording_reviewed": True}
    )
    if request.method == "POST" and form.is_valid():
        done = accepted(
            form,
            lambda: record_supervision_session(application=application, actor=request.user, **form.cleaned_data),
            "held_on",
        )
        if done:
            messages.success(request, "The session is recorded and confirmed.")
            return redirect("evidence:supervised", uuid)
    context = {
        "application": application,
        "ended": f"{application.state_label}: no session is recorded or confirmed any more. What was filed stays.",
        "track": track(application),
        "stages": stage_tasks(application),
        "form": form,
        "sessions": application.supervision_sessions.standing(),
        "files": application.files.standing(),
        "agreements": [r for r in application.definition.all_requirements if r.kind == "agreement"],
        "reports": [
            (r, next_report(application, r) if is_one_of_several(r) else None)
            for r in application.definition.all_requirements
            if r.kind == "report"
        ],
        "signed": set(
            application.signatures.filter(person=request.user, withdrawn_at__isnull=True).values_list(
                "requirement", flat=True
            )
        ),
    }
    return render(request, "evidence/supervised.html", context, status=status_of(form))


@requires("supervisor")
@require_http_methods(["GET", "HEAD", "POST"])
def supervised_agreement(request: AuthedRequest, uuid: UUID, slug: str) -> HttpResponse:
    """The supervisor reads the agreement and signs it."""
    application = _supervised(request, uuid)
    requirement = requirement_of(application, slug, "agreement")
    form = SignatureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return sign(request, application, slug, reverse("evidence:supervised", args=[uuid]))
    signatures = application.signatures.filter(requirement=slug, withdrawn_at__isnull=True).select_related("person")
    context = {
        "requirement": requirement,
        "application": application,
        "text": application.definition.statement(requirement.parameters.statement),
        "form": form,
        "signatures": signatures,
        "mine": any(signature.person_id == request.user.pk for signature in signatures),
    }
    return render(request, "evidence/agreement.html", context)


@requires("supervisor")
@require_http_methods(["GET", "HEAD", "POST"])
def supervised_report(request: AuthedRequest, uuid: UUID, slug: str) -> HttpResponse:
    """File the report: where several are asked for the next one, or a corrected one (?corrects=its number)."""
    application = _supervised(request, uuid)
    requirement = requirement_of(application, slug, "report")
    lines = report_lines(application, requirement) if is_one_of_several(requirement) else []
    corrected = next((line for line in lines if str(line.number) == request.GET.get("corrects")), None)
    line = corrected or next_report(application, requirement)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        initial={"number": line.number},
        instance=corrected and SupervisorReport(strengths=corrected.report.strengths, growth=corrected.report.growth),
    )
    if request.method == "POST" and form.is_valid():
        done = accepted(
            form,
            lambda: file_report(
                application=application,
                requirement=slug,
                actor=request.user,
                corrects=corrected is not None,
                **form.cleaned_data,
            ),
        )
        if done:
            messages.success(request, "Your report is filed. The candidate can read it.")
            return redirect("evidence:supervised", uuid)
    context = {"application": application, "requirement": requirement, "form": form}
    if is_one_of_several(requirement):
        context |= {"lines": lines, "line": line, "corrected": corrected}
    return render(request, "evidence/report.html", context, status=status_of(form))


def _supervised(request: AuthedRequest, uuid: UUID) -> Application:
    mine = Application.objects.supervised_by(request.user).select_related("candidate", "pathway_version")
    return get_object_or_404(mine, uuid=uuid)


def _uuids(request: AuthedRequest, name: str) -> list[UUID]:
    try:
        return [UUID(value) for value in request.POST.getlist(name)]
    except ValueError as error:
        raise Http404 from error
