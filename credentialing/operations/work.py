"""What the system does by itself after people's acts, and how far that is: the administrator's view of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from certificates.models import Certificate, Credential
from credentialing.applications.models import Application
from credentialing.correspondence.models import Letter
from workflows import effects
from workflows.models import Deadline, EffectRun

PATIENCE = timedelta(minutes=10)  # a worker that runs has begun something by then
SOON = timedelta(days=30)  # deadlines further away are nobody's concern yet
DAILY = timedelta(days=1)  # `manage.py tick` runs at least that often


@dataclass(frozen=True, kw_only=True)
class WorkLine:
    """One thing that waits, has been given up, or falls due: about whom by reference only."""

    title: str
    about: str
    since: datetime | None = None
    attempts: int = 0
    next_try: datetime | None = None
    due_at: datetime | None = None
    overdue: bool = False
    problem: str = ""
    again_url: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One kind of work: which rows, and each in words. `urgent`: it waits for a person, not for its turn."""

    slug: str
    title: str
    text: str
    rows: Callable[[datetime], QuerySet[Any]]
    lines: Callable[[Sequence[Any], datetime], list[WorkLine]]
    urgent: bool = False


def worker_is_missing(now: datetime) -> bool:
    """Whether something has been ready for longer than a worker needs, and none has begun anything since."""
    since = now - PATIENCE
    left_lying = DBTaskResult.objects.ready().filter(enqueued_at__lt=since).exclude(run_after__range=(since, now))
    return left_lying.exists() and not DBTaskResult.objects.filter(started_at__gte=since).exists()


def clock_is_missing(now: datetime) -> bool:
    """Whether a deadline has been overdue for longer than `tick` may leave it."""
    return Deadline.objects.due(now - DAILY).exists()


def references_of(subjects: Iterable[tuple[str, UUID]]) -> dict[UUID, str]:
    """How people call these subjects without naming anybody: a case's reference, a credential's number."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, subject_id in subjects:
        by_kind.setdefault(kind, set()).add(subject_id)
    cases = Application.objects.filter(uuid__in=by_kind.get(Application.subject_kind, ()))
    credentials = Credential.objects.filter(uuid__in=by_kind.get(Credential.subject_kind, ()))
    return {uuid: f"Case {reference}" for uuid, reference in cases.values_list("uuid", "reference")} | {
        uuid: f"Credential {number}" for uuid, number in credentials.values_list("uuid", "number")
    }


def _in_words(slug: str) -> str:
    return slug.replace("_", " ").capitalize()


def _effects(runs: Sequence[EffectRun], now: datetime) -> list[WorkLine]:
    names = references_of((run.record.subject_kind, run.record.subject_id) for run in runs)
    return [
        WorkLine(
            title=_in_words(run.effect),
            about=names.get(run.record.subject_id, _in_words(run.record.subject_kind)),
            since=run.record.recorded_at,
            attempts=run.attempts,
            next_try=run.due_at if run.due_at > now and not run.given_up_at else None,
            problem=run.last_error,
            again_url=reverse("operations:effect-again", args=[run.record.uuid, run.effect]) if run.given_up_at else "",
        )
        for run in runs
    ]


def _letters(letters: Sequence[Letter], now: datetime) -> list[WorkLine]:
    return [
        WorkLine(
            title=f"Letter: {_in_words(letter.template).lower()}",
            about=f"to {letter.to_address}" if failed else "",  # the address may be what has to be corrected
            since=letter.created_at,
            attempts=letter.attempts,
            next_try=letter.due_at if letter.due_at > now and not failed else None,
            problem=letter.last_error,
            again_url=reverse("operations:letter-again", args=[letter.uuid]) if failed else "",
        )
        for letter in letters
        for failed in (letter.state == Letter.State.FAILED,)
    ]


def _certificates(certificates: Sequence[Certificate], _: datetime) -> list[WorkLine]:
    return [
        WorkLine(
            title="Certificate that can't be drawn",
            about=f"Credential {certificate.credential.number}",
            since=certificate.prepared_at,
            problem=certificate.problem,
            url=reverse("council:credential", args=[certificate.credential.uuid]),
        )
        for certificate in certificates
    ]


def _deadlines(deadlines: Sequence[Deadline], now: datetime) -> list[WorkLine]:
    names = references_of((deadline.subject_kind, deadline.subject_id) for deadline in deadlines)
    return [
        WorkLine(
            title=_in_words(deadline.act),
            about=names.get(deadline.subject_id, _in_words(deadline.subject_kind)),
            due_at=deadline.due_at,
            overdue=deadline.due_at < now,
        )
        for deadline in deadlines
    ]


PARTS: tuple[Part, ...] = (
    Part(
        slug="given-up",
        title="Given up",
        text=f"Tried {effects.ATTEMPTS} times. Mend the cause, then try again: it is done once, however often you try.",
        rows=lambda _: EffectRun.objects.given_up().select_related("record").order_by("given_up_at", "pk"),
        lines=_effects,
        urgent=True,
    ),
    Part(
        slug="undelivered",
        title="Letters not delivered",
        text="Have the person correct their address, or mend the mail server. Then try again: the letter goes "
        "to the address they have by then.",
        rows=lambda _: Letter.objects.failed(),
        lines=_letters,
        urgent=True,
    ),
    Part(
        slug="refused",
        title="Certificates that can't be drawn",
        text="Ask the holder for another spelling of the name.",
        rows=lambda _: Certificate.objects.refused().select_related("credential").order_by("prepared_at", "pk"),
        lines=_certificates,
        urgent=True,
    ),
    Part(
        slug="waiting",
        title="Waiting for their turn",
        text="They are done without you, and tried again by themselves when they fail.",
        rows=lambda _: EffectRun.objects.open().select_related("record"),
        lines=_effects,
    ),
    Part(
        slug="letters",
        title="Letters on their way",
        text="They are delivered without you, and tried again by themselves when they fail.",
        rows=lambda _: Letter.objects.waiting(),
        lines=_letters,
    ),
    Part(
        slug="deadlines",
        title="Deadlines of the next 30 days",
        text="The system acts on these days by itself.",
        rows=lambda now: Deadline.objects.due(now + SOON),
        lines=_deadlines,
    ),
)
