"""`manage.py verify` beside reading the same rows with the bare driver and hashing them with SHA-256."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import batched
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction

from bench.driver import opened
from bench.measuring import Contender, clock_for, interleaved, ratios
from bench.models import PARCEL, Parcel
from bench.reports import Goal, Report, lines_of
from workflows.canonical import canonical
from workflows.ledger import digest
from workflows.merkle import leaf_hash
from workflows.models import LedgerRecord, TreeLeaf
from workflows.models.rows import insert_rows
from workflows.sequencer import sequence_entries
from workflows.triggers import lifted_triggers

LIMIT = "driver: read the records, SHA-256 of each"
VERIFY = "manage.py verify: records, chains, leaves, tree, states"
FEW, MANY = 10_000, 100_000
STEPS = 10  # of each parcel
ROUNDS = 5
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PEAK = """
import resource
import django
django.setup()
from django.core.management import call_command
from io import StringIO
call_command("check", stdout=StringIO())
call_command({command!r}, stdout=StringIO())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def measure(*, rounds: int) -> Report:
    """Time and memory for few and many records."""
    clerk = get_user_model().objects.create(name="Clerk", email="clerk@example.org")
    _record(clerk, FEW)
    peaks = {FEW: _peak_of_verify()}
    _record(clerk, MANY - FEW)
    peaks[MANY] = _peak_of_verify()
    raw = opened()
    contenders = [
        Contender(name=LIMIT, run=lambda _times: _read_and_hash(raw), times=MANY),
        Contender(name=VERIFY, run=lambda _times: call_command("verify", stdout=StringIO()), times=MANY),
    ]
    seconds = interleaved(contenders, rounds=min(rounds, ROUNDS), clock=clock_for(connection.vendor))
    lines = lines_of(seconds, LIMIT)
    growth = peaks[MANY] - peaks[FEW]
    return Report(
        name="verify",
        database=connection.vendor,
        limit=LIMIT,
        lines=lines,
        goals=[
            Goal(what="verify, times the driver", value=ratios(seconds, VERIFY, LIMIT).median, at_most=5),
            Goal(what="verify, times the driver", value=ratios(seconds, VERIFY, LIMIT).median, at_most=20, must=True),
            Goal(what="microseconds for a record", value=1e6 / lines[1].per_second.median, at_most=10),
            Goal(what=f"MB more for {MANY:,} records than for {FEW:,}", value=growth, at_most=10, must=True),
        ],
        facts={"peak MB": peaks, "clock": clock_for(connection.vendor).__name__},
    )


def _record(clerk: Any, number: int) -> None:
    """Parcels sent and called back, as `perform` would have recorded it, but in bulk."""
    with lifted_triggers(), transaction.atomic():
        for several in batched(range(number // STEPS), 500, strict=False):
            parcels = [Parcel(title="Books", version=STEPS) for _ in several]
            insert_rows(parcels, using=connection.alias)
            records = [record for parcel in parcels for record in _records_of(parcel, clerk)]
            insert_rows(records, using=connection.alias)
            insert_rows([_leaf_of(record) for record in records], using=connection.alias)
    while sequence_entries():
        pass


def _records_of(parcel: Parcel, clerk: Any) -> list[LedgerRecord]:
    records: list[LedgerRecord] = []
    for sequence in range(1, STEPS + 1):
        edge = PARCEL.transitions[(sequence + 1) % 2]
        record = LedgerRecord(
            subject_kind="parcel",
            subject_id=parcel.uuid,
            sequence=sequence,
            transition=edge.name,
            source=edge.source,
            target=edge.target,
            actor=clerk,
            role="clerk",
            evidence=[],
            rules_digest=PARCEL.digest,
            definition_digest=PARCEL.digest,
            recorded_at=BEGINNING + timedelta(minutes=sequence, microseconds=sequence),
            previous_digest=records[-1].digest if records else "",
        )
        record.digest = digest(record)
        records.append(record)
    return records


def _leaf_of(record: LedgerRecord) -> TreeLeaf:
    return TreeLeaf(
        entry_kind=record.entry_kind, entry_id=record.uuid, hash=leaf_hash(canonical(record.content())).hex()
    )


def _read_and_hash(raw: Any) -> None:
    cursor = raw.cursor(name="all") if connection.vendor == "postgresql" else raw.cursor()
    with raw.transaction() if connection.vendor == "postgresql" else raw:
        cursor.execute("SELECT * FROM workflows_ledgerrecord ORDER BY id")
        while rows := cursor.fetchmany(1000):
            for row in rows:
                hashlib.sha256(repr(row).encode()).hexdigest()
        cursor.close()


def _peak_of_verify() -> int:
    """MB that a fresh process needs for `verify` at most."""
    child = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", PEAK.format(command="verify")],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "bench.settings"},
    )
    return int(child.stdout)
