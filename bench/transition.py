"""A whole step through the one door, beside the same driver doing an UPDATE and an INSERT in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.driver import Driver, durability
from bench.measuring import Contender, clock_for, interleaved, ratios
from bench.models import Note, Outgoing, Parcel, PlainParcel, Stamp
from bench.reports import Goal, Report, lines_of
from workflows import effects, sequencer
from workflows.canonical import content_digest
from workflows.services import perform

LIMIT = "driver: UPDATE + INSERT in one transaction"
PLAIN = "peer: django-fsm, a chained record, an outbox row, by the ORM"
STEP = "step: perform, its entry left to the sequencer"
PLACED = "step and its place in the tree, as shipped"
DRIVER_TIMES, TIMES = 2000, 60
AIMS = {"sqlite": 10, "postgresql": 3}


def measure(*, rounds: int) -> Report:
    """Steps with lock, guard's question, chained record, leaf, subject, effect and its task."""
    for act in ("send", "call_back"):
        effects.subscribe(subject_kind="parcel", transition=act, name="bell", act=lambda _record: None)
    clerk = get_user_model().objects.create(name="Clerk", email="clerk@example.org")
    contenders = [
        Contender(name=LIMIT, run=Driver().steps, times=DRIVER_TIMES),
        Contender(name=PLAIN, run=_plain_steps(clerk), times=TIMES),
        Contender(name=STEP, run=_unplaced(_steps(clerk)), times=TIMES, tidy=sequencer.sequence_entries),
        Contender(name=PLACED, run=_steps(clerk), times=TIMES),
    ]
    statements = {contender.name: _statements(contender) for contender in contenders[1:]}
    clock = clock_for(connection.vendor)
    seconds = interleaved(contenders, rounds=rounds, clock=clock)
    aim = AIMS[connection.vendor]
    return Report(
        name="transition",
        database=connection.vendor,
        limit=LIMIT,
        lines=lines_of(seconds, LIMIT),
        goals=[
            Goal(what="SQL statements of a step", value=statements[STEP], at_most=10, must=True),
            Goal(what="step, times the driver", value=ratios(seconds, STEP, LIMIT).median, at_most=aim),
            Goal(what="step, times the peer", value=ratios(seconds, STEP, PLAIN).median, at_most=1.5, must=True),
            Goal(
                what="as shipped, times the peer", value=ratios(seconds, PLACED, PLAIN).median, at_most=2.5, must=True
            ),
        ],
        facts={"statements": statements, "durability": durability(), "clock": clock.__name__, "rounds": rounds},
    )


def _steps(clerk: Any) -> Callable[[int], None]:
    parcel = Parcel.objects.create(title="Books")
    Stamp.objects.create(parcel=parcel)
    acts = cycle(["send", "call_back"])

    def run(times: int) -> None:
        for _ in range(times):
            perform(parcel, next(acts), actor=clerk)

    return run


def _plain_steps(clerk: Any) -> Callable[[int], None]:
    """What a Django application would write for the same, without tree, triggers, roles, and tries of effects."""
    parcel = Parcel.objects.create(title="Books")
    Stamp.objects.create(parcel=parcel)
    key = PlainParcel.objects.create(title="Books", parcel=parcel).pk
    acts = cycle(["send", "call_back"])

    def step(act: str) -> None:
        with transaction.atomic():
            subject = PlainParcel.objects.select_for_update().get(pk=key)
            if not Stamp.objects.filter(parcel=subject.parcel_id).exists():
                raise ValueError
            source = subject.state
            getattr(subject, act)()
            last = Note.objects.filter(parcel=parcel).order_by("-sequence").first()
            note = Note(
                parcel=parcel,
                sequence=subject.version + 1,
                transition=act,
                source=source,
                target=subject.state,
                actor=clerk,
                recorded_at=timezone.now(),
                previous_digest=last.digest if last else "",
            )
            note.digest = content_digest({"sequence": note.sequence, "act": act, "before": note.previous_digest})
            note.save()
            subject.version += 1
            subject.save()
            Outgoing.objects.create(note=note, payload={"act": act})

    def run(times: int) -> None:
        for _ in range(times):
            step(next(acts))

    return run


def _unplaced(run: Callable[[int], None]) -> Callable[[int], None]:
    """The same with the sequencer asleep, as when another process is at it."""

    def without(times: int) -> None:
        with _sequencer_asleep():
            run(times)

    return without


@contextmanager
def _sequencer_asleep() -> Iterator[None]:
    awake = sequencer.sequence_after_commit
    sequencer.sequence_after_commit = lambda: None
    try:
        yield
    finally:
        sequencer.sequence_after_commit = awake


def _statements(contender: Contender) -> int:
    with CaptureQueriesContext(connection) as asked:
        contender.run(1)
    contender.tidy()
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(frame) for query in asked)
