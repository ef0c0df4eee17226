"""The ledger's public face: what it has signed, and proofs for anybody (C2SP tlog-checkpoint, RFC 6962)."""

import base64
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from workflows.access import public
from workflows.checkpoints import latest_checkpoint
from workflows.forms import ConsistencyForm, EntryForm
from workflows.models import TreeLeaf
from workflows.proofs import Inclusion, consistency_of, inclusion_of
from workflows.sequencer import waiting_entries
from workflows.signing import known_keys
from workflows.stored_tree import TreeDamaged

FOR_EVERYBODY = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}


@public
@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """What the ledger is, its newest checkpoint, and a form to look an entry up."""
    form = EntryForm(request.GET if "entry" in request.GET else None)
    if form.is_valid():
        return redirect("workflows:entry", form.cleaned_data["entry"])
    context = {
        "form": form,
        "checkpoint": latest_checkpoint(),
        "waiting": waiting_entries(),
        "keys": [str(key) for key in known_keys().values()],
    }
    return render(request, "workflows/transparency.html", context)


@public
@require_safe
def entry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where one entry stands, for people."""
    try:
        return render(request, "workflows/entry.html", {"found": _inclusion(uuid)})
    except TreeDamaged:
        return render(request, "workflows/damaged.html", status=503)


@public
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The newest checkpoint, as it was signed."""
    newest = latest_checkpoint()
    if newest is None:
        raise Http404
    return HttpResponse(newest.note, content_type="text/plain; charset=utf-8", headers=FOR_EVERYBODY)


@public
@require_safe
def keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The keys that have signed for the ledger, one a line (C2SP signed-note)."""
    text = "".join(f"{key}\n" for key in known_keys().values())
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=FOR_EVERYBODY)


@public
@require_safe
def inclusion(request: HttpRequest, uuid: UUID) -> JsonResponse:  # noqa: ARG001 - a view
    """The proof that an entry is in the tree; 202 until a checkpoint covers it."""
    try:
        found = _inclusion(uuid)
    except TreeDamaged as fault:
        return _damaged(fault)
    proof: dict[str, Any] = {
        "entry": str(found.leaf.entry_id),
        "leaf_hash": _b64(bytes.fromhex(found.leaf.hash)),
        "leaf_index": found.leaf.position,
    }
    if found.checkpoint is None:
        proof["waits_for"] = "a checkpoint" if found.placed else "its place in the tree"
        return JsonResponse(proof, status=202, headers=FOR_EVERYBODY)
    proof |= {
        "tree_size": found.checkpoint.size,
        "audit_path": [_b64(node) for node in found.path],
        "checkpoint": found.checkpoint.note,
    }
    return JsonResponse(proof, headers=FOR_EVERYBODY)


@public
@require_safe
def entry_by_number(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 - a view
    """The page of an entry by its number in the tree, as it is spoken and written."""
    return redirect("workflows:entry", _numbered(number))


@public
@require_safe
def inclusion_by_number(request: HttpRequest, number: int) -> HttpResponse:
    """The proof of an entry by its number."""
    return inclusion(request, _numbered(number))


def _numbered(number: int) -> UUID:
    """The entry of that number; the first is number 1."""
    found = TreeLeaf.objects.filter(position=number - 1).values_list("entry_id", flat=True).first() if number else None
    if found is None:
        raise Http404
    return found


@public
@require_safe
def consistency(request: HttpRequest) -> JsonResponse:
    """The proof that the tree over `second` entries begins with that over `first`."""
    form = ConsistencyForm(request.GET)
    if not form.is_valid():
        return _refused(form)
    first, second = form.cleaned_data["first"], form.cleaned_data["second"]
    try:
        path = consistency_of(first, second)
    except ValueError as refusal:
        form.add_error("second", str(refusal))
        return _refused(form)
    except TreeDamaged as fault:
        return _damaged(fault)
    proof = {"first": first, "second": second, "consistency_path": [_b64(node) for node in path]}
    return JsonResponse(proof, headers=FOR_EVERYBODY)


def _damaged(fault: TreeDamaged) -> JsonResponse:
    return JsonResponse({"errors": {"__all__": [str(fault)]}}, status=503, headers=FOR_EVERYBODY)


def _refused(form: ConsistencyForm) -> JsonResponse:
    return JsonResponse({"errors": form.errors}, status=400, headers=FOR_EVERYBODY)


def _inclusion(uuid: UUID) -> Inclusion:
    try:
        return inclusion_of(uuid)
    except TreeLeaf.DoesNotExist:
        raise Http404 from None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
