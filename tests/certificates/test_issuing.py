"""A certificate is prepared, drawn once, and its bytes never change; what can't be drawn is refused in words."""

import hashlib
from dataclasses import replace

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from certificates import issuing
from certificates.facts import CertificateFacts
from certificates.models import Certificate, Credential
from certificates.rendering import RenderingFailed
from certificates.services import issue_certificate, prepare_certificate, retry_certificate, supersede_certificate
from certificates.signals import certificate_issued, certificate_refused
from tests.certificates.factories import FACTS, awarded, prepared
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn_quickly(monkeypatch):
    """The order of issue is looked at here; the drawing itself has its own tests."""
    drawn = []

    def draw(certificate):
        drawn.append(certificate.printed)
        return b"%PDF-1.7 " + certificate.token.encode()

    monkeypatch.setattr(issuing, "document_of", draw)
    return drawn


@pytest.fixture
def heard():
    told = []

    def listen(signal, certificate, **_):
        told.append(("issued" if signal is certificate_issued else "refused", certificate.pk))

    for signal in (certificate_issued, certificate_refused):
        signal.connect(listen)
    yield told
    for signal in (certificate_issued, certificate_refused):
        signal.disconnect(listen)


def test_preparing_commits_the_intent_once():
    certificate = prepared()
    assert (certificate.status, certificate.edition, certificate.sha256) == ("intent", 1, "")
    assert prepared(certificate.credential) == certificate
    assert list(Certificate.objects.waiting()) == [certificate]


def test_facts_come_back_as_they_were_frozen():
    assert CertificateFacts.from_dict(FACTS.as_dict()) == FACTS
    with_end = replace(FACTS, valid_until=FACTS.awarded_on)
    assert CertificateFacts.from_dict(with_end.as_dict()) == with_end
    certificate = prepared(valid_until=FACTS.awarded_on, name="Θεοδώρα")
    assert (certificate.printed.valid_until, certificate.printed.name) == (FACTS.awarded_on, "Θεοδώρα")


def test_issuing_stores_the_bytes_once_and_tells_it_once(drawn_quickly, heard):
    certificate = issue_certificate(prepared())
    content = certificate.read()
    assert (certificate.status, certificate.size) == ("issued", len(content))
    assert certificate.sha256 == hashlib.sha256(content).hexdigest()
    assert certificate.sha256 in certificate.storage_name
    assert issue_certificate(certificate).read() == content
    assert len(drawn_quickly) == 1
    assert heard == [("issued", certificate.pk)]
    assert certificate.credential.current_certificate == certificate


def test_two_workers_at_once_issue_one_document(drawn_quickly, monkeypatch):
    certificate = prepared()
    store = issuing.store_once

    def slow_store(name, content):
        stored = store(name, content)
        monkeypatch.setattr(issuing, "store_once", store)
        issue_certificate(certificate)  # the other worker comes first
        return stored

    monkeypatch.setattr(issuing, "store_once", slow_store)
    issued = issue_certificate(certificate)
    assert issued.status == "issued"
    assert Certificate.objects.get().issued_at == issued.issued_at


def test_worker_that_comes_second_takes_its_own_drawing_away(heard, monkeypatch):
    """No two drawings need be the same; what was drawn in vain must not lie about."""
    certificate = prepared()
    drawn = []

    def draw(certificate):
        drawn.append(certificate.token)
        if len(drawn) == 1:
            issue_certificate(certificate)  # the other worker comes first
        return f"%PDF-1.7 {len(drawn)}".encode() if len(drawn) == 2 and not heard else b"%PDF-1.7 late"

    monkeypatch.setattr(issuing, "document_of", draw)
    issued = issue_certificate(certificate)
    assert issued.read() == b"%PDF-1.7 2"
    kept = storages["certificates"].listdir(str(certificate.uuid))[1]
    assert [f"{certificate.uuid}/{name}" for name in kept] == [issued.storage_name]
    assert heard == [("issued", certificate.pk)]


def test_crash_after_storing_resumes_with_the_same_number_and_token(drawn_quickly, heard, monkeypatch):
    certificate = prepared()
    with monkeypatch.context() as patch:
        patch.setattr(issuing.timezone, "now", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            issue_certificate(certificate)
    assert heard == []
    issued = issue_certificate(certificate)
    assert (issued.token, issued.status, issued.read()) == (certificate.token, "issued", drawn_bytes(certificate))


def test_name_that_no_font_can_print_is_refused_with_its_characters(heard, drawn_quickly):
    certificate = issue_certificate(prepared(name="Nora 𓀀 Feldman"))
    assert certificate.status == "refused"
    assert "U+13000 EGYPTIAN HIEROGLYPH A001" in certificate.problem
    assert heard == [("refused", certificate.pk)]
    assert drawn_quickly == []
    assert list(Certificate.objects.refused()) == [certificate]
    stored = Certificate.objects.get()
    assert (stored.storage_name, stored.sha256, stored.size, stored.issued_at) == ("", "", 0, None)
    assert stored.credential.current_certificate is None


def test_refusal_is_told_once_however_often_the_task_runs(heard, drawn_quickly):
    certificate = issue_certificate(prepared(name="𓀀"))
    assert issue_certificate(certificate).status == "refused"
    assert heard == [("refused", certificate.pk)]


@pytest.mark.parametrize(
    "facts",
    [
        {"signatories": (replace(FACTS.signatories[0], name="𓀀"),)},
        {"signatories": (replace(FACTS.signatories[0], office="𓀀"),)},
        {"post_nominals": "𓀀"},
        {"society": "𓀀"},
        {"designation": "𓀀"},
        {"number": "𓀀"},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_whatever_is_printed_must_have_its_letters(drawn_quickly, facts):
    assert issue_certificate(prepared(**facts)).status == "refused"


def test_refused_certificate_is_tried_again_under_the_same_number(drawn_quickly):
    certificate = issue_certificate(prepared(name="𓀀"))
    actor = PersonFactory()
    again = retry_certificate(certificate=certificate, facts=replace(certificate.printed, name="Nora"), actor=actor)
    assert (again.token, again.status, again.problem) == (certificate.token, "intent", "")
    issued = issue_certificate(again)
    assert (issued.status, issued.printed.name) == ("issued", "Nora")
    assert issued.prepared_by == actor
    with pytest.raises(ValueError, match="never changes"):
        retry_certificate(certificate=issued, facts=FACTS, actor=actor)
    assert Certificate.objects.get().printed.name == "Nora"


@pytest.mark.parametrize("name", ["𓀁", "Nora\vFeldman", "Nora\u2028Feldman", "Nora \u202eFeldman"])
def test_correction_that_cannot_be_printed_either_is_refused_before_anything_is_given_up(drawn_quickly, name):
    certificate = prepared(name="Nora Feldman")
    with pytest.raises(ValueError, match=r"can't be printed|The name holds"):
        retry_certificate(certificate=certificate, facts=replace(certificate.printed, name=name), actor=PersonFactory())
    assert issue_certificate(certificate).printed.name == "Nora Feldman"


@pytest.mark.parametrize("name", ["𓀁", "Nora\vFeldman", "Nora\x85Feldman", "Nora \u202eFeldman"])
def test_edition_in_force_is_not_given_up_for_one_that_cannot_be_printed(drawn_quickly, name):
    first = issue_certificate(prepared())
    with pytest.raises(ValueError, match=r"can't be printed|The name holds"):
        supersede_certificate(certificate=first, facts=replace(FACTS, name=name), actor=PersonFactory())
    assert first.credential.current_certificate == first
    assert Certificate.objects.count() == 1


def test_edition_in_force_stays_until_the_bytes_of_the_next_are_stored(drawn_quickly, monkeypatch):
    first = issue_certificate(prepared())
    new = supersede_certificate(certificate=first, facts=replace(FACTS, name="Adaeze Nwosu"), actor=PersonFactory())

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "store_once", full)
        with pytest.raises(OSError, match="No space"):
            issue_certificate(new)
    first.refresh_from_db()
    assert (first.status, first.credential.current_certificate) == ("issued", first)
    issue_certificate(new)
    assert first.credential.current_certificate == new
    assert list(first.credential.certificates.values_list("edition", "status")) == [(2, "issued"), (1, "superseded")]


def test_change_that_fails_at_the_last_moment_leaves_the_former_edition_in_force(drawn_quickly):
    first = issue_certificate(prepared())
    new = supersede_certificate(certificate=first, facts=replace(FACTS, name="Adaeze Nwosu"), actor=PersonFactory())

    def refuse(**_):
        raise RuntimeError

    certificate_issued.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            issue_certificate(new)
    finally:
        certificate_issued.disconnect(refuse)
    assert list(first.credential.certificates.values_list("edition", "status")) == [(2, "intent"), (1, "issued")]


def test_second_correction_while_the_first_waits_goes_into_the_same_edition(drawn_quickly):
    first = issue_certificate(prepared())
    for name in ("Adaeze Nwosu", "Adaeze Nwosu-Obi"):
        new = supersede_certificate(certificate=first, facts=replace(FACTS, name=name), actor=PersonFactory())
        first = Certificate.objects.select_related("credential").get(pk=first.pk)
        assert (first.status, first.is_outdated, first.credential.recorded_name) == ("issued", True, name)
    issue_certificate(new)
    editions = first.credential.certificates.values_list("edition", "status", "facts__name")
    assert list(editions) == [(2, "issued", "Adaeze Nwosu-Obi"), (1, "superseded", "Adaeze Obi")]


def test_correction_between_intent_and_drawing_is_what_comes_into_force(heard, monkeypatch):
    """The drawing has begun with the former words; what it made is dropped, and the edition is drawn anew."""
    monkeypatch.setattr(issuing, "document_of", lambda certificate: certificate.printed.name.encode())
    first = issue_certificate(prepared())
    new = supersede_certificate(certificate=first, facts=replace(FACTS, name="Adaeze Nwosu"), actor=PersonFactory())

    def draw(certificate):
        monkeypatch.setattr(issuing, "document_of", lambda certificate: certificate.printed.name.encode())
        again = replace(FACTS, name="Adaeze Nwosu-Obi")
        supersede_certificate(certificate=first, facts=again, actor=PersonFactory())
        return certificate.printed.name.encode()

    monkeypatch.setattr(issuing, "document_of", draw)
    assert issue_certificate(new).status == "intent"
    assert Certificate.objects.get(pk=first.pk).status == "issued"
    assert issue_certificate(new).read() == b"Adaeze Nwosu-Obi"
    assert Credential.objects.get().recorded_name == "Adaeze Nwosu-Obi"


def test_correction_while_the_old_name_is_being_drawn_wins(heard, monkeypatch):
    certificate = prepared(name="Nora Feldmann")
    corrected = replace(certificate.printed, name="Nora Feldman")
    drawn = []

    def draw(certificate):
        name = certificate.printed.name
        drawn.append(name)
        if len(drawn) == 1:
            retry_certificate(certificate=certificate, facts=corrected, actor=PersonFactory())
        return f"%PDF-1.7 {name}".encode()

    monkeypatch.setattr(issuing, "document_of", draw)
    assert issue_certificate(certificate).status == "intent"
    assert heard == []
    issued = issue_certificate(certificate)
    assert issued.read() == b"%PDF-1.7 Nora Feldman"
    assert issued.printed == corrected
    assert heard == [("issued", certificate.pk)]


def test_late_refusal_does_not_undo_a_correction(drawn_quickly, heard, monkeypatch):
    certificate = prepared(name="𓀀")
    look_up = issuing.objection_to_facts

    def slow_look_up(facts):
        missing = look_up(facts)
        monkeypatch.setattr(issuing, "objection_to_facts", look_up)
        corrected = replace(certificate.printed, name="Nora")
        retry_certificate(certificate=certificate, facts=corrected, actor=PersonFactory())
        issue_certificate(certificate)  # the other worker comes first
        return missing

    monkeypatch.setattr(issuing, "objection_to_facts", slow_look_up)
    assert issue_certificate(certificate).status == "issued"
    assert heard == [("issued", certificate.pk)]


def test_failure_to_draw_leaves_the_intent_to_be_tried_again(heard, monkeypatch):
    def fail(certificate):
        raise RenderingFailed

    certificate = prepared()
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "document_of", fail)
        with pytest.raises(RenderingFailed):
            issue_certificate(certificate)
    assert list(Certificate.objects.waiting()) == [certificate]
    assert heard == []
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7")
    assert issue_certificate(certificate).status == "issued"


def test_listener_that_fails_leaves_nothing_marked_and_the_next_try_issues(drawn_quickly):
    certificate = prepared()

    def refuse(**_):
        raise RuntimeError

    certificate_issued.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            issue_certificate(certificate)
    finally:
        certificate_issued.disconnect(refuse)
    assert Certificate.objects.get().status == "intent"
    assert issue_certificate(certificate).read() == drawn_bytes(certificate)


def drawn_bytes(certificate) -> bytes:
    return b"%PDF-1.7 " + certificate.token.encode()


def test_superseded_certificate_keeps_its_bytes_and_a_new_edition_follows(drawn_quickly):
    first = issue_certificate(prepared())
    Certificate.objects.filter(pk=first.pk).update(status="superseded")
    second = prepare_certificate(credential=first.credential, facts=FACTS, actor=PersonFactory())
    assert (second.edition, second.token != first.token) == (2, True)
    assert issue_certificate(first).status == "superseded"
    assert set(Certificate.objects.issued()) == {first}
    assert str(second).endswith("edition 2")
    assert issue_certificate(second).credential.current_certificate == second
    assert first.read() == drawn_bytes(first)


def test_credential_has_one_current_certificate():
    certificate = prepared()
    with pytest.raises(IntegrityError):
        Certificate.objects.create(
            credential=certificate.credential, edition=2, facts={}, prepared_by=certificate.prepared_by
        )


def test_preparing_that_is_rolled_back_leaves_neither_row_nor_task():
    with transaction.atomic():
        prepared()
        transaction.set_rollback(True)
    assert not Certificate.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_intent_has_no_bytes_that_anybody_could_miss(drawn_quickly):
    certificate = prepared()
    assert certificate.stored_bytes() is None
    assert issue_certificate(certificate).stored_bytes().sha256 == Certificate.objects.get().sha256


def test_issued_without_bytes_is_impossible():
    with pytest.raises(IntegrityError):
        Certificate.objects.filter(pk=prepared().pk).update(status="issued")


def test_awarding_nobody_holds_gives_no_certificate():
    assert awarded().current_certificate is None
