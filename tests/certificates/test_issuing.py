"""A certificate is prepared, drawn once, and its bytes never change; what can't be drawn is refused in words."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage, storages
from django.db import IntegrityError
from django_tasks_db.models import DBTaskResult

from certificates import rendering, services
from certificates.facts import CertificateFacts
from certificates.models import Certificate
from certificates.rendering import RenderingFailed, render_in_child
from certificates.services import issue_certificate, prepare_certificate, retry_certificate
from certificates.signals import certificate_issued, certificate_refused
from certificates.storage import store_once
from tests.certificates.factories import FACTS, awarded, prepared
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn_quickly(monkeypatch):
    """The order of issue is looked at here; the drawing itself has its own tests."""
    drawn = []

    def draw(facts, token):
        drawn.append(facts)
        return b"%PDF-1.7 " + token.encode()

    monkeypatch.setattr(services, "render_in_child", draw)
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


def test_preparing_commits_the_intent_and_one_task():
    certificate = prepared()
    assert (certificate.status, certificate.edition, certificate.sha256) == ("intent", 1, "")
    assert prepared(certificate.credential) == certificate
    assert DBTaskResult.objects.filter(task_path="certificates.tasks.issue_certificate_task").count() == 1
    assert list(Certificate.objects.waiting()) == [certificate]


def test_facts_come_back_as_they_were_frozen():
    assert CertificateFacts.from_dict(FACTS.as_dict()) == FACTS
    with_end = replace(FACTS, valid_until=FACTS.awarded_on)
    assert CertificateFacts.from_dict(with_end.as_dict()) == with_end


def test_issuing_stores_the_bytes_once_and_tells_it_once(drawn_quickly, heard):
    certificate = issue_certificate(prepared())
    content = certificate.read()
    assert (certificate.status, certificate.size) == ("issued", len(content))
    assert certificate.sha256 in certificate.storage_name
    assert issue_certificate(certificate).read() == content
    assert len(drawn_quickly) == 1
    assert heard == [("issued", certificate.pk)]
    assert certificate.credential.current_certificate == certificate


def test_two_workers_at_once_issue_one_document(drawn_quickly, monkeypatch):
    certificate = prepared()
    store = services.store_once

    def slow_store(name, content):
        stored = store(name, content)
        monkeypatch.setattr(services, "store_once", store)
        issue_certificate(certificate)  # the other worker comes first
        return stored

    monkeypatch.setattr(services, "store_once", slow_store)
    issued = issue_certificate(certificate)
    assert issued.status == "issued"
    assert Certificate.objects.get().issued_at == issued.issued_at


def test_crash_after_storing_resumes_with_the_same_number_token_and_bytes(drawn_quickly, heard, monkeypatch):
    certificate = prepared()
    monkeypatch.setattr(services.timezone, "now", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        issue_certificate(certificate)
    monkeypatch.undo()
    monkeypatch.setattr(services, "render_in_child", lambda _facts, token: b"%PDF-1.7 " + token.encode())
    assert heard == []
    issued = issue_certificate(certificate)
    assert (issued.token, issued.status) == (certificate.token, "issued")


def test_name_that_no_font_can_print_is_refused_with_its_characters(heard, drawn_quickly):
    certificate = issue_certificate(prepared(name="Nora 𓀀 Feldman"))
    assert certificate.status == "refused"
    assert "U+13000 EGYPTIAN HIEROGLYPH A001" in certificate.problem
    assert heard == [("refused", certificate.pk)]
    assert drawn_quickly == []
    assert list(Certificate.objects.refused()) == [certificate]


def test_signatory_that_no_font_can_print_is_refused_as_well(drawn_quickly):
    signatories = (replace(FACTS.signatories[0], name="𓀀"),)
    assert issue_certificate(prepared(signatories=signatories)).status == "refused"


def test_refused_certificate_is_tried_again_under_the_same_number(drawn_quickly):
    certificate = issue_certificate(prepared(name="𓀀"))
    actor = PersonFactory()
    again = retry_certificate(certificate=certificate, facts=replace(certificate.printed, name="Nora"), actor=actor)
    assert (again.token, again.status, again.problem) == (certificate.token, "intent", "")
    issued = issue_certificate(again)
    assert (issued.status, issued.printed.name) == ("issued", "Nora")
    with pytest.raises(ValueError, match="never changes"):
        retry_certificate(certificate=issued, facts=FACTS, actor=actor)


def test_superseded_certificate_keeps_its_bytes_and_a_new_edition_follows(drawn_quickly):
    first = issue_certificate(prepared())
    Certificate.objects.filter(pk=first.pk).update(status="superseded")
    second = prepare_certificate(credential=first.credential, facts=FACTS, actor=PersonFactory())
    assert (second.edition, second.token != first.token) == (2, True)
    assert issue_certificate(first).status == "superseded"
    assert set(Certificate.objects.issued()) == {first}
    assert str(second).endswith("edition 2")


def test_issued_without_bytes_is_impossible():
    with pytest.raises(IntegrityError):
        Certificate.objects.filter(pk=prepared().pk).update(status="issued")


def test_stored_bytes_are_never_overwritten():
    name = store_once("a/b.pdf", b"first")
    store_once("a/b.pdf", b"second")
    with storages["certificates"].open(name) as stored:
        assert stored.read() == b"first"
    assert Path(storages["certificates"].path(name)).stat().st_mode & 0o777 == 0o600


def test_crash_while_writing_leaves_no_file(monkeypatch):
    monkeypatch.setattr("certificates.storage.os.fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store_once("c/d.pdf", b"half")
    monkeypatch.undo()
    assert not storages["certificates"].exists("c/d.pdf")
    assert storages["certificates"].listdir("c") == ([], [])


def test_other_storages_are_written_through_their_own_interface():
    storage = InMemoryStorage()
    assert store_once("x.pdf", b"bytes", storage=storage) == "x.pdf"
    assert storage.open("x.pdf").read() == b"bytes"


def test_child_that_fails_says_why():
    with pytest.raises(RenderingFailed, match="takes 2 pages"):
        render_in_child(replace(FACTS, society="word " * 5000), "t")


def test_child_that_dies_without_a_word_is_told_by_its_number(monkeypatch):
    silent = subprocess.CompletedProcess([], 137, stdout=b"", stderr=b"")
    monkeypatch.setattr(rendering.subprocess, "run", lambda *_, **__: silent)
    with pytest.raises(RenderingFailed, match="137"):
        render_in_child(FACTS, "t")


def test_child_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(rendering, "SECONDS", 0.01)
    with pytest.raises(RenderingFailed, match="longer than"):
        render_in_child(FACTS, "t")


@pytest.mark.parametrize(
    "address",
    ["https://example.org/x.png", "file:///etc/passwd", "certificate://fonts/../models.py", "certificate://nowhere/x"],
)
def test_nothing_is_fetched_from_outside_the_package(address):
    script = (
        "import logging, sys; logging.getLogger('weasyprint').addHandler(logging.StreamHandler());"
        "sys.path.insert(0, 'certificates'); import render_child; from datetime import date;"
        f"render_child.draw('<html lang=en><title>t</title><img alt=x src=\"{address}\">', date(2026, 1, 1))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "refused: " in done.stderr, done.stderr


def test_awarding_nobody_holds_gives_no_certificate():
    assert awarded().current_certificate is None


@pytest.mark.django_db(transaction=True)
def test_worker_draws_and_delivers(drawn_quickly, work_off):
    certificate = prepared()
    work_off()
    assert Certificate.objects.get(pk=certificate.pk).status == "issued"
