"""Moving cases to another version of their pathway: recorded, with a reason, and the candidate is told what changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.moves import MoveImpact, impact_of_move
from credentialing.applications.progress import refresh_progress
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.pathways.models import PathwayVersion
from workflows.errors import TransitionError
from workflows.models import LedgerRecord
from workflows.services import perform


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What became of one case of a cohort: moved, or left where it is with the reason."""

    application: Application
    refusal: str = ""


@transaction.atomic
def move_application(
    *,
    application: Application,
    version: PathwayVersion,
    actor: Person,
    reason: str,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Let a case go on by another version, in the same stage or the nearest one before it, and write to the candidate.

    Nothing that lies there is removed: what was signed and counts no more is named in the record of the audit and in
    the letter. The step itself is recorded under the rules that held until then.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    subject = Application.objects.select_for_update().get(pk=application.pk)
    before = subject.pathway_version
    Application.objects.filter(pk=subject.pk).update(moving_to=version)
    subject.refresh_from_db()
    impact = impact_of_move(subject, version, timezone.localdate(now))
    told = _told(impact) if subject.stage_in(version.definition) else {}
    record = perform(subject, "move", actor=actor, reason=reason, expected_version=expected_version, now=now)
    record_event(
        event=Event.CASE_MOVED,
        actor=actor,
        subject_kind=subject.subject_kind,
        subject_id=subject.uuid,
        details={
            "from": before.version,
            "from_digest": before.digest,
            "to": version.version,
            "to_digest": version.digest,
            "record": str(record.uuid),
            "counts_no_more": [f"{lost.requirement}:{lost.fact.role}" for lost in impact.lost_sign_offs],
        },
        now=now,
    )
    refresh_progress(subject, now)
    send_letter(
        template="case_moved",
        to=subject.candidate,
        context={"before": before.version, "after": version.version, "reason": reason, "path": "/my/", **told},
        dedupe_key=f"moved:{record.uuid}",
    )
    application.refresh_from_db()
    return record


def move_cohort(
    *, applications: Iterable[Application], version: PathwayVersion, actor: Person, reason: str
) -> list[Moved]:
    """Move many cases, each by itself: one that can't go stays where it is and is named with the reason."""
    done = []
    for application in applications:
        try:
            move_application(application=application, version=version, actor=actor, reason=reason)
        except TransitionError as refusal:
            done.append(Moved(application=application, refusal=str(refusal)))
        else:
            done.append(Moved(application=application))
    return done


def _told(impact: MoveImpact) -> dict[str, list[str]]:
    """What the candidate reads in the letter."""
    return {
        "new": [f"{change.label}: {change.rule_after}" for change in impact.changes if change.is_new],
        "dropped": [change.label for change in impact.changes if change.is_dropped],
        "changed": [f"{change.label}: {change.rule_after}" for change in impact.changes if change.is_changed],
        "signed": [f"{lost.label}: {lost.why}" for lost in impact.lost_sign_offs],
    }
