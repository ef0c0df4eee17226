"""kill -9 at random moments: what was acknowledged is there, and after `sweep` and `tick` nothing is half done."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates import issuing
from certificates.models import Certificate, Credential
from credentialing.applications.models import Application
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.correspondence.models import Letter
from credentialing.council.models import Ballot
from credentialing.evidence.models import EvidenceFile
from credentialing.operations.sweeping import STORES, missing, orphans
from credentialing.reviews.models import SignOff
from tests.soak.acts import sketch
from tests.soak.crew import Crew, crew
from tests.soak.running import faults_afterwards
from tests.soak.society import Society
from workflows.ledger import verify_chain
from workflows.models import EffectRun, LedgerRecord
from workflows.sequencer import waiting_entries

MOST_ACTS = 18  # acknowledged before the kill: one or two cases
LONGEST = 0.3  # seconds after the last of them
LATER = timedelta(minutes=25)  # when every lease has run out and `tick` takes up what was left lying
DRAWN_EVERY = 20  # in one round of so many certificates are really drawn, which takes seconds
ACKNOWLEDGED = {
    "application": Application,
    "sign_off": SignOff,
    "record": LedgerRecord,
    "ballot": Ballot,
}


@dataclass
class Toll:
    """What the rounds have seen."""

    rounds: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)  # what the kill had left, before anything was mended
    wrong: list[str] = field(default_factory=list)


def run_kills(*, rounds: int, folder: Path, seed: int | None = None, drawn_every: int = DRAWN_EVERY) -> Toll:
    """So many kills, each mended and looked at."""
    chance, toll = random.Random(seed), Toll()
    society = Society()
    with crew(folder) as house:
        for number in range(rounds):
            drawn = number % drawn_every == drawn_every - 1
            moment = chance.randint(0, MOST_ACTS), chance.uniform(0, LONGEST)
            told = killed(house, seed=chance.random(), moment=moment, drawn=drawn)
            toll.rounds += 1
            toll.acknowledged.update(kind for kind, _ in told)
            intents = {one.uuid: one.token for one in Certificate.objects.waiting()}
            toll.left.update(left_lying())
            mend(drawn=drawn)
            faults = [*lost(told), *half_done(intents)]
            toll.wrong += [f"round {number}: {fault}" for fault in faults]
            close_cases(society)
    toll.wrong += faults_afterwards()
    return toll


def killed(house: Crew, *, seed: float, moment: tuple[int, float], drawn: bool) -> list[tuple[str, Any]]:
    """A society and its worker, both killed at one moment; what they had acknowledged."""
    both = [house.born("stream"), house.born("worker")]
    for other in both:
        other.say({"seed": seed, "drawn": drawn})
    acts, pause = moment
    told = [tuple(both[0].hear()) for _ in range(acts)]
    time.sleep(pause)
    for other in both:
        os.kill(other.pid, signal.SIGKILL)
    while (line := both[0].hear()) is not None:
        told.append(tuple(line))
    for other in both:
        while other.hear() is not None:
            pass
        house.others.remove(other)
        other.close()
    wait_until_alone()
    return told


def wait_until_alone() -> None:
    """Until the database has noticed that they are gone."""
    if connection.vendor != "postgresql":
        return
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(query + " AND backend_type = 'client backend'")
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)


def mend(*, drawn: bool) -> None:
    """What an administrator does after a crash; the clock's `tick` comes when all leases have run out."""
    call_command("sweep", "--delete", "--older-than", "0", stdout=StringIO())
    with (
        time_machine.travel(timezone.now() + LATER, tick=True),
        patch.object(issuing, "document_of", issuing.document_of if drawn else sketch),
    ):
        call_command("tick", stdout=StringIO())
        call_command("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay", verbosity=0)
        call_command("sweep", "--delete", "--older-than", "0", stdout=StringIO())


def left_lying() -> Iterator[str]:
    """What there was to mend."""
    for store in STORES:
        for orphan in orphans(store, before=timezone.now()):
            yield "unfinished file" if "/.writing-" in orphan.name else f"file without a row in {store.name}"
    yield from ["certificate in intent"] * Certificate.objects.waiting().count()
    yield from ["letter not sent"] * Letter.objects.filter(state=Letter.State.QUEUED).count()
    yield from ["effect not done"] * EffectRun.objects.open().count()
    yield from ["entry without a place"] * waiting_entries()


def lost(told: Sequence[tuple[str, Any]]) -> Iterator[str]:
    """Whatever was acknowledged and isn't there."""
    for kind, what in told:
        if kind == "file":
            row = EvidenceFile.objects.filter(uuid=what[0]).first()
            if row is None or row.sha256 != what[1]:
                yield f"the file {what[0]} is lost"
        elif kind == "certificate":
            found = Certificate.objects.filter(uuid=what[0], credential__number=what[1], token=what[2]).first()
            if found is None or found.status != Certificate.Status.ISSUED:
                yield f"the certificate {what[1]} is {found and found.status}"
        elif not ACKNOWLEDGED[kind]._base_manager.filter(uuid=what).exists():
            yield f"{kind} {what} is lost"


def half_done(intents: dict[Any, str]) -> Iterator[str]:
    """Whatever isn't finished although everything was mended."""
    for uuid, token in intents.items():
        certificate = Certificate.objects.get(uuid=uuid)
        if (certificate.status, certificate.token) != (Certificate.Status.ISSUED, token):
            yield f"a certificate that was in intent is {certificate.status}, or under another token"
    for store in STORES:
        yield from (f"{one.name} has no row" for one in orphans(store, before=timezone.now() + LATER * 2))
        yield from (f"{one.name} is gone" for one in missing(store))
    yield from (f"{one} in the store, for good" for one in left_lying())
    for application in Application.objects.exclude(state="withdrawn").order_by("-pk")[:20]:
        yield from (str(fault) for fault in verify_chain(application))
        yield from uneven(application)
    yield from (f"{path.name} in {path.parent.name}" for path in Path(settings.DATA_DIR).rglob(".writing-*"))
    if DBTaskResult.objects.ready().exists():
        yield "a task waits"


def uneven(application: Application) -> Iterator[str]:
    """Certified means: one credential, one certificate, one letter about each, one effect of the step."""
    certified = int(application.state == "certified")
    credentials = Credential.objects.filter(holder=application.candidate_id)
    letters = Letter.objects.filter(recipient=application.candidate_id, state=Letter.State.SENT)
    numbers = {
        "credentials": credentials.count(),
        "certificates": Certificate.objects.issued().filter(credential__in=credentials).count(),
        "letters about it": letters.filter(template="certified").count(),
        "letters about the paper": letters.filter(template="certificate_ready").count(),
        "effects": EffectRun.objects.filter(record__subject_id=application.uuid, done_at__isnull=False).count(),
    }
    yield from (f"{number} {name} of a case that is {application.state}" for name, number in numbers.items()
                if number != certified)  # fmt: skip


def close_cases(society: Society) -> None:
    """So that `tick` has no more to do from round to round."""
    for application in Application.objects.exclude(state__in=["certified", "withdrawn"]).select_related("candidate"):
        change_lifecycle(application=application, name="withdraw", actor=application.candidate)
    call_command("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay", verbosity=0)
