"""The database itself refuses: what no script, console or other program can do to the ledger by SQL."""

import uuid

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import Loan
from workflows.ledger import verify_chain
from workflows.models import LedgerRecord
from workflows.services import perform
from workflows.triggers import install_triggers, lifted_triggers, missing_triggers, remove_triggers
from workflows.triggers.tables import SubjectTable

pytestmark = pytest.mark.django_db
TABLE = "workflows_ledgerrecord"


@pytest.fixture
def loan():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk", "chief", "reader")
    for name in ("lend", "inspect", "extend"):
        perform(loan, name, actor=actor)
    return loan


def execute(statement: str, *parameters: object) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def insert_copy(loan: Loan, then: str = "", **changed: object) -> int:
    """Insert the loan's last record once more by SQL, with these columns changed; None leaves a column out."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {TABLE} WHERE id = %s", [LedgerRecord.objects.of(loan).last().pk])
        row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    row = {column: value for column, value in (row | changed).items() if value is not None}
    places = ", ".join(["%s"] * len(row))
    return execute(f"INSERT INTO {TABLE} ({', '.join(row)}) VALUES ({places}) {then}", *row.values())


def new_uuid() -> object:
    """A new UUID as this database keeps it."""
    return LedgerRecord._meta.get_field("uuid").get_db_prep_value(uuid.uuid4(), connection)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET role = 'king'",
        f"UPDATE {TABLE} SET role = role WHERE sequence = 2",
        f"UPDATE {TABLE} SET sequence = sequence + 1",
        f"UPDATE {TABLE} SET digest = '', previous_digest = ''",
    ],
)
def test_record_can_not_be_changed(loan, statement):
    with pytest.raises(DatabaseError, match="never changes"):
        execute(statement)
    assert list(verify_chain(loan)) == []


@pytest.mark.parametrize("where", ["", "WHERE sequence = 2", "WHERE sequence = 3"])
def test_record_can_not_be_removed(loan, where):
    with pytest.raises(DatabaseError, match="never removed"):
        execute(f"DELETE FROM {TABLE} {where}")
    assert LedgerRecord.objects.of(loan).count() == 3


@pytest.mark.parametrize("sequence", [-1, 0, 1, 3, 5, 400])
def test_record_can_stand_nowhere_but_at_the_end(loan, sequence):
    with pytest.raises(DatabaseError):
        insert_copy(loan, id=None, uuid=new_uuid(), sequence=sequence)
    assert [record.sequence for record in LedgerRecord.objects.of(loan)] == [1, 2, 3]


def test_record_at_the_end_is_let_in(loan):
    """What makes the others fail is their place and nothing else."""
    with transaction.atomic():
        assert insert_copy(loan, id=None, uuid=new_uuid(), sequence=4) == 1
        assert [record.sequence for record in LedgerRecord.objects.of(loan)] == [1, 2, 3, 4]
        transaction.set_rollback(True)


def test_record_must_start_from_the_state_the_subject_is_in(loan):
    with pytest.raises(DatabaseError, match="continues its subject"):
        insert_copy(loan, id=None, uuid=new_uuid(), sequence=4, source="asked")


def test_record_without_its_change_is_refused_at_the_commit(loan):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no deferred triggers: verify finds it")
    with transaction.atomic():
        insert_copy(loan, id=None, uuid=new_uuid(), sequence=4)
        with pytest.raises(DatabaseError, match="comes with the change"):
            connection.check_constraints()
        transaction.set_rollback(True)


@pytest.mark.parametrize("column", ["subject_id", "subject_kind"])
def test_record_about_nothing_is_refused(loan, column):
    other = new_uuid() if column == "subject_id" else "credential"
    for sequence in (1, 4):
        with pytest.raises(DatabaseError, match="continues its subject"):
            insert_copy(loan, **{"id": None, "uuid": new_uuid(), "sequence": sequence, column: other})


def test_record_about_an_unknown_kind_of_subject_is_refused(loan):
    with pytest.raises(DatabaseError, match="continues its subject"):
        insert_copy(loan, id=None, uuid=new_uuid(), sequence=4, subject_kind="unheard-of")


@pytest.mark.parametrize("kept", ["id", "uuid"])
def test_record_can_not_take_the_place_of_another(loan, kept):
    changed = {"sequence": 4, **({"uuid": new_uuid()} if kept == "id" else {"id": None})}
    rest = ", ".join(f"{column} = EXCLUDED.{column}" for column in ("role", "sequence"))
    with pytest.raises(DatabaseError):
        insert_copy(loan, f"ON CONFLICT ({kept}) DO UPDATE SET {rest}", **changed)
    assert list(verify_chain(loan)) == []


@pytest.mark.parametrize("kept", ["id", "uuid"])
def test_insert_or_replace_does_not_remove_unseen(loan, kept):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    changed = {"sequence": 4, **({"uuid": new_uuid()} if kept == "id" else {"id": 999})}
    columns = [field.column for field in LedgerRecord._meta.concrete_fields]
    chosen = ", ".join("%s" if column in changed else column for column in columns)
    with pytest.raises(DatabaseError, match="never changes"):
        execute(
            f"INSERT OR REPLACE INTO {TABLE} ({', '.join(columns)}) SELECT {chosen} FROM {TABLE} WHERE id = %s",
            *(changed[column] for column in columns if column in changed),
            LedgerRecord.objects.of(loan).last().pk,
        )
    assert list(verify_chain(loan)) == []


def test_table_can_not_be_emptied_at_once(loan):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    connection.check_constraints()  # or PostgreSQL refuses because of those still to be checked
    with pytest.raises(DatabaseError, match="never removed"):
        execute(f"TRUNCATE {TABLE} CASCADE")


def test_record_rebuilt_under_an_old_key_does_not_overwrite(loan):
    last = LedgerRecord.objects.of(loan).last()
    values = {f.attname: getattr(last, f.attname) for f in LedgerRecord._meta.concrete_fields}
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerRecord(**values | {"role": "king"}).save()
    assert list(verify_chain(loan)) == []


def test_django_s_ways_around_the_model_end_at_the_database(loan):
    records = LedgerRecord.objects.of(loan)
    with pytest.raises(DatabaseError), transaction.atomic():
        records.order_by()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        models.QuerySet(LedgerRecord).update(role="king")
    assert records.count() == 3


def test_person_in_the_ledger_can_not_be_removed(loan):
    actor = LedgerRecord.objects.of(loan).first().actor
    with pytest.raises(ProtectedError):
        actor.delete()
    assert LedgerRecord.objects.of(loan).filter(actor=actor).count() == 3


def test_triggers_are_back_after_every_migrate(loan):
    """On SQLite a migration that rebuilds the table drops them."""
    remove_triggers(using="default")
    assert execute(f"UPDATE {TABLE} SET role = role") == 3
    call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match="never changes"):
        execute(f"UPDATE {TABLE} SET role = role")
    with pytest.raises(DatabaseError, match="never removed"):
        execute(f"DELETE FROM {TABLE}")
    with pytest.raises(DatabaseError, match="continues its subject"):
        insert_copy(loan, id=None, uuid=new_uuid(), sequence=5)


def test_triggers_are_back_even_when_lifting_them_ended_in_an_error(loan):
    def fail():
        with lifted_triggers():
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with pytest.raises(DatabaseError, match="never removed"):
        execute(f"DELETE FROM {TABLE}")


def test_installing_again_does_no_harm(loan):
    install_triggers(using="default")
    install_triggers(using="default")
    with pytest.raises(DatabaseError, match="never changes"):
        execute(f"UPDATE {TABLE} SET role = 'king'")
    perform(loan, "inspect", actor=LedgerRecord.objects.first().actor)
    assert list(verify_chain(loan)) == []


def test_triggers_wait_for_their_tables(monkeypatch):
    """Before the first migration there is nothing to guard, and that is no error."""
    not_there_yet = SubjectTable(name="not_there_yet", kind="nothing", initial="x")
    monkeypatch.setattr("workflows.triggers.tables.subject_tables", lambda: [not_there_yet])
    remove_triggers(using="default")
    install_triggers(using="default")
    assert missing_triggers(using="default") == []


def test_missing_triggers_are_named():
    assert missing_triggers() == []
    with lifted_triggers():
        assert f"{TABLE}_never_changes" in missing_triggers()
        assert "testapp_loan_changes_with_its_record" in missing_triggers()
    assert missing_triggers() == []
