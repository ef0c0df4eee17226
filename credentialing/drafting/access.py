"""Reaching a draft, and answering what two people do at once."""

import tomllib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from credentialing.accounts.access import AuthedRequest
from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.services import TextRefused, save_text
from credentialing.ui.responses import conflict, not_permitted
from workflows.errors import NotPermitted, TransitionError

WRITERS = ("coordinator", "administrator")
READERS = (*WRITERS, "council")


def draft_of(request: AuthedRequest, uuid: UUID) -> PathwayDraft:
    """A draft that whoever asks may see; 404 otherwise."""
    return get_object_or_404(PathwayDraft.objects.visible_to(request.user), uuid=uuid)


def file_of(draft: PathwayDraft) -> dict[str, Any]:
    """What its text says; 404 where it can't be read at all, for only the page of the text can help there."""
    try:
        return tomllib.loads(draft.source)
    except tomllib.TOMLDecodeError as error:
        raise Http404 from error


def done(request: AuthedRequest, back: str, words: str, act: Callable[[], object]) -> HttpResponse:
    """Do it and go back; say why not (409, 403) where it isn't done."""
    try:
        act()
    except NotPermitted as refusal:
        return not_permitted(request, str(refusal))
    except (TransitionError, TextRefused) as refusal:
        return conflict(request, str(refusal), back)
    messages.success(request, words)
    return redirect(back)


def saved(
    request: AuthedRequest, draft: PathwayDraft, source: str, *, seen: int, what: str, to: str = ""
) -> HttpResponse:
    """Save a text and go on."""
    return done(
        request,
        to or reverse("drafting:draft", args=[draft.uuid]),
        f"Saved: {what}.",
        lambda: save_text(draft=draft, source=source, actor=request.user, seen_revision=seen, what=what),
    )
