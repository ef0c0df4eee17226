"""The public face: what the designation is, how to become a leader, who is one."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates.models import Credential
from certificates.verification import verification_of
from credentialing.accounts.access import public
from credentialing.applications.workflow import compile_workflow, without_moves
from credentialing.pathways.kinds import sentence_of
from credentialing.pathways.models import PathwayVersion
from credentialing.registry.forms import LeaderSearchForm
from credentialing.registry.querysets import public_leaders
from credentialing.ui.drawings import drawing

PAGE = 50


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page."""
    today = timezone.localdate()
    context = {
        "versions": PathwayVersion.objects.offered(today),
        "leaders": Credential.objects.active(today).count(),
        "form": LeaderSearchForm(),
    }
    return render(request, "registry/home.html", context)


@public
@require_safe
def pathway(request: HttpRequest, slug: str = "") -> HttpResponse:
    """How to become a leader, drawn from the version in force today; of several pathways one is chosen."""
    offered = PathwayVersion.objects.offered(timezone.localdate())
    if not offered:
        return render(request, "registry/no_pathway.html")
    if not slug and len(offered) > 1:
        return render(request, "registry/pathways.html", {"versions": offered})
    version = next((v for v in offered if slug in {"", v.pathway.slug}), None)
    if version is None:
        raise Http404
    definition = version.definition
    stages = [
        {
            "stage": stage,
            "requirements": [{"requirement": r, "sentence": sentence_of(r)} for r in stage.requirements],
        }
        for stage in definition.stages
    ]
    track = [{"label": stage.for_visitors, "status": "todo"} for stage in definition.stages]
    context = {"version": version, "definition": definition, "stages": stages, "track": track}
    machine = without_moves(compile_workflow(definition))
    context["drawing"] = drawing(machine, title=f"The path to {definition.designation}")
    return render(request, "registry/pathway.html", context)


@public
@require_safe
def leaders(request: HttpRequest) -> HttpResponse:
    """The registry: certified leaders with number, since when, and status today."""
    form = LeaderSearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = public_leaders().found(words, "holder__place_key")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/leaders.html", {"form": form, "page": page, "words": words})


@public
@require_safe
def leader(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One certified leader."""
    credential = get_object_or_404(public_leaders(), uuid=uuid)
    context = {
        "credential": credential,
        "found": verification_of(credential, timezone.localdate()),
        "certificate": credential.current_certificate,
    }
    return render(request, "registry/leader.html", context)
