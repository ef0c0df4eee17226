"""The rules as PostgreSQL triggers: name, table and the statement that makes it, with the functions they call."""

from collections.abc import Iterator, Sequence

from workflows.triggers import tables
from workflows.triggers.tables import AppendOnlyTable, SubjectTable

type Trigger = tuple[str, str, str]  # name, table, statement

REFUSE = """
CREATE OR REPLACE FUNCTION workflows_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END $$"""


def functions(subjects: Sequence[SubjectTable], ledger: str) -> Iterator[str]:
    """What the triggers call."""
    yield REFUSE
    look_up = "\n        ".join(
        f"WHEN '{s.kind}' THEN SELECT state, version INTO present FROM {s.name} WHERE uuid = NEW.subject_id;"
        for s in subjects
    )
    yield f"""
CREATE OR REPLACE FUNCTION workflows_record_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE present record;
BEGIN
    CASE NEW.subject_kind
        {look_up}
    END CASE;
    IF present.state IS DISTINCT FROM NEW.source OR present.version IS DISTINCT FROM NEW.sequence - 1 THEN
        RAISE EXCEPTION USING MESSAGE = '{tables.GAP}', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
EXCEPTION WHEN case_not_found THEN
    RAISE EXCEPTION USING MESSAGE = '{tables.GAP}', ERRCODE = 'integrity_constraint_violation';
END $$"""
    yield f"""
CREATE OR REPLACE FUNCTION workflows_record_was_followed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE present record;
BEGIN
    CASE NEW.subject_kind
        {look_up}
    END CASE;
    IF present.version IS NULL OR present.version < NEW.sequence THEN
        RAISE EXCEPTION USING MESSAGE = '{tables.CHANGELESS}', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$"""
    yield f"""
CREATE OR REPLACE FUNCTION workflows_state_is_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.uuid <> OLD.uuid OR NOT EXISTS (
        SELECT 1 FROM {ledger} WHERE subject_kind = TG_ARGV[0] AND subject_id = NEW.uuid
        AND sequence = NEW.version AND sequence = OLD.version + 1 AND source = OLD.state AND target = NEW.state
    ) THEN
        RAISE EXCEPTION USING MESSAGE = '{tables.UNRECORDED}', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$"""


def triggers(
    append_only: Sequence[AppendOnlyTable], subjects: Sequence[SubjectTable], ledger: str
) -> Iterator[Trigger]:
    """Every trigger."""
    for table in append_only:
        yield from _append_only(table)
    follows = f"{ledger}_follows"
    yield (
        follows,
        ledger,
        f"CREATE TRIGGER {follows} BEFORE INSERT ON {ledger} FOR EACH ROW EXECUTE FUNCTION workflows_record_follows()",
    )
    followed = f"{ledger}_was_followed"
    yield (
        followed,
        ledger,
        f"CREATE CONSTRAINT TRIGGER {followed} AFTER INSERT ON {ledger} DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION workflows_record_was_followed()",
    )
    for subject in subjects:
        yield from _subject(subject)


def _append_only(table: AppendOnlyTable) -> Iterator[Trigger]:
    changed = ""
    if table.placed:
        others = [column for column in table.columns if column != table.placed]
        same = " AND ".join(f'NEW."{column}" IS NOT DISTINCT FROM OLD."{column}"' for column in others)
        changed = f"WHEN (NOT (OLD.{table.placed} IS NULL AND NEW.{table.placed} IS NOT NULL AND {same}))"
    yield _refusing(f"{table.name}_never_changes", table.name, "BEFORE UPDATE", table.never_changes, changed)
    yield _refusing(f"{table.name}_never_shrinks", table.name, "BEFORE DELETE", table.never_removed)
    yield _refusing(f"{table.name}_never_emptied", table.name, "BEFORE TRUNCATE", table.never_removed, rows=False)


def _subject(subject: SubjectTable) -> Iterator[Trigger]:
    name = subject.name
    changes = f"{name}_changes_with_its_record"
    yield (
        changes,
        name,
        f"CREATE TRIGGER {changes} BEFORE UPDATE ON {name} FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state "
        "OR NEW.version IS DISTINCT FROM OLD.version OR NEW.uuid IS DISTINCT FROM OLD.uuid) "
        f"EXECUTE FUNCTION workflows_state_is_recorded('{subject.kind}')",
    )
    begins = f"WHEN (NEW.state IS DISTINCT FROM '{subject.initial}' OR NEW.version <> 0)"
    yield _refusing(f"{name}_begins_at_the_beginning", name, "BEFORE INSERT", tables.BEGINNING, begins)
    yield _refusing(f"{name}_is_kept", name, "BEFORE DELETE", tables.KEPT, "WHEN (OLD.version > 0)")
    yield _refusing(f"{name}_never_emptied", name, "BEFORE TRUNCATE", tables.KEPT, rows=False)


def _refusing(name: str, table: str, event: str, refusal: str, when: str = "", *, rows: bool = True) -> Trigger:
    each = "FOR EACH ROW" if rows else "FOR EACH STATEMENT"
    return (
        name,
        table,
        f"CREATE TRIGGER {name} {event} ON {table} {each} {when} EXECUTE FUNCTION workflows_refuse('{refusal}')",
    )
