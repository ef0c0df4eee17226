"""What administrators do about the work that the system could not do."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person, Role
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import deliver_again, send_letter
from workflows.effects import try_again
from workflows.models import EffectRun

ATTENTION = "needs_attention"  # the template of the letter that tells administrators


class NothingToTry(Exception):
    """Somebody has taken it up already."""


@transaction.atomic
def try_effect_again(*, run: EffectRun, actor: Person) -> None:
    """Take up an effect that was given up.

    Raises:
        NothingToTry: it isn't given up (any more).
        PermissionError: the actor is no administrator.
    """
    _must_administer(actor)
    if not try_again(run):
        msg = "Somebody has taken this up already, or it is done."
        raise NothingToTry(msg)
    record_event(
        event=Event.EFFECT_TRIED_AGAIN,
        actor=actor,
        subject_kind=run.record.subject_kind,
        subject_id=run.record.subject_id,
        details={"effect": run.effect, "record": str(run.record.uuid)},
    )


@transaction.atomic
def try_letter_again(*, letter: Letter, actor: Person) -> None:
    """Take up a letter that was given up.

    Raises:
        NothingToTry: it isn't given up (any more).
        PermissionError: the actor is no administrator.
    """
    _must_administer(actor)
    if not deliver_again(letter=letter):
        msg = "Somebody has taken this letter up already, or it is delivered."
        raise NothingToTry(msg)
    record_event(event=Event.LETTER_TRIED_AGAIN, actor=actor, subject_kind="letter", subject_id=letter.uuid)


@transaction.atomic
def tell_administrators(*, what: str, key: str = "", now: datetime | None = None) -> None:
    """Write to the administrators that something was given up: the first of a day only, the page lists the others.

    What no page lists (a file that is missing, rules that can't be read) is told under a key of its own.
    """
    about = f"{sha256(key.encode()).hexdigest()[:16]}:" if key else ""
    today = timezone.localdate(now)
    for administrator in Person.objects.holding(Role.ADMINISTRATOR, today):
        send_letter(
            template=ATTENTION,
            to=administrator,
            context={"what": what, "path": "/operations/work/"},
            dedupe_key=f"attention:{about}{today}:{administrator.uuid}",
            now=now,
        )


def _must_administer(actor: Person) -> None:
    if Role.ADMINISTRATOR not in actor.roles_on(timezone.localdate()):
        msg = "Only an administrator tries again what was given up."
        raise PermissionError(msg)
