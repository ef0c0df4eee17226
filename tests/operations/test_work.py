"""The administrator's page of what the system does by itself: what waits, what was given up, what to do about it."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates import issuing
from certificates.models import Certificate
from certificates.services import RenderingFailed, issue_certificate
from credentialing.accounts.models import Role
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.audit.services import record_event
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter
from credentialing.correspondence.tasks import ATTEMPTS, deliver_letter
from credentialing.operations.services import (
    ATTENTION,
    NothingToTry,
    tell_administrators,
    try_effect_again,
    try_letter_again,
)
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory, make_walk
from workflows import effects
from workflows.deadlines import set_deadline
from workflows.models import Deadline, EffectRun
from workflows.sequencer import sequence_entries

pytestmark = pytest.mark.django_db

WORK = "/operations/work/"


@pytest.fixture
def admin():
    return PersonFactory(name="Ines", email="ines@example.org", offices=[Role.ADMINISTRATOR])


@pytest.fixture
def page(admin) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def broken_press(monkeypatch):
    def fail(certificate):
        msg = "no ink"
        raise RenderingFailed(msg)

    monkeypatch.setattr(issuing, "document_of", fail)


def drawing(certificate) -> EffectRun:
    return EffectRun.objects.select_related("record").get(record__subject_id=certificate.credential.uuid)


def given_up(certificate) -> EffectRun:
    for _ in range(effects.ATTEMPTS):
        effects.attempt(drawing(certificate))
    return drawing(certificate)


def again_url(run) -> str:
    return f"{WORK}effects/{run.record.uuid}/{run.effect}/again/"


def failed_letter(address="nobody@example.org") -> Letter:
    letter = send_letter(template="stage_reached", to=address, context={"stage": "Applied", "path": "/my/"})
    Letter.objects.filter(pk=letter.pk).update(state="failed", attempts=5, last_error="SMTPRecipientsRefused: 550")
    return letter


@pytest.mark.parametrize("role", Role.values)
def test_only_administrators_open_it(client, role):
    client.force_login(PersonFactory(offices=[role]))
    allowed = role == Role.ADMINISTRATOR
    assert client.get(WORK).status_code == (200 if allowed else 403)
    assert client.get(f"{WORK}given-up/").status_code == (200 if allowed else 403)
    assert client.post(f"{WORK}letters/{uuid4()}/again/").status_code == (404 if allowed else 403)
    assert client.post(f"{WORK}effects/{uuid4()}/bell/again/").status_code == (404 if allowed else 403)
    assert (f'href="{WORK}"' in client.get("/my/profile/").text) is allowed


def test_page_says_when_nothing_waits(page):
    sequence_entries()
    text = page.get(WORK).text
    assert "Nothing waits" in text
    assert "<h2>" not in text
    for part in ("given-up", "undelivered", "refused", "waiting", "letters", "deadlines"):
        assert "Nothing here" in page.get(f"{WORK}{part}/").text
    assert page.get(f"{WORK}else/").status_code == 404


def test_waiting_effect_is_listed_by_its_credential_and_not_by_its_holder(page, broken_press):
    certificate = prepared()
    effects.attempt(drawing(certificate))
    text = page.get(WORK).text
    assert "Draw certificate" in text
    assert f"Credential {certificate.credential.number}" in text
    assert "tried 1 time " in text
    assert "next try" in text
    assert "RenderingFailed: no ink" in text
    assert "Try again" not in text
    assert certificate.credential.holder.name not in text


def test_effect_of_a_case_is_listed_by_the_reference_of_the_case(page):
    effects.subscribe(subject_kind="application", transition="submit", name="bell", act=print)
    try:
        walk = make_walk().submit()
    finally:
        effects.unsubscribe(subject_kind="application", transition="submit", name="bell")
    text = page.get(f"{WORK}waiting/").text
    assert f"Case {walk.application.reference}" in text
    assert walk.candidate.name not in text


def test_given_up_effect_is_tried_again_by_the_button_and_recorded(page, admin, broken_press, monkeypatch):
    run = given_up(prepared())
    text = page.get(WORK).text
    assert "Given up" in text
    assert "tried 6 times" in text
    assert f'action="{again_url(run)}"' in text

    answer = page.post(again_url(run), follow=True)
    assert "taken up again" in answer.text
    assert "Given up" not in answer.text
    event = AuditEvent.objects.get(event="operations:effect:tried_again")
    assert (event.actor, event.subject_kind, event.subject_id) == (admin, "credential", run.record.subject_id)
    assert event.details == {"effect": "draw_certificate", "record": str(run.record.uuid)}
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7")
    assert effects.attempt(run) is True


def test_second_click_on_try_again_does_nothing_twice(page, broken_press):
    run = given_up(prepared())
    page.post(again_url(run))
    tasks = DBTaskResult.objects.count()
    assert page.post(again_url(run)).status_code == 409
    assert DBTaskResult.objects.count() == tasks
    assert AuditEvent.objects.filter(event="operations:effect:tried_again").count() == 1
    assert page.get(again_url(run)).status_code == 405


def test_letter_that_was_not_delivered_is_tried_again_by_the_button_and_recorded(page, admin):
    letter = failed_letter()
    text = page.get(WORK).text
    assert "Letter: stage reached" in text
    assert "to nobody@example.org" in text
    assert "SMTPRecipientsRefused: 550" in text
    again = f"{WORK}letters/{letter.uuid}/again/"
    assert f'action="{again}"' in text

    assert "The letter is taken up again" in page.post(again, follow=True).text
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("queued", 0)
    event = AuditEvent.objects.get(event="operations:letter:tried_again")
    assert (event.actor, event.subject_id) == (admin, letter.uuid)
    assert page.post(again).status_code == 409


def test_letter_on_its_way_is_listed_without_its_address(page):
    send_letter(template="stage_reached", to="nobody@example.org", context={"stage": "Applied", "path": "/my/"})
    text = page.get(WORK).text
    assert "Letters on their way" in text
    assert "nobody@example.org" not in text


def test_certificate_that_cannot_be_drawn_leads_to_where_it_is_corrected(page):
    certificate = issue_certificate(prepared(name="𓀀"))
    text = page.get(WORK).text
    assert "U+13000" in text
    assert f'href="/council/registry/{certificate.credential.uuid}/"' in text
    assert page.get(f"/council/registry/{certificate.credential.uuid}/").status_code == 200


def test_deadlines_are_listed_when_they_come_near_and_marked_when_overdue(page):
    credential, now = awarded(), timezone.now()
    set_deadline(credential, "expire", due_at=now + timedelta(days=40), now=now)
    assert "Deadlines" not in page.get(WORK).text
    set_deadline(credential, "expire", due_at=now + timedelta(days=20), now=now)
    text = page.get(WORK).text
    assert f"Credential {credential.number}" in text
    assert "Overdue" not in text
    set_deadline(credential, "expire", due_at=now - timedelta(hours=1), now=now)
    text = page.get(WORK).text
    assert "Overdue" in text
    assert "at least daily" not in text
    set_deadline(credential, "expire", due_at=now - timedelta(days=2), now=now)
    assert "Have manage.py tick run at least daily" in page.get(WORK).text


def test_deadline_and_effect_of_something_without_a_reference_are_named_by_its_kind(page):
    Deadline.objects.create(subject_kind="loan", subject_id=uuid4(), act="recall", due_at=timezone.now())
    text = page.get(WORK).text
    assert "Recall" in text
    assert "Loan" in text


def test_entries_without_a_place_in_the_tree_are_counted(page):
    sequence_entries()
    assert "place in the ledger" not in page.get(WORK).text
    record_event(event=Event.CASE_VIEWED, actor=None, subject_kind="application", subject_id=uuid4())
    text = page.get(WORK).text
    assert "1 entry has no place in the ledger" in text
    assert "Nothing waits" not in text


def ready_since(minutes: int) -> DBTaskResult:
    send_letter(template="stage_reached", to="nobody@example.org", context={"stage": "Applied", "path": "/my/"})
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=minutes))
    return DBTaskResult.objects.get()


@pytest.mark.parametrize(("minutes", "missing"), [(9, False), (11, True)])
def test_missing_worker_is_noticed_by_what_lies_ready_for_too_long(page, minutes, missing):
    ready_since(minutes)
    assert ("No worker seems to be running" in page.get(WORK).text) is missing


def test_worker_that_is_merely_behind_is_not_called_missing(page):
    ready_since(30)
    DBTaskResult.objects.create(
        args_kwargs={}, task_path="x", backend_name="default", run_after=timezone.now(), status="SUCCESSFUL",
        started_at=timezone.now() - timedelta(minutes=9), exception_class_path="", traceback="",
    )  # fmt: skip
    assert "No worker" not in page.get(WORK).text
    DBTaskResult.objects.filter(status="SUCCESSFUL").update(started_at=timezone.now() - timedelta(minutes=11))
    assert "No worker" in page.get(WORK).text


@pytest.mark.parametrize(("ago", "missing"), [(timedelta(minutes=5), False), (timedelta(minutes=11), True)])
def test_task_that_was_put_off_counts_from_when_it_was_due(page, ago, missing):
    ready_since(60)
    DBTaskResult.objects.update(run_after=timezone.now() - ago)
    assert ("No worker" in page.get(WORK).text) is missing
    DBTaskResult.objects.update(run_after=timezone.now() + timedelta(minutes=1))
    assert "No worker" not in page.get(WORK).text


def fill(number: int) -> None:
    for _ in range(number):
        issue_certificate(prepared(name="𓀀"))
        failed_letter()
        set_deadline(awarded(), "expire", due_at=timezone.now(), now=timezone.now())
        EffectRun.objects.filter(pk=drawing(prepared()).pk).update(given_up_at=timezone.now())


def statements(page: Client, address: str = WORK) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert page.get(address).status_code == 200
    return len(asked)


def test_page_takes_as_many_statements_however_much_waits(page):
    fill(1)
    few = statements(page)
    fill(12)
    assert statements(page) == few <= 30
    parts = [statements(page, f"{WORK}{part}/") for part in ("given-up", "undelivered", "refused", "deadlines")]
    assert max(parts) <= 12


def test_long_list_is_shown_in_part_and_leads_to_its_pages(page):
    for _ in range(53):
        failed_letter()
    text = page.get(WORK).text
    assert text.count("Letter: stage reached</b>") == 10
    assert "All 53: letters not delivered" in text
    assert page.get(f"{WORK}undelivered/").text.count("Letter: stage reached</b>") == 50
    assert page.get(f"{WORK}undelivered/", {"page": "2"}).text.count("Letter: stage reached</b>") == 3


def test_what_went_wrong_is_shown_as_text(page):
    letter = failed_letter()
    Letter.objects.filter(pk=letter.pk).update(last_error="<script>alert(1)</script>")
    assert "<script>alert" not in page.get(WORK).text


def test_services_refuse_whoever_is_no_administrator(broken_press):
    run, letter, clerk = given_up(prepared()), failed_letter(), PersonFactory(offices=[Role.COORDINATOR])
    with pytest.raises(PermissionError):
        try_effect_again(run=run, actor=clerk)
    with pytest.raises(PermissionError):
        try_letter_again(letter=letter, actor=clerk)
    assert (EffectRun.objects.given_up().count(), Letter.objects.failed().count()) == (1, 1)


def test_services_refuse_what_is_not_given_up(admin):
    certificate = prepared()
    with pytest.raises(NothingToTry):
        try_effect_again(run=drawing(certificate), actor=admin)
    letter = send_letter(template="stage_reached", to=admin, context={"stage": "Applied", "path": "/my/"})
    with pytest.raises(NothingToTry):
        try_letter_again(letter=letter, actor=admin)


def test_administrators_are_told_of_what_was_given_up_once_a_day(admin, broken_press):
    second = PersonFactory(offices=[Role.ADMINISTRATOR])
    PersonFactory(offices=[Role.REGISTRAR])
    given_up(prepared())
    given_up(prepared())
    letters = Letter.objects.filter(template=ATTENTION)
    assert sorted(letter.recipient_id for letter in letters) == sorted([admin.pk, second.pk])
    assert "After 6 attempts this was given up: draw certificate." in letters[0].body
    assert "/operations/work/" in letters[0].body
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        tell_administrators(what="Again.")
    assert letters.all().count() == 4


def test_administrators_are_told_of_a_letter_that_was_given_up_but_not_of_this_news_itself(admin, monkeypatch):
    def refuse(message):
        raise OSError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    letter = send_letter(template="stage_reached", to="nobody@example.org", context={"stage": "Applied", "path": "/"})
    for _ in range(ATTEMPTS):
        deliver_letter.call(str(letter.uuid))
    news = Letter.objects.get(template=ATTENTION)
    assert news.recipient == admin
    assert "After 5 attempts a letter could not be delivered." in news.body
    assert "nobody@example.org" not in news.body
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        for _ in range(ATTEMPTS):
            deliver_letter.call(str(news.uuid))
    assert Letter.objects.filter(template=ATTENTION).count() == 1


def test_giving_up_that_cannot_be_told_is_not_lost(admin, broken_press, monkeypatch):
    certificate = prepared()
    for _ in range(effects.ATTEMPTS - 1):
        effects.attempt(drawing(certificate))

    def fail(**_):
        raise OSError

    effects.effect_given_up.connect(fail)
    try:
        with pytest.raises(OSError):  # noqa: PT011 - the very one raised above
            effects.attempt(drawing(certificate))
    finally:
        effects.effect_given_up.disconnect(fail)
    run = drawing(certificate)
    assert (run.given_up_at, run.attempts) == (None, effects.ATTEMPTS - 1)
    assert effects.take_up(before=run.due_at + effects.LEASE) == 1
    assert Certificate.objects.waiting().count() == 1
