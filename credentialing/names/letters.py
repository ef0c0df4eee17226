"""Who hears what about a change of a name: the holder, whoever decides, the second person."""

from datetime import date
from typing import Any

from django.utils import timezone

from certificates.models import Credential
from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter
from credentialing.names.differences import profile_of
from credentialing.names.lifecycle import APPROVED, RECORDED, REFUSED
from credentialing.names.models import NameChange
from credentialing.names.rules import approvers_for, confirmers_of
from workflows.models import LedgerRecord


def tell_of_asking(change: NameChange) -> None:
    """The holder has a copy of the wish; whoever may approve it knows that it waits."""
    _write("name_change_received", change.credential.holder, change, "asked")
    for approver in approvers_for(change.credential.holder, timezone.localdate(change.asked_at)):
        _write("name_change_asked", approver, change, "asked")


def tell_of_step(change: NameChange, record: LedgerRecord) -> None:
    """The holder hears of every decision; those who may confirm hear that it waits for them."""
    key, holder, day = str(record.uuid), change.credential.holder, timezone.localdate(record.recorded_at)
    if change.state == APPROVED:
        _write("name_change_approved", holder, change, key)
        for officer in confirmers_of(change, day):
            _write("name_change_to_confirm", officer, change, key)
    elif change.state == RECORDED:
        _write("name_change_recorded", holder, change, key)
    elif change.state == REFUSED:
        _write("name_change_refused", holder, change, key, reason=record.reason)
    else:
        told = {officer.pk: officer for officer in approvers_for(holder, day)}
        if record.source == APPROVED:
            told |= {officer.pk: officer for officer in confirmers_of(change, day)}
        for officer in told.values():
            _write("name_change_withdrawn", officer, change, key)


def ask_holder(credential: Credential, on: date) -> Letter | None:
    """Ask the holder whether the profile is right or what is on record."""
    return send_letter(
        template="name_differs",
        to=credential.holder,
        context={
            "number": credential.number,
            "recorded": credential.recorded_as,
            "profile": profile_of(credential.holder),
            "path": f"/my/credentials/{credential.uuid}/name/",
        },
        dedupe_key=f"name_differs:{credential.uuid}:{on}",
    )


def _write(template: str, to: Person, change: NameChange, key: str, **context: Any) -> None:
    own = to.pk == change.credential.holder_id
    send_letter(
        template=template,
        to=to,
        context={
            "number": change.credential.number,
            "before": change.stands_as,
            "after": change.asked_as,
            "by_holder": change.asked_by_id == change.credential.holder_id,
            "has_document": change.credential.certificates.exists(),
            "path": f"/my/name-changes/{change.uuid}/" if own else f"/council/registry/names/{change.uuid}/",
            **context,
        },
        dedupe_key=f"{template}:{change.uuid}:{key}:{to.uuid}",
    )
