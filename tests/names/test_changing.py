"""What the society vouches for changes on a proof, by two others than its holder, and by nothing else."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from certificates.models import Certificate, Credential
from certificates.services import issue_certificate
from credentialing.accounts.models import ConflictOfInterest, Person
from credentialing.accounts.services import close_account
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.names.models import NameChange
from credentialing.names.services import (
    ChangeRefused,
    approve_change,
    ask_for_change,
    confirm_change,
    keep_what_stands,
    refuse_change,
    withdraw_change,
    write_about_difference,
)
from tests.certificates.badges import issued
from tests.certificates.factories import prepared
from tests.factories import PersonFactory
from tests.names.acts import PROOF, SEEN_ON, approved, asked, entered, held, renamed, wish
from workflows.errors import NotPermitted, ReasonRequired, TransitionBlocked
from workflows.models import LedgerRecord, Seal
from workflows.services import available_actions
from workflows.verification import examine

pytestmark = pytest.mark.django_db


def officer(*roles: str) -> Person:
    return PersonFactory(offices=roles)


def on_record(credential: Credential) -> tuple[str, str]:
    return Credential.objects.values_list("recorded_name", "recorded_post_nominals").get(pk=credential.pk)


def told(template: str) -> set[Person]:
    return {letter.recipient for letter in Letter.objects.filter(template=template)}


def tied(one: Person, other: Person) -> None:
    ConflictOfInterest.objects.create(person=one, other=other, relation="Sisters", declared_by=one)


# Nothing but a decision changes it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["asked", "approved", "refused", "withdrawn"])
def test_nothing_is_on_record_before_a_second_person_has_said_so(state):
    credential, registrar = held(), officer("registrar")
    change = asked(credential) if state in {"asked", "withdrawn"} else approved(credential, registrar)
    if state == "refused":
        refuse_change(change=change, actor=officer("president"), reason="The proof is of somebody else.")
    if state == "withdrawn":
        withdraw_change(change=change, actor=credential.holder)
    assert change.state == state
    assert on_record(credential) == ("Adaeze Obi", "MD")


def test_another_name_is_on_record_by_registrar_and_second_officer_with_a_new_edition():
    old, registrar, president = issued(held()), officer("registrar"), officer("president")
    credential = old.credential
    change = approved(credential, registrar, name="Adaeze  Nwosu ", post_nominals="MD, PhD")
    confirm_change(change=change, actor=president)
    assert on_record(credential) == ("Adaeze Nwosu", "MD, PhD")
    assert list(credential.certificates.values_list("edition", "status", "facts__name")) == [
        (2, "intent", "Adaeze Nwosu"), (1, "issued", "Adaeze Obi"),
    ]  # fmt: skip
    assert [record.actor for record in LedgerRecord.objects.of(change)] == [registrar, president]
    assert (change.proof, change.proof_seen_on, change.approved_by) == (PROOF, SEEN_ON, registrar)
    holder = Person.objects.get(pk=credential.holder_id)
    assert (holder.printed_name, holder.post_nominals) == ("Adaeze Nwosu", "MD, PhD")
    event = AuditEvent.objects.get(event="names:change:recorded")
    assert event.details == {"credential": str(credential.uuid), "kind": "name", "edition": 2}
    assert told("name_change_received") == told("name_change_approved") == told("name_change_recorded") == {holder}
    assert (told("name_change_asked"), told("name_change_to_confirm")) == ({registrar}, {president})


def test_ledger_keeps_of_the_words_their_digest_alone():
    credential = held()
    first, second = (record.evidence for record in LedgerRecord.objects.of(renamed(credential, "Adaeze Nwosu")))
    assert first == second
    assert "Nwosu" not in str(first)
    assert first[0]["kind"] == "name_change"


def test_degrees_alone_need_the_registrar_alone():
    credential, registrar = held(), officer("registrar")
    change = approved(credential, registrar, name="Adaeze Obi", post_nominals="MD, PhD", kind="degrees")
    assert (change.state, on_record(credential)) == ("recorded", ("Adaeze Obi", "MD, PhD"))
    assert not told("name_change_to_confirm")


def test_corrected_spelling_of_the_society_s_own_needs_the_second_person_too():
    credential, registrar = held(), officer("registrar")
    change = entered(credential, registrar, name="Adaeze Oby", kind="spelling", explanation="Printed wrongly by us.")
    assert (change.state, on_record(credential)) == ("approved", ("Adaeze Obi", "MD"))
    with pytest.raises(NotPermitted, match="You have approved"):
        confirm_change(change=change, actor=registrar)
    letter = Letter.objects.get(template="name_change_approved")
    assert "has entered and approved a change" in letter.body


def test_document_that_was_refused_is_drawn_under_its_number_with_the_new_spelling():
    certificate = issue_certificate(prepared(held(holder=PersonFactory(name="Nora 𓀀"))))
    holder = certificate.credential.holder
    assert certificate.status == "refused"
    assert f"/my/credentials/{certificate.credential.uuid}/name/" in Letter.objects.get(
        template="spelling_wanted", recipient=holder
    ).body  # fmt: skip
    renamed(certificate.credential, "Nora Hi", "")
    assert on_record(certificate.credential) == ("Nora Hi", "")
    again = Certificate.objects.get()
    assert (again.status, again.token, again.printed.name) == ("intent", certificate.token, "Nora Hi")


def test_document_being_drawn_takes_the_new_name_and_stays_the_same_edition():
    certificate = prepared(held())
    renamed(certificate.credential, "Adaeze Nwosu")
    assert (Certificate.objects.get().edition, Certificate.objects.get().printed.name) == (1, "Adaeze Nwosu")


def test_entry_of_an_earlier_holder_without_a_document_changes_beside_its_old_row():
    credential = held(holder=PersonFactory(name="Enid Old", email=None), basis="import", number="1987/4")
    Credential.objects.filter(pk=credential.pk).update(name_to_check=True)
    change = entered(credential, officer("registrar"), name="Enid New", post_nominals="")
    confirm_change(change=change, actor=officer("coordinator"))
    stored = Credential.objects.get()
    assert (stored.recorded_name, stored.name_to_check) == ("Enid New", False)
    assert (change.name_before, change.name) == ("Enid Old", "Enid New")
    assert AuditEvent.objects.get(event="names:change:recorded").details["edition"] is None
    assert not Letter.objects.filter(template="name_change_recorded").exists()  # there is no address


# Who decides --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", ["registrar", "administrator"])
def test_nobody_decides_about_their_own_name(office):
    holder = officer(office, "president")
    credential = held(holder=holder)
    with pytest.raises(NotPermitted):
        entered(credential, holder)
    assert not NameChange.objects.exists()
    change = asked(credential)
    assert [action.transition.name for action in available_actions(change, holder)] == ["withdraw"]
    assert str(change) == f"{credential.number}: The name has changed"
    with pytest.raises(NotPermitted):
        approve_change(change=change, actor=holder, proof=PROOF, proof_seen_on=SEEN_ON)
    approve_change(change=change, actor=officer("registrar"), proof=PROOF, proof_seen_on=SEEN_ON)
    for act, data in ((confirm_change, {}), (refuse_change, {"reason": "x"})):
        with pytest.raises(NotPermitted):
            act(change=change, actor=holder, **data)
    assert NameChange.objects.visible_to(holder).count() == 0


@pytest.mark.parametrize("office", ["council", "coordinator", "ccc_chair", "president", "reviewer", "treasurer"])
def test_registrar_approves_and_no_other_office(office):
    change = asked(held())
    with pytest.raises(NotPermitted):
        approve_change(change=change, actor=officer(office), proof=PROOF, proof_seen_on=SEEN_ON)


def test_administrator_stands_in_only_where_no_registrar_may():
    credential, registrar, admin = held(), officer("registrar"), officer("administrator")
    change = asked(credential)
    with pytest.raises(NotPermitted, match="only where no registrar may"):
        approve_change(change=change, actor=admin, proof=PROOF, proof_seen_on=SEEN_ON)
    tied(registrar, credential.holder)
    approve_change(change=change, actor=admin, proof=PROOF, proof_seen_on=SEEN_ON)
    assert change.state == "approved"


def test_administrators_are_told_where_no_registrar_may_decide():
    admin, boss = officer("administrator"), officer("administrator")
    holder, gone = officer("registrar"), officer("registrar")
    close_account(person=gone, actor=admin)
    asked(held(holder=holder))
    assert told("name_change_asked") == {admin, boss}


@pytest.mark.parametrize("office", ["registrar", "president", "coordinator", "ccc_chair", "administrator"])
def test_second_person_is_another_officer(office):
    change = approved(held(), officer("registrar"))
    confirm_change(change=change, actor=officer(office))
    assert change.state == "recorded"


@pytest.mark.parametrize("office", ["council", "reviewer", "supervisor", "treasurer"])
def test_other_offices_confirm_nothing(office):
    change = approved(held(), officer("registrar"))
    with pytest.raises(NotPermitted):
        confirm_change(change=change, actor=officer(office))


def test_whoever_entered_it_is_not_the_second_person():
    admin, registrar = officer("administrator"), officer("registrar")
    credential = held()
    change = NameChange.objects.create(
        credential=credential, kind="name", name_before="Adaeze Obi", post_nominals_before="MD", name="Adaeze Nwosu",
        post_nominals="MD", asked_by=admin,
    )  # fmt: skip
    approve_change(change=change, actor=registrar, proof=PROOF, proof_seen_on=SEEN_ON)
    assert admin not in told("name_change_to_confirm")
    with pytest.raises(NotPermitted, match="You have asked"):
        confirm_change(change=change, actor=admin)


@pytest.mark.parametrize("act", ["approve", "confirm", "refuse"])
def test_nobody_tied_to_the_holder_decides_or_is_told(act):
    credential, registrar, sister = held(), officer("registrar"), officer("registrar", "president")
    tied(sister, credential.holder)
    change = asked(credential) if act == "approve" else approved(credential, registrar)
    attempts = {
        "approve": lambda: approve_change(change=change, actor=sister, proof=PROOF, proof_seen_on=SEEN_ON),
        "confirm": lambda: confirm_change(change=change, actor=sister),
        "refuse": lambda: refuse_change(change=change, actor=sister, reason="x"),
    }
    with pytest.raises(NotPermitted, match="conflict of interest"):
        attempts[act]()
    assert sister not in told("name_change_asked") | told("name_change_to_confirm")
    assert not NameChange.objects.visible_to(sister).exists()


def test_term_that_has_ended_decides_nothing():
    change, former = asked(held()), officer("registrar")
    former.terms.update(ends_on=date(2020, 1, 1))
    with pytest.raises(NotPermitted):
        approve_change(change=change, actor=former, proof=PROOF, proof_seen_on=SEEN_ON)


def test_system_decides_nothing():
    assert available_actions(asked(held()), Person.objects.system()) == []


# Refused, withdrawn, impossible -------------------------------------------------------------------------------------


def test_approval_names_a_proof():
    change = asked(held())
    for proof, day in ((" ", SEEN_ON), (PROOF, None)):
        with pytest.raises(TransitionBlocked):
            approve_change(change=change, actor=officer("registrar"), proof=proof, proof_seen_on=day)


def test_refusal_has_a_reason_that_the_holder_reads_and_the_profile_says_what_stands():
    credential, registrar = held(), officer("registrar")
    Person.objects.filter(pk=credential.holder_id).update(certificate_name="Prof. Obi")
    change = asked(credential)
    with pytest.raises(ReasonRequired):
        refuse_change(change=change, actor=registrar, reason=" ")
    refuse_change(change=change, actor=registrar, reason="The document is unreadable.")
    letter = Letter.objects.get(template="name_change_refused")
    assert (letter.recipient, "The document is unreadable." in letter.body) == (credential.holder, True)
    assert Person.objects.get(pk=credential.holder_id).printed_name == "Adaeze Obi"


def test_holder_withdraws_until_it_is_on_record_and_those_who_were_told_hear_it():
    credential, registrar, president = held(), officer("registrar"), officer("president")
    withdraw_change(change=asked(credential), actor=credential.holder)
    assert told("name_change_withdrawn") == {registrar}
    change = entered(credential, registrar)
    with pytest.raises(NotPermitted):
        withdraw_change(change=change, actor=registrar)
    withdraw_change(change=change, actor=credential.holder)
    assert (change.state, told("name_change_withdrawn")) == ("withdrawn", {registrar, president})


def test_only_the_holder_asks_for_themselves():
    with pytest.raises(PermissionError):
        ask_for_change(credential=held(), actor=officer("registrar"), wish=wish())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "Adaeze Obi", "kind": "degrees"}, "the same"),
        ({"name": "Adaeze 𓀀"}, "can't be printed"),
    ],
)
def test_wish_that_can_not_come_true_is_refused_at_once(said, words):
    with pytest.raises(ChangeRefused, match=words):
        asked(held(), **said)


def test_one_change_is_under_way_at_a_time():
    credential = held()
    change = asked(credential)
    with pytest.raises(ChangeRefused, match="under way"):
        asked(credential, name="Another")
    rows = {"credential": credential, "name_before": "A", "name": "B", "asked_by": credential.holder}
    with pytest.raises(IntegrityError, match=r"(?i)unique|one_open"), transaction.atomic():
        NameChange.objects.create(kind="name", **rows)
    withdraw_change(change=change, actor=credential.holder)
    for wrong in ({"kind": "degrees"}, {"kind": "name", "name": "A"}, {"kind": "degrees", "name": "A"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            NameChange.objects.create(**{**rows, **wrong})


# What differs -------------------------------------------------------------------------------------------------------


def test_holder_keeps_what_stands_but_does_not_vouch_for_themselves():
    credential = held()
    Credential.objects.filter(pk=credential.pk).update(name_to_check=True)
    Person.objects.filter(pk=credential.holder_id).update(certificate_name="Prof. Obi")
    keep_what_stands(credential=credential, actor=credential.holder)
    assert Person.objects.get(pk=credential.holder_id).certificate_name == "Adaeze Obi"
    assert Credential.objects.get().name_to_check
    keep_what_stands(credential=credential, actor=officer("registrar"))
    assert not Credential.objects.get().name_to_check
    kept = AuditEvent.objects.filter(event="names:name:kept").order_by("pk")
    assert [event.details for event in kept] == [{"by": "holder"}, {"by": "officer"}]


@pytest.mark.parametrize("act", [keep_what_stands, write_about_difference])
def test_differences_are_settled_by_untied_registrars(act):
    credential, sister = held(), officer("registrar")
    tied(sister, credential.holder)
    for person in (officer("president"), sister):
        with pytest.raises(PermissionError):
            act(credential=credential, actor=person)


def test_holder_is_asked_which_is_right_where_there_is_an_address():
    registrar, credential = officer("registrar"), held()
    letter = write_about_difference(credential=credential, actor=registrar)
    assert f"/my/credentials/{credential.uuid}/name/" in letter.body
    silent = held(holder=PersonFactory(name="Enid", email=None), number="1987/4")
    assert write_about_difference(credential=silent, actor=registrar) is None
    assert AuditEvent.objects.get(event="names:difference:told").subject_id == credential.uuid


# What verify finds --------------------------------------------------------------------------------------------------


def findings(*words: str) -> list[str]:
    return [str(finding) for finding in examine() if any(word in str(finding) for word in words)]


def test_verify_finds_names_that_nobody_decided():
    certificate = issued(held())
    change = renamed(certificate.credential, "Adaeze Nwosu")
    about = ("on record", "besides its holder")
    assert findings(*about) == []
    holder = certificate.credential.holder
    NameChange.objects.filter(pk=change.pk).update(approved_by=holder)
    Credential.objects.filter(pk=certificate.credential_id).update(recorded_name="")
    assert len(findings(*about)) == 3
    assert Seal.objects.exists()


def test_approval_of_somebody_who_turns_out_to_be_tied_is_not_confirmed():
    registrar, president, credential = officer("registrar"), officer("president"), held()
    change = approved(credential, registrar)
    tied(registrar, credential.holder)
    with pytest.raises(NotPermitted, match="is tied to the holder since: refuse it"):
        confirm_change(change=change, actor=president)
    refuse_change(change=change, actor=president, reason="To be asked anew.")
    assert change.state == "refused"
