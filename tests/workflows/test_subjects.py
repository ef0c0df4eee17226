"""State and version are written by the door alone, and a refresh never opens the state."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.forms import modelform_factory
from django.utils.connection import ConnectionDoesNotExist

from tests.by_hand import write_by_hand
from tests.workflows.factories import ActorFactory, LoanFactory, loan_for
from tests.workflows.testapp.models import Loan, Receipt, Shelf
from workflows.services import perform
from workflows.subjects import WorkflowSubject

pytestmark = pytest.mark.django_db


def test_state_can_not_be_assigned():
    loan = LoanFactory()
    with pytest.raises(AttributeError):
        loan.state = "lent"


def test_saving_writes_neither_state_nor_version():
    loan = LoanFactory()
    loan.__dict__["state"] = "lost"
    loan.version = 9
    loan.title = "Another title"
    loan.save()
    stored = Loan.objects.get(pk=loan.pk)
    assert (stored.state, stored.version, stored.title) == ("asked", 0, "Another title")


def test_saving_named_fields_leaves_out_the_doors_own():
    loan = LoanFactory()
    loan.__dict__["state"], loan.note = "lost", "seen"
    loan.save(update_fields=["state", "version", "note"])
    stored = Loan.objects.get(pk=loan.pk)
    assert (stored.state, stored.note) == ("asked", "seen")


def test_refreshing_brings_the_stored_state():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk")
    other = Loan.objects.get(pk=loan.pk)
    perform(other, "lend", actor=actor)
    loan.refresh_from_db()
    assert (loan.state, loan.version) == ("lent", 1)


def test_refreshing_other_fields_leaves_the_state_alone():
    loan = LoanFactory()
    write_by_hand(loan, note="new", state="lent")
    loan.refresh_from_db(fields=["note"])
    assert (loan.note, loan.state) == ("new", "asked")


def test_state_alone_can_be_refreshed():
    loan = LoanFactory()
    write_by_hand(loan, note="new", state="lent")
    loan.refresh_from_db(fields=["state"])
    assert (loan.note, loan.state) == ("", "lent")


def test_refreshing_by_a_query_without_the_state_leaves_it_alone():
    loan = LoanFactory()
    write_by_hand(loan, note="new", state="lent")
    loan.refresh_from_db(from_queryset=Loan.objects.defer("state"))
    assert loan.__dict__["state"] == "asked"
    assert loan.note == "new"


def test_database_that_is_named_is_the_one_that_is_asked():
    loan = LoanFactory()
    with pytest.raises(ConnectionDoesNotExist):
        loan.refresh_from_db(using="elsewhere")
    with pytest.raises(ConnectionDoesNotExist):
        loan.save(using="elsewhere")


def test_saving_as_new_or_as_known_is_what_it_is_elsewhere():
    loan = LoanFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        loan.save(force_insert=True)
    with pytest.raises(ValueError, match="no primary key"):
        Loan(title="x").save(force_update=True)


def test_step_of_a_subject_that_has_gone_does_not_bring_it_back():
    loan = LoanFactory()
    Loan.objects.all().delete()
    with pytest.raises(DatabaseError, match="did not affect any rows"), transaction.atomic():
        loan.save_step()
    assert not Loan.objects.exists()


def test_what_was_not_loaded_is_not_read_for_saving(django_assert_num_queries):
    LoanFactory()
    loan = Loan.objects.defer("note").get()
    with django_assert_num_queries(1):
        loan.save()


def test_no_two_subjects_share_their_public_name():
    first = LoanFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        LoanFactory(uuid=first.uuid)


def test_no_form_asks_for_what_the_engine_gives():
    asked = modelform_factory(Loan, fields="__all__").base_fields
    assert "title" in asked
    assert not {"uuid", "version"} & set(asked)


def test_state_that_was_not_loaded_is_read_when_it_is_asked_for():
    LoanFactory()
    loan = Loan.objects.defer("state").get()
    assert "state" not in loan.__dict__
    assert loan.state == "asked"


def test_failed_refresh_leaves_the_state_as_it_was_and_closed():
    loan = LoanFactory()
    Loan.objects.all().delete()
    with pytest.raises(Loan.DoesNotExist):
        loan.refresh_from_db()
    assert loan.state == "asked"
    with pytest.raises(AttributeError):
        loan.state = "lent"


def test_no_thread_can_write_the_state_while_another_refreshes(monkeypatch):
    loan, bystander = LoanFactory(), LoanFactory()
    refused = []

    def peek(*_args, **_kwargs):
        def write():
            try:
                bystander.state = "lost"
            except AttributeError:
                refused.append(True)

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        raise DatabaseError

    monkeypatch.setattr("django.db.models.Model.refresh_from_db", peek)
    with pytest.raises(DatabaseError):
        loan.refresh_from_db()
    assert refused == [True]


def test_plain_subject_has_neither_objections_nor_guards_nor_evidence():
    plain = Loan(title="x")
    assert WorkflowSubject.objection_to(plain, None, None) == ""
    assert WorkflowSubject.guards(plain) == {}
    assert WorkflowSubject.evidence_snapshot(plain, None) == []
    assert WorkflowSubject.rules_digest(plain) == plain.workflow_definition().digest


def test_step_on_a_partly_loaded_object_writes_only_what_was_loaded():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk", note="kept")
    part = Loan.objects.only("state", "version", "grants", "trail").get(pk=loan.pk)
    perform(part, "lend", actor=actor)
    stored = Loan.objects.get(pk=loan.pk)
    assert (stored.state, stored.note, stored.title) == ("lent", "kept", loan.title)


def test_taking_over_renews_and_forgets_what_was_cached():
    old, new = Shelf.objects.create(name="old"), Shelf.objects.create(name="new")
    loan = LoanFactory(shelf=old)
    Receipt.objects.create(loan=loan)
    assert loan.receipt
    assert loan.shelf.name == "old"
    Loan.objects.filter(pk=loan.pk).update(shelf=new)
    Receipt.objects.all().delete()
    other = Loan.objects.select_related("shelf").get(pk=loan.pk)
    loan.take_over(other)
    assert Loan.shelf.is_cached(loan)
    assert loan.shelf.name == "new"
    with pytest.raises(Receipt.DoesNotExist):
        _ = loan.receipt


def test_taking_over_from_a_partly_loaded_copy_keeps_what_that_does_not_know():
    loan = LoanFactory(note="mine")
    loan.take_over(Loan.objects.defer("note").get(pk=loan.pk))
    assert loan.__dict__["note"] == "mine"


def test_step_forgets_what_was_prefetched():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk")
    loan._prefetched_objects_cache = {"readers": ["as they were before"]}
    perform(loan, "lend", actor=actor)
    assert loan._prefetched_objects_cache == {}
