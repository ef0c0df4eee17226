"""Drawing follows the award: once, again after failures, given up in the open, anew for corrected facts."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates import issuing
from certificates.models import Certificate
from certificates.rendering import RenderingFailed
from certificates.services import DRAWING, prepare_certificate, retry_certificate
from tests.certificates.factories import FACTS, awarded, prepared
from tests.factories import PersonFactory
from workflows import effects
from workflows.models import EffectRun, LedgerRecord
from workflows.services import perform

pytestmark = pytest.mark.django_db


class Press:
    """Draws at once, counts, and may be broken; `meanwhile` is what happens while it draws for the first time."""

    def __init__(self):
        self.drawn, self.broken, self.meanwhile = [], False, None

    def draw(self, certificate):
        name = certificate.printed.name
        self.drawn.append(name)
        if self.broken:
            msg = "no ink"
            raise RenderingFailed(msg)
        if self.meanwhile:
            act, self.meanwhile = self.meanwhile, None
            act()
        return f"%PDF-1.7 {certificate.token} {name}".encode()


@pytest.fixture(autouse=True)
def press(monkeypatch):
    press = Press()
    monkeypatch.setattr(issuing, "document_of", press.draw)
    return press


def drawing(certificate) -> EffectRun:
    return EffectRun.objects.get(record__subject_id=certificate.credential.uuid, effect=DRAWING)


def tasks() -> int:
    return DBTaskResult.objects.count()


def corrected(certificate, name):
    return retry_certificate(
        certificate=certificate, facts=replace(certificate.printed, name=name), actor=PersonFactory()
    )


def test_drawing_is_an_effect_of_the_award_with_one_task():
    certificate = prepared()
    prepared(certificate.credential)
    run = drawing(certificate)
    assert (run.record, run.attempts) == (LedgerRecord.objects.of(certificate.credential).get(), 0)
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[run.pk]]
    assert effects.attempt(run) is True
    assert Certificate.objects.get().status == "issued"


def test_earlier_holder_has_nothing_to_be_drawn():
    credential = awarded(basis="import", number="OLD-1")
    assert (EffectRun.objects.count(), tasks()) == (0, 0)
    assert credential.current_certificate is None


def test_effect_draws_for_its_own_award_only(press):
    prepared(name="Adaeze Obi")
    other = prepared(awarded(), name="Nora Feldman")
    effects.attempt(drawing(other))
    assert press.drawn == ["Nora Feldman"]


def test_other_steps_of_a_credential_draw_nothing():
    credential = awarded()
    before = tasks()
    perform(credential, "suspend", actor=PersonFactory(offices=["council"]), reason="Asked for.")
    assert tasks() == before


def test_award_that_is_undone_leaves_neither_effect_nor_task():
    with transaction.atomic():
        prepared()
        transaction.set_rollback(True)
    assert (EffectRun.objects.count(), tasks()) == (0, 0)


def test_drawing_that_fails_is_tried_again_with_the_same_number_and_token_and_then_given_up(press):
    press.broken = True
    certificate = prepared()
    for _ in range(effects.ATTEMPTS):
        assert effects.attempt(drawing(certificate)) is False
    run = drawing(certificate)
    assert (run.last_error, run.given_up_at is not None) == ("RenderingFailed: no ink", True)
    assert Certificate.objects.get().status == "intent"

    press.broken = False
    assert effects.try_again(run) is True
    assert effects.attempt(drawing(certificate)) is True
    issued = Certificate.objects.get()
    assert (issued.status, issued.token, issued.printed.number) == ("issued", certificate.token, FACTS.number)


def test_refused_certificate_is_no_failure_to_be_tried_again(press):
    certificate = prepared(name="𓀀")
    assert effects.attempt(drawing(certificate)) is True
    assert Certificate.objects.get().status == "refused"
    assert press.drawn == []


def test_correction_is_drawn_by_the_same_effect_done_anew():
    certificate = prepared(name="𓀀")
    effects.attempt(drawing(certificate))
    before = tasks()
    corrected(certificate, "Nora")
    assert (tasks(), EffectRun.objects.count()) == (before + 1, 1)
    assert effects.attempt(drawing(certificate)) is True
    assert Certificate.objects.get().read().endswith(b"Nora")


def test_correction_while_the_old_name_is_drawn_is_not_lost(press):
    certificate = prepared(name="Nora Feldmann")
    press.meanwhile = lambda: corrected(certificate, "Nora Feldman")
    before = tasks()
    assert effects.attempt(drawing(certificate)) is False  # somebody wants it anew: this one's word doesn't count
    assert (Certificate.objects.get().status, tasks()) == ("intent", before + 1)
    assert drawing(certificate).done_at is None
    assert effects.attempt(drawing(certificate)) is True
    assert (press.drawn, Certificate.objects.get().printed.name) == (["Nora Feldmann", "Nora Feldman"], "Nora Feldman")


def test_failure_with_outdated_facts_does_not_count_against_the_correction(press):
    certificate = prepared(name="Nora Feldmann")

    def correct_and_fail():
        corrected(certificate, "Nora Feldman")
        raise RenderingFailed

    press.meanwhile = correct_and_fail
    before = tasks()
    effects.attempt(drawing(certificate))
    run = drawing(certificate)
    assert (run.attempts, run.last_error, run.claimed_until, tasks()) == (0, "", None, before + 1)


def test_another_edition_is_drawn_by_the_same_effect():
    first = prepared()
    effects.attempt(drawing(first))
    Certificate.objects.update(status="superseded")
    second = prepare_certificate(credential=first.credential, facts=FACTS, actor=PersonFactory())
    effects.attempt(drawing(first))
    assert first.credential.current_certificate == second


def test_drawing_whose_worker_died_is_taken_up_with_the_same_number(press):
    certificate = prepared()
    now = timezone.now()
    EffectRun.objects.update(claimed_until=now + effects.LEASE)
    later = now + effects.LEASE + timedelta(minutes=1)
    assert effects.take_up(before=later) == 1
    assert effects.attempt(drawing(certificate), now=later) is True
    assert (Certificate.objects.get().token, press.drawn) == (certificate.token, ["Adaeze Obi"])


def test_worker_that_comes_back_from_the_dead_has_not_the_last_word(press):
    certificate = prepared()
    run, now = drawing(certificate), timezone.now()
    press.meanwhile = lambda: effects.attempt(drawing(certificate), now=now + effects.LEASE + timedelta(minutes=1))
    assert effects.attempt(run, now=now) is False
    run.refresh_from_db()
    assert (run.attempts, run.claimed_until, Certificate.objects.get().status) == (1, None, "issued")


@pytest.mark.django_db(transaction=True)
def test_worker_draws(work_off):
    certificate = prepared()
    work_off()
    assert Certificate.objects.get(pk=certificate.pk).status == "issued"
    assert drawing(certificate).done_at is not None


@pytest.mark.django_db(transaction=True)
def test_worker_tries_again_by_itself(work_off, press):
    press.broken = True
    certificate = prepared()
    work_off()
    assert drawing(certificate).attempts == 1
    press.broken = False
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        work_off()
    assert Certificate.objects.get(pk=certificate.pk).status == "issued"
    assert DBTaskResult.objects.filter(status="READY").count() == 0
    assert not connection.in_atomic_block
