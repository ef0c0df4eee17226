"""The ledger: chained, append-only in code and in the database, and every rewriting is found."""

import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection

from tests.by_hand import write_by_hand
from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import FICKLE, FickleLoan, Loan
from workflows.canonical import canonical
from workflows.ledger import digest, replay, verify_chain
from workflows.models import LedgerRecord, LedgerRewritten, Reason
from workflows.services import perform
from workflows.triggers import lifted_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def loan():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk", "chief", "reader")
    loan.actor = actor
    for name in ("lend", "extend", "write_off"):
        perform(loan, name, actor=actor, reason="Because.")
    return loan


def faults(loan: Loan) -> list[str]:
    return [fault.message for fault in verify_chain(loan)]


def rewrite(loan: Loan, sequence: int, **changes: object) -> None:
    """What somebody with the database's password could do once the triggers are off."""
    with lifted_triggers(), connection.cursor() as cursor:
        for column, value in changes.items():
            cursor.execute(
                f"UPDATE workflows_ledgerrecord SET {column} = %s WHERE subject_id = %s AND sequence = %s",
                [
                    value,
                    LedgerRecord._meta.get_field("uuid").get_db_prep_value(loan.uuid, connection),
                    sequence,
                ],
            )


def test_honest_chain_has_no_fault(loan):
    assert faults(loan) == []
    assert replay(loan) == "lost"


def test_subject_without_steps_is_where_it_began():
    loan = loan_for(ActorFactory(), "clerk")
    assert (replay(loan), faults(loan)) == ("asked", [])


def test_record_names_the_rules_the_definition_and_the_evidence_of_its_moment():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    actor = ActorFactory()
    loan = FickleLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    record = perform(loan, "idle", actor=actor, now=now)
    assert (record.rules_digest, record.definition_digest) == ("f" * 64, FICKLE.digest)
    assert record.evidence == [{"kind": "clock", "id": now.isoformat(), "sha256": "0" * 64}]


def test_each_record_carries_the_digest_of_the_one_before(loan):
    first, second, third = LedgerRecord.objects.of(loan)
    assert (first.previous_digest, second.previous_digest, third.previous_digest) == ("", first.digest, second.digest)


def test_digest_is_sha256_of_the_canonical_json(loan):
    record = LedgerRecord.objects.of(loan)[1]
    assert json.loads(canonical(record.content())) == record.content()
    assert record.digest == hashlib.sha256(canonical(record.content())).hexdigest() == digest(record)


def test_digest_does_not_depend_on_the_clocks_zone(loan):
    record = LedgerRecord.objects.of(loan)[0]
    record.recorded_at = record.recorded_at.astimezone(timezone(timedelta(hours=9)))
    assert digest(record) == record.digest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": "king"}, "has been changed"),
        ({"target": "lost"}, "has been changed"),
        ({"previous_digest": "0" * 64}, "doesn't follow the record before it"),
        ({"source": "paused"}, "starts from paused, but the subject was in lent"),
    ],
)
def test_edited_record_is_found(loan, change, message):
    rewrite(loan, 2, **change)
    assert message in faults(loan)


def test_cut_record_is_found(loan):
    with lifted_triggers(), connection.cursor() as cursor:
        Reason.objects.filter(record__in=LedgerRecord.objects.of(loan).filter(sequence=2)).delete()
        cursor.execute("DELETE FROM workflows_ledgerrecord WHERE sequence = 2")
    assert faults(loan) == ["record 2 is missing"]


def test_cut_end_is_found_by_state_and_version(loan):
    with lifted_triggers(), connection.cursor() as cursor:
        Reason.objects.filter(record__in=LedgerRecord.objects.of(loan).filter(sequence=3)).delete()
        cursor.execute("DELETE FROM workflows_ledgerrecord WHERE sequence = 3")
    assert faults(loan) == [
        "the subject is in lost, the ledger says lent",
        "the subject has version 3, the ledger 2 records",
    ]


def test_state_written_past_the_door_is_found(loan):
    write_by_hand(loan, state="lent")
    loan.refresh_from_db()
    assert "the subject is in lent, the ledger says lost" in faults(loan)


def test_step_that_is_no_edge_is_found_even_with_a_right_digest(loan):
    with lifted_triggers():
        record = LedgerRecord.objects.of(loan).last()
        record.target = "returned"
        rewrite(loan, 3, target="returned", digest=digest(record))
    write_by_hand(loan, state="returned")
    loan.refresh_from_db()
    assert "write_off doesn't lead from lent to returned" in faults(loan)


def test_reason_can_be_erased_but_not_replaced(loan):
    record = LedgerRecord.objects.of(loan).last()
    Reason.objects.filter(record=record).update(text="Something else.")
    assert "has another reason than was recorded" in faults(loan)
    Reason.objects.filter(record=record).delete()
    assert faults(loan) == []
    assert LedgerRecord.objects.get(pk=record.pk).reason == ""


def test_code_refuses_to_change_or_remove_records(loan):
    record = LedgerRecord.objects.of(loan).first()
    for act in (
        record.save,
        record.delete,
        lambda: LedgerRecord.objects.all().update(role="king"),
        LedgerRecord.objects.all().delete,
    ):
        with pytest.raises(LedgerRewritten):
            act()
    assert faults(loan) == []


def test_record_is_made_by_one_actor_at_one_time(loan):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    record = perform(loan, "find_again", actor=loan.actor, now=now)
    assert (record.actor, record.recorded_at) == (loan.actor, now)
    assert str(record).endswith("#4 find_again")


def test_kept_reason_reads_as_its_words(loan):
    assert str(Reason.objects.first()) == "Because."


def test_every_column_but_the_keys_is_under_the_digest(loan):
    record = LedgerRecord.objects.of(loan)[1]
    other = {"actor_id": ActorFactory().pk, "subject_id": uuid.uuid4(), "evidence": [{"kind": "card"}], "sequence": 9}
    for field in LedgerRecord._meta.concrete_fields:
        if field.name in {"id", "uuid", "digest"}:
            continue
        changed = LedgerRecord.objects.get(pk=record.pk)
        value = changed.recorded_at + timedelta(microseconds=1) if field.name == "recorded_at" else "f" * 64
        setattr(changed, field.attname, other.get(field.attname, value))
        assert digest(changed) != record.digest, field.name


def test_record_names_people_by_their_pseudonym_alone(loan):
    content = str(LedgerRecord.objects.of(loan).first().content())
    assert str(loan.actor.uuid) in content
    for known in (loan.actor.name, loan.actor.email, loan.title):
        assert known not in content


def test_same_reason_twice_can_not_be_told_from_the_digests(loan):
    digests = {record.reason_digest for record in LedgerRecord.objects.of(loan)}
    assert len(digests) == 3
    assert "" not in digests


def test_reason_that_was_never_given_can_not_be_added_later():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk")
    record = perform(loan, "lend", actor=actor)
    Reason.objects.create(record=record, text="Invented.", salt="x")
    assert faults(loan) == ["has another reason than was recorded"]
    assert LedgerRecord.objects.get(pk=record.pk).reason == ""


def test_chains_of_two_subjects_do_not_touch(loan):
    other = loan_for(loan.actor, "clerk")
    first = perform(other, "pause", actor=loan.actor)
    fourth = perform(loan, "find_again", actor=loan.actor)
    second = perform(other, "resume", actor=loan.actor)
    assert (first.sequence, first.previous_digest, second.previous_digest) == (1, "", first.digest)
    assert fourth.sequence == 4
    assert (faults(loan), faults(other), replay(loan), replay(other)) == ([], [], "lent", "asked")


def test_step_under_earlier_rules_is_no_fault(loan):
    """Rules change; the record names those it was made under, and is judged by its digest alone."""
    with lifted_triggers():
        record = LedgerRecord.objects.of(loan).last()
        record.target, record.definition_digest = "returned", "e" * 64
        rewrite(loan, 3, target="returned", definition_digest="e" * 64, digest=digest(record))
    write_by_hand(loan, state="returned")
    loan.refresh_from_db()
    assert faults(loan) == []


def test_subject_that_did_not_begin_at_the_beginning_is_found():
    loan = loan_for(ActorFactory())
    write_by_hand(loan, state="lent")
    loan.refresh_from_db()
    assert faults(loan) == ["the subject is in lent, the ledger says asked"]


def test_fault_says_where_it_is(loan):
    rewrite(loan, 2, role="king")
    for fault in verify_chain(loan):
        assert (fault.subject_kind, fault.subject_id, fault.sequence) == ("loan", str(loan.uuid), 2)
