"""The Treasurer's page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import Application, AwaitedAct, RequirementProgress
from credentialing.evidence.forms.events import FeeForm
from credentialing.evidence.models import FeePayment
from credentialing.evidence.services.fees import mark_fee
from credentialing.evidence.views.refusals import accepted, status_of
from credentialing.evidence.views.statements import requirement_of
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.money import money
from credentialing.ui.responses import not_permitted

LATEST = 20


@requires("treasurer")
@require_safe
def fees(request: AuthedRequest) -> HttpResponse:
    """Who owes what, since when; and what was marked lately."""
    mine = Application.objects.order_by().without_ties_to(request.user)
    waiting = AwaitedAct.objects.awaiting(frozenset({"treasurer"})).filter(application__in=mine)
    waiting = waiting.filter(act=AwaitedAct.Act.COMPLETE)
    rows = []
    for act in waiting:
        if not act.application.pathway_version.is_readable:
            continue
        definition = act.application.definition
        requirement = definition.requirement(act.requirement)
        amount = money(requirement.parameters.amount, definition.fee_currency)
        rows.append({"act": act, "requirement": requirement, "amount": amount})
    later = _later(request)
    marked = FeePayment.objects.filter(application__in=mine).select_related("application__candidate")
    closed = Application.objects.in_conflict_with(request.user).under_way().select_related("candidate")
    context = {"rows": rows, "later": later, "latest": marked.order_by("-marked_at")[:LATEST], "conflicts": closed}
    return render(request, "evidence/fees.html", context)


def _later(request: AuthedRequest) -> list[dict[str, object]]:
    """Fees that are not due yet but may be paid earlier."""
    versions = PathwayVersion.objects.all()
    slugs = {
        r.slug
        for version in versions
        if version.is_readable
        for r in version.definition.requirements
        if r.kind == "fee"
    }
    rows = RequirementProgress.objects.filter(
        application__in=Application.objects.under_way().without_ties_to(request.user),
        requirement__in=slugs,
        met=False,
        waiting_on="",
    )
    return [
        {"application": row.application, "requirement": row.application.requirement(row.requirement), "row": row}
        for row in rows.select_related("application__candidate", "application__pathway_version")
        if row.application.pathway_version.is_readable
    ]


@requires("treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def fee(request: AuthedRequest, uuid: UUID, slug: str) -> HttpResponse:
    """One fee of one candidate: mark it received, waive it, reverse it."""
    cases = Application.objects.exclude(state="draft").without_ties_to(request.user)
    application = get_object_or_404(cases.select_related("candidate", "pathway_version"), uuid=uuid)
    requirement = requirement_of(application, slug, "fee")
    initial = {"kind": "paid", "amount": requirement.parameters.amount, "received_on": timezone.localdate()}
    data = request.POST if request.method == "POST" else None
    form = FeeForm(data, initial=initial, currency=application.definition.fee_currency)
    if request.method == "POST" and form.is_valid():
        try:
            done = accepted(
                form,
                lambda: mark_fee(application=application, requirement=slug, actor=request.user, **form.cleaned_data),
            )
        except PermissionError as refusal:
            return not_permitted(request, str(refusal))
        if done:
            stands = assess_requirement(application, slug, timezone.localdate()).progress.summary
            messages.success(request, f"Marked for {application.candidate}: {stands}.")
            return redirect("evidence:fees")
    context = {
        "application": application,
        "requirement": requirement,
        "form": form,
        "item": assess_requirement(application, slug, timezone.localdate()),
        "entries": application.fee_payments.filter(requirement=slug).select_related("marked_by"),
    }
    return render(request, "evidence/fee.html", context, status=status_of(form))
