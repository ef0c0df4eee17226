"""The ledger's rules in the database itself: what no query, script or console can get around unseen.

The same rules on SQLite and PostgreSQL: records are appended one after the other and neither changed nor removed.
They are installed after every migrate, because SQLite drops a table's triggers when a migration rebuilds the table.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

from workflows.models import NEVER_CHANGES, NEVER_REMOVED

TABLE = "workflows_ledgerrecord"
NAMES = ("ledger_never_changes", "ledger_never_shrinks", "ledger_has_no_gap")
GAP = "A ledger record follows the one before it."

# INSERT OR REPLACE would remove a row without firing a DELETE trigger, hence the look at id and uuid.
SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS ledger_never_changes BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{NEVER_CHANGES}'); END;
CREATE TRIGGER IF NOT EXISTS ledger_never_shrinks BEFORE DELETE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{NEVER_REMOVED}'); END;
CREATE TRIGGER IF NOT EXISTS ledger_has_no_gap BEFORE INSERT ON {TABLE}
WHEN NEW.sequence <> 1 + (
    SELECT COALESCE(MAX(sequence), 0) FROM {TABLE}
    WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id
) OR EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR uuid = NEW.uuid)
BEGIN SELECT RAISE(ABORT, '{GAP}'); END;
"""  # noqa: S608 - constants only

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = CASE TG_OP WHEN 'UPDATE' THEN '{NEVER_CHANGES}' ELSE '{NEVER_REMOVED}' END,
        ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION ledger_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> 1 + (
        SELECT COALESCE(MAX(sequence), 0) FROM {TABLE}
        WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id
    ) THEN
        RAISE EXCEPTION USING MESSAGE = '{GAP}', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_never_changes BEFORE UPDATE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE OR REPLACE TRIGGER ledger_never_shrinks BEFORE DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE OR REPLACE TRIGGER ledger_never_emptied BEFORE TRUNCATE ON {TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE OR REPLACE TRIGGER ledger_has_no_gap BEFORE INSERT ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION ledger_follow();
"""  # noqa: S608 - constants only


STATEMENTS = {"sqlite": [f"{part}END" for part in SQLITE.split("END;")[:-1]], "postgresql": [POSTGRESQL]}


def install_triggers(*, using: str, **_signal: Any) -> None:
    """Put the triggers in place where the ledger's table stands (after every migrate; again does no harm)."""
    _run(using, STATEMENTS)


def remove_triggers(*, using: str) -> None:
    """Take the triggers away, for a migration that must rewrite the ledger's table and for the tests' own flush."""
    _run(
        using,
        {
            "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES],
            "postgresql": [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in (*NAMES, "ledger_never_emptied")],
        },
    )


@contextmanager
def lifted_triggers(*, using: str = "default") -> Iterator[None]:
    """Work without the triggers and put them back, whatever happens."""
    remove_triggers(using=using)
    try:
        yield
    finally:
        install_triggers(using=using)


def _run(using: str, statements: Mapping[str, Sequence[str]]) -> None:
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in statements.get(connection.vendor, ()):
            cursor.execute(statement)
