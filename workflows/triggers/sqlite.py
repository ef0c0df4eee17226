"""The rules as SQLite triggers: name, table and the statement that makes it."""

from collections.abc import Iterator, Sequence

from workflows.triggers import tables
from workflows.triggers.tables import AppendOnlyTable, SubjectTable

type Trigger = tuple[str, str]  # name, statement


def triggers(
    append_only: Sequence[AppendOnlyTable], subjects: Sequence[SubjectTable], ledger: str
) -> Iterator[Trigger]:
    """Every trigger."""
    for table in append_only:
        yield from _append_only(table)
    yield _record_follows(subjects, ledger)
    for subject in subjects:
        yield from _subject(subject, ledger)


def _append_only(table: AppendOnlyTable) -> Iterator[Trigger]:
    taken = " OR ".join("(" + " AND ".join(f'"{key}" = NEW."{key}"' for key in keys) + ")" for keys in table.keys)
    yield _trigger(
        f"{table.name}_never_replaced",
        f"BEFORE INSERT ON {table.name} WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {taken})",
        table.never_changes,
    )
    changed = ""
    if table.placed:
        others = [column for column in table.columns if column != table.placed]
        same = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in others)
        changed = f" WHEN NOT (OLD.{table.placed} IS NULL AND NEW.{table.placed} IS NOT NULL AND {same})"
    yield _trigger(f"{table.name}_never_changes", f"BEFORE UPDATE ON {table.name}{changed}", table.never_changes)
    yield _trigger(f"{table.name}_never_shrinks", f"BEFORE DELETE ON {table.name}", table.never_removed)


def _record_follows(subjects: Sequence[SubjectTable], ledger: str) -> Trigger:
    found = " OR ".join(
        f"(NEW.subject_kind = '{s.kind}' AND EXISTS (SELECT 1 FROM {s.name} "
        "WHERE uuid = NEW.subject_id AND state = NEW.source AND version = NEW.sequence - 1))"
        for s in subjects
    )
    return _trigger(f"{ledger}_follows", f"BEFORE INSERT ON {ledger} WHEN NOT ({found})", tables.GAP)


def _subject(subject: SubjectTable, ledger: str) -> Iterator[Trigger]:
    name = subject.name
    own = f"subject_kind = '{subject.kind}' AND subject_id"
    yield _trigger(
        f"{name}_changes_with_its_record",
        f"BEFORE UPDATE OF state, version, uuid ON {name} "
        "WHEN NEW.uuid IS NOT OLD.uuid OR ((NEW.state IS NOT OLD.state OR NEW.version IS NOT OLD.version) "
        f"AND NOT EXISTS (SELECT 1 FROM {ledger} WHERE {own} = NEW.uuid AND sequence = NEW.version "
        "AND sequence = OLD.version + 1 AND source = OLD.state AND target = NEW.state))",
        tables.UNRECORDED,
    )
    yield _trigger(
        f"{name}_begins_at_the_beginning",
        f"BEFORE INSERT ON {name} WHEN NEW.state IS NOT '{subject.initial}' OR NEW.version <> 0 "
        f"OR EXISTS (SELECT 1 FROM {ledger} WHERE {own} = NEW.uuid) "
        f"OR EXISTS (SELECT 1 FROM {name} WHERE id = NEW.id AND version > 0)",
        tables.BEGINNING,
    )
    yield _trigger(f"{name}_is_kept", f"BEFORE DELETE ON {name} WHEN OLD.version > 0", tables.KEPT)


def _trigger(name: str, when: str, refusal: str) -> Trigger:
    return name, f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
