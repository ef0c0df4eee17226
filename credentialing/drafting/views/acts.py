"""What moves a draft on: checked, put before the council, approved or sent back, published, discarded."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.accounts.freshness import fresh_login
from credentialing.applications.forms import ReasonForm
from credentialing.drafting.access import WRITERS, done, draft_of
from credentialing.drafting.forms import ProposalForm
from credentialing.drafting.services import (
    approve_draft,
    discard_draft,
    examine_draft,
    propose_draft,
    publish_draft,
    refuse_draft,
    restore_draft,
)
from credentialing.pathways.models import PathwayVersion

PAGE = ["GET", "HEAD", "POST"]
SIMPLE: Mapping[str, tuple[Callable[..., object], str]] = {
    "examine": (examine_draft, "Checked: this can be published. Now ask the council."),
    "discard": (discard_draft, "Discarded. It can be restored from the list of earlier drafts."),
    "restore": (restore_draft, "It is a draft again."),
}


@requires(*WRITERS)
@require_POST
def act(request: AuthedRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Check, discard, restore."""
    draft = draft_of(request, uuid)
    if verb not in SIMPLE:
        raise Http404
    service, words = SIMPLE[verb]
    back = reverse("drafting:draft", args=[uuid])
    return done(request, back, words, lambda: service(draft=draft, actor=request.user))


@requires(*WRITERS)
@require_http_methods(PAGE)
def propose(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Put it before the council: what for, from when, and what becomes of cases under way."""
    draft = draft_of(request, uuid)
    form = ProposalForm(
        request.POST if request.method == "POST" else None, initial={"in_force_from": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data | {"policy": PathwayVersion.Policy(form.cleaned_data["policy"])}
        return done(
            request,
            reverse("drafting:draft", args=[uuid]),
            "The members of the council have been asked by e-mail.",
            lambda: propose_draft(draft=draft, actor=request.user, **facts),
        )
    return render(
        request, "drafting/propose.html", {"draft": draft, "form": form}, status=422 if form.is_bound else 200
    )


@requires("council")
@fresh_login
@require_POST
def approve(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """A member approves these very words."""
    draft = draft_of(request, uuid)
    seen = request.POST.get("revision", "")
    return done(
        request,
        reverse("drafting:draft", args=[uuid]),
        "Your approval is noted.",
        lambda: approve_draft(
            draft=draft,
            actor=request.user,
            seen_revision=int(seen) if seen.isascii() and seen.isdigit() else 0,
        ),
    )


@requires("council")
@require_http_methods(PAGE)
def refuse(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Send it back with a reason."""
    draft = draft_of(request, uuid)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return done(
            request,
            reverse("drafting:overview"),
            "It is sent back, and those who wrote it read why.",
            lambda: refuse_draft(draft=draft, actor=request.user, reason=form.cleaned_data["reason"]),
        )
    return render(request, "drafting/refuse.html", {"draft": draft, "form": form}, status=422 if form.is_bound else 200)


@requires(*WRITERS)
@fresh_login
@require_http_methods(PAGE)
def publish(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Publish, after a page that says whom it concerns; it can't be undone."""
    draft = draft_of(request, uuid)
    if request.method == "POST":
        response = done(
            request,
            reverse("drafting:draft", args=[uuid]),
            "Published. Everybody whose application it concerns has been written to.",
            lambda: publish_draft(draft=draft, actor=request.user),
        )
        draft.refresh_from_db()
        return redirect("drafting:version", draft.published.uuid) if draft.published else response
    return render(request, "drafting/publish.html", {"draft": draft})
