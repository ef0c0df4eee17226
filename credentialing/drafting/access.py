"""Reaching a draft, and answering what two people do at once."""

import tomllib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from credentialing.accounts.access import AuthedRequest
from credentialing.accounts.models import Person
from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.services import save_text
from credentialing.pathways.texts import TextRefused, TextsBusy, take_in
from credentialing.ui.responses import come_back, conflict, not_permitted
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
    except TextsBusy as refusal:
        return come_back(conflict(request, str(refusal), back))
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


def is_taken_in(form: BaseForm, field: str, actor: Person) -> bool:
    """Whether the text of a form can be read at all; else it is said at the field, and what was typed stays."""
    try:
        take_in(form.cleaned_data[field], client=f"account {actor.pk}")
    except TextRefused as refusal:
        form.add_error(field, str(refusal))
        form.status = 503 if isinstance(refusal, TextsBusy) else 422  # type: ignore[attr-defined]
        return False
    return True


def status_of(form: BaseForm) -> int:
    """The status of the page that shows a form with an error."""
    return int(getattr(form, "status", 422))
