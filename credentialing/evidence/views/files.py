"""Uploading, withdrawing, restoring and downloading files."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from credentialing.accounts.access import AuthedRequest, signed_in
from credentialing.accounts.limits import limited
from credentialing.applications.access import with_case
from credentialing.applications.models import Application
from credentialing.audit.events import Event
from credentialing.audit.services import record_view
from credentialing.evidence.forms.files import UploadForm
from credentialing.evidence.inspection import limits_in_words
from credentialing.evidence.lifecycle import DESTROYED, HELD
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.presentation import file_lines
from credentialing.evidence.services.files import restore_file, upload_file, withdraw_file
from credentialing.evidence.views.refusals import accepted, status_of
from credentialing.ui.responses import as_it_says, conflict
from workflows.errors import TransitionError

HELD_FOR_NOW = "Your file is here. It waits for the virus scanner, and counts as soon as that has found nothing."
WITHDRAWN_FOR_NOW = "The file is withdrawn and counts no more. You can restore it."
TAKEN_BACK = "The file is taken back and gone. You can upload another."


@signed_in
@limited("upload")
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: AuthedRequest, application: Application, slug: str) -> HttpResponse:
    """The files of one requirement, and a form for another."""
    try:
        requirement = application.requirement(slug)
    except KeyError as error:
        raise Http404 from error
    if not requirement.takes_files:
        raise Http404
    form = UploadForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read(settings.EVIDENCE_MAX_BYTES + 1)
        facts = {"requirement": slug, "title": form.cleaned_data["title"], "original_name": sent.name}
        if accepted(
            form,
            lambda: upload_file(application=application, actor=request.user, content=content, **facts),
            "file",
        ):
            stored = application.files.filter(requirement=slug).latest("pk")
            said = HELD_FOR_NOW if stored.state == HELD else "Your file is stored."
            messages.success(request, f"{said} {stored.note}".strip())
            return redirect("evidence:files", slug)
    context = {
        "application": application,
        "requirement": requirement,
        "form": form,
        "limits": limits_in_words(),
        "lines": file_lines(application.files.filter(requirement=slug).select_related("application"), request.user),
    }
    page = render(request, "evidence/files.html", context, status=status_of(form))
    return as_it_says(page)


@signed_in
@require_POST
def file_withdraw(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Withdraw a file."""
    return _step(request, uuid, withdraw_file, WITHDRAWN_FOR_NOW)


@signed_in
@require_POST
def file_restore(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Take a withdrawal back."""
    return _step(request, uuid, restore_file, "The file is restored and counts again.")


def _step(request: AuthedRequest, uuid: UUID, act: Callable[..., object], done: str) -> HttpResponse:
    """One act of the candidate on a file of their own."""
    file = get_object_or_404(EvidenceFile.objects.filter(application__candidate=request.user), uuid=uuid)
    back = reverse("evidence:files", args=[file.requirement])
    try:
        act(file=file, actor=request.user)
    except TransitionError as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, TAKEN_BACK if file.state == DESTROYED else done)
    return redirect(back)


@signed_in
@require_GET
def file(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Download a file one may read; who downloaded it is recorded."""
    wanted = get_object_or_404(EvidenceFile.objects.visible_to(request.user).select_related("application"), uuid=uuid)
    content = wanted.read()
    record_view(
        event=Event.FILE_DOWNLOADED,
        actor=request.user,
        subject_kind=Application.subject_kind,
        subject_id=wanted.application.uuid,
        details={"file": str(wanted.uuid)},
    )
    return HttpResponse(
        content,
        content_type=wanted.media_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=wanted.file_name) or "",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "no-store",
        },
    )
