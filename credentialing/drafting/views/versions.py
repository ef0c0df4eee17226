"""What is in force, what was, what comes; drafts; and who goes by which version."""

import csv
from codecs import BOM_UTF8
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from credentialing.accounts.access import AuthedRequest, requires, roles_today
from credentialing.accounts.freshness import fresh_login_to_read
from credentialing.accounts.limits import limited
from credentialing.applications.models import Application
from credentialing.audit.events import Event
from credentialing.audit.services import record_view
from credentialing.drafting.access import READERS, WRITERS, is_taken_in, status_of
from credentialing.drafting.forms import BeginForm, UploadForm
from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.presentation import versions_of
from credentialing.drafting.services import begin_draft
from credentialing.pathways.loader import PathwayFileInvalid
from credentialing.pathways.models import Pathway, PathwayVersion
from credentialing.pathways.outline import outline_of
from credentialing.pathways.services import check_pathway, shipped_source
from credentialing.ui.responses import as_it_says


@requires(*READERS)
@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    """Every pathway with its versions, and the drafts."""
    return _overview(request, BeginForm(), UploadForm())


@requires(*WRITERS)
@require_POST
def begin(request: AuthedRequest) -> HttpResponse:
    """Begin a draft with a published version or a shipped example."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _overview(request, form, UploadForm(), status=422)
    sort, _, name = form.cleaned_data["start"].partition(":")
    if sort == "version":
        version = PathwayVersion.objects.select_related("pathway").get(uuid=name)
        slug, source, what = version.pathway.slug, version.source, f"Begun with version {version.version}"
    else:
        slug, source, what = name, shipped_source(name), f"Begun with the example {name}"
    draft = begin_draft(slug=slug, source=source, actor=request.user, what=what)
    return redirect("drafting:draft", draft.uuid)


@requires(*WRITERS)
@limited("upload")
@require_POST
def upload(request: AuthedRequest) -> HttpResponse:
    """Begin a draft with a file."""
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid() and is_taken_in(form, "file", request.user):
        source = form.cleaned_data["file"]
        try:
            draft = begin_draft(
                slug=check_pathway(source).slug, source=source, actor=request.user, what="Begun with a file"
            )
        except PathwayFileInvalid as refusal:
            for fault in refusal.faults:
                form.add_error("file", str(fault))
        else:
            return redirect("drafting:draft", draft.uuid)
    return as_it_says(_overview(request, BeginForm(), form, status=status_of(form)))


@requires(*READERS)
@require_safe
def version(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One published version, rule by rule."""
    found = get_object_or_404(PathwayVersion.objects.select_related("pathway", "published_by"), uuid=uuid)
    others = found.pathway.versions.exclude(pk=found.pk)
    context = {
        "version": found,
        "outline": outline_of(found.source),
        "cases": Application.objects.under_way().filter(pathway_version=found).count(),
        "others": others,
        "coordinates": "coordinator" in roles_today(request),
    }
    return render(request, "drafting/version.html", context)


@requires(*READERS)
@require_safe
def download(request: AuthedRequest, uuid: UUID) -> HttpResponse:  # noqa: ARG001 - the decorators look at it
    """Its text."""
    found = get_object_or_404(PathwayVersion, uuid=uuid)
    return toml(found.source, f"{found.definition.slug}-{found.version}")


@requires(*READERS)
@require_safe
def cases(request: AuthedRequest) -> HttpResponse:
    """Who goes by which version."""
    context = {"pathways": versions_of(request.user), "coordinates": "coordinator" in roles_today(request)}
    return render(request, "drafting/cases.html", context)


@requires(*READERS)
@fresh_login_to_read
@require_safe
def cases_csv(request: AuthedRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    response = HttpResponse(BOM_UTF8, content_type="text/csv; charset=utf-8")  # by which Excel knows that it is UTF-8
    response["Content-Disposition"] = 'attachment; filename="cases-by-version.csv"'
    writer = csv.writer(response)
    writer.writerow(["pathway", "version", "in force from", "reference", "candidate", "state", "submitted"])
    for pathway in versions_of(request.user):
        for line in pathway.lines:
            for case in line.cases:
                day = f"{timezone.localdate(case.submitted_at)}" if case.submitted_at else ""
                row = [pathway.name, line.version.version, str(line.version.in_force_from), case.reference]
                writer.writerow([_cell(cell) for cell in (*row, str(case.candidate), case.state_label, day)])
    record_view(event=Event.CASES_EXPORTED, actor=request.user, subject_kind="person", subject_id=request.user.uuid)
    return response


def toml(source: str, name: str) -> HttpResponse:
    """A text to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.toml"'}
    return HttpResponse(source, content_type="application/toml; charset=utf-8", headers=headers)


def _cell(text: str) -> str:
    """A spreadsheet takes what begins like this for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _overview(
    request: AuthedRequest, begin_form: BeginForm, upload_form: UploadForm, status: int = 200
) -> HttpResponse:
    context = {
        "pathways": Pathway.objects.prefetch_related("versions"),
        "today": timezone.localdate(),
        "drafts": PathwayDraft.objects.visible_to(request.user).exclude(state__in=["published", "discarded"]),
        "ended": PathwayDraft.objects.visible_to(request.user).filter(state__in=["published", "discarded"])[:20],
        "writes": bool(roles_today(request) & set(WRITERS)),
        "begin": begin_form,
        "upload": upload_form,
    }
    return render(request, "drafting/overview.html", context, status=status)
