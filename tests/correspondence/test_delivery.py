"""Letters go out over real SMTP: each once, again after growing pauses, and never silently lost."""

import socket
from datetime import timedelta
from email import message_from_bytes
from email.policy import default as policy
from typing import TYPE_CHECKING

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import deliver_again, send_letter
from credentialing.correspondence.signals import letter_failed
from credentialing.correspondence.tasks import ATTEMPTS, LEASE, deliver_letter, take_up_letters
from tests.factories import PersonFactory

if TYPE_CHECKING:
    from email.message import Message

pytestmark = pytest.mark.django_db(transaction=True)  # the worker has its own connection

STAGE = {"stage": "Applied", "path": "/my/"}


class Postbox:
    """What an SMTP server received; it refuses the next `refusals` letters."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.recipients: list[list[str]] = []
        self.refusals = 0

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusals:
            self.refusals -= 1
            return "451 Try again later"
        self.letters.append(message_from_bytes(envelope.content, policy=policy))
        self.recipients.append(envelope.rcpt_tos)
        return "250 Accepted"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def post_office():
    controller = Controller(Postbox(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def postbox(post_office, settings):
    _use_smtp(settings, post_office.port)
    post_office.handler.__init__()
    return post_office.handler


def _use_smtp(settings, port: int) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "use_tls": False},
        }
    }


@pytest.fixture
def ada():
    return PersonFactory(name="Ada O'Neil", email="ada@example.org")


def test_letter_is_delivered_once_with_its_words_and_to_its_recipient_alone(postbox, ada, work_off):
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    assert letter.state == Letter.State.QUEUED
    assert postbox.letters == []

    work_off()
    work_off()
    deliver_letter.call(str(letter.uuid))

    assert postbox.recipients == [["ada@example.org"]]
    assert postbox.letters[0]["Subject"] == "You have reached “Applied”"
    assert "Hello Ada O'Neil," in postbox.letters[0].get_content()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.last_error) == (Letter.State.SENT, 1, "")
    assert letter.sent_at is not None


def test_what_opens_something_leaves_with_the_letter_and_is_forgotten(postbox, ada, work_off):
    postbox.refusals = 1
    letter = send_letter(
        template="session_to_confirm",
        to="jo@example.org",
        context={"sender": "Ada", "date": "May 1", "days": 90, "path": "/confirm/the-key/"},
        secret="the-key",
    )
    assert (letter.secret, "the-key" in letter.body, "/confirm/(removed)/" in letter.body) == ("the-key", False, True)
    work_off()
    letter.refresh_from_db()
    assert letter.secret == "the-key"  # still to be delivered

    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        work_off()

    assert "/confirm/the-key/" in postbox.letters[0].get_content()
    letter.refresh_from_db()
    assert (letter.state, letter.secret) == (Letter.State.SENT, "")
    assert "the-key" not in str(Letter.objects.values().get())


def test_secret_that_would_stay_in_the_words_is_refused(ada):
    with pytest.raises(ValueError, match="part of the path"):
        send_letter(template="stage_reached", to=ada, context=STAGE, secret="elsewhere")
    assert not Letter.objects.exists()


def test_refused_letter_is_delivered_when_the_server_takes_it_again(postbox, ada, work_off):
    postbox.refusals = 1
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    work_off()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, postbox.letters) == (Letter.State.QUEUED, 1, [])
    assert "451" in letter.last_error

    work_off()  # the pause isn't over
    assert postbox.letters == []
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        work_off()

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.last_error) == (Letter.State.SENT, 2, "")
    assert len(postbox.letters) == 1


def test_letter_is_tried_with_growing_pauses_and_given_up_visibly(settings, ada, work_off):
    _use_smtp(settings, free_port())  # nobody listens there
    pauses = []

    with time_machine.travel(timezone.now(), tick=False) as clock:
        letter = send_letter(template="stage_reached", to=ada, context=STAGE)
        for _ in range(ATTEMPTS):
            work_off()
            for waiting in DBTaskResult.objects.filter(status="READY"):
                pauses.append(waiting.run_after - timezone.now())
                clock.shift(pauses[-1])

    letter.refresh_from_db()
    assert pauses == [timedelta(minutes=minutes) for minutes in (2, 4, 8, 16)]
    assert (letter.state, letter.attempts) == (Letter.State.FAILED, 5)
    assert "ConnectionRefusedError" in letter.last_error
    assert not DBTaskResult.objects.filter(status="READY").exists()


def test_failure_of_the_post_never_undoes_what_the_letter_tells_about(settings, ada, work_off):
    _use_smtp(settings, free_port())

    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    work_off()

    assert Letter.objects.get() == letter
    assert DBTaskResult.objects.filter(status="FAILED").count() == 0


def test_letter_of_an_act_that_was_undone_is_never_sent(postbox, ada, work_off):
    with transaction.atomic():
        send_letter(template="stage_reached", to=ada, context=STAGE)
        transaction.set_rollback(True)

    work_off()

    assert not Letter.objects.exists()
    assert postbox.letters == []


def test_letter_that_no_program_can_post_is_given_up_in_the_open_too(postbox, ada, work_off):
    letter = send_letter(template="stage_reached", to="somebody@[", context=STAGE)
    for _ in range(ATTEMPTS):
        deliver_letter.call(str(letter.uuid))
    letter.refresh_from_db()
    assert letter.state == Letter.State.FAILED
    assert letter.last_error


def test_letter_that_is_given_up_is_announced_and_delivered_when_somebody_says_again(postbox, ada):
    postbox.refusals, told = ATTEMPTS, []

    def listen(letter, **_):
        told.append((letter.pk, letter.state, letter.attempts))

    letter_failed.connect(listen)
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    for _ in range(ATTEMPTS):
        assert deliver_again(letter=letter) is False
        deliver_letter.call(str(letter.uuid))
    assert told == [(letter.pk, Letter.State.FAILED, ATTEMPTS)]
    assert list(Letter.objects.failed()) == [letter]

    assert deliver_again(letter=letter) is True
    assert deliver_again(letter=letter) is False
    deliver_letter.call(str(letter.uuid))
    assert len(postbox.letters) == 1


def test_letter_is_left_to_whoever_is_at_it_until_they_are_taken_for_dead(postbox, ada):
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    now = timezone.now()
    Letter.objects.update(claimed_until=now + LEASE, attempts=2)
    deliver_letter.call(str(letter.uuid))
    assert postbox.letters == []
    later = now + LEASE + timedelta(minutes=1)
    assert take_up_letters(before=now) == 0
    assert take_up_letters(before=later) == 1
    with time_machine.travel(later):
        deliver_letter.call(str(letter.uuid))
        assert take_up_letters(before=later) == 0
    assert len(postbox.letters) == 1


def test_letter_that_waits_behind_many_others_is_not_queued_again_at_every_look(postbox, ada):
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    with time_machine.travel(letter.due_at + timedelta(minutes=20), tick=False):
        patience = timezone.now() - timedelta(minutes=10)
        assert [take_up_letters(before=patience) for _ in range(3)] == [1, 0, 0]
        assert DBTaskResult.objects.filter(task_path=deliver_letter.module_path).count() == 2
        deliver_letter.call(str(letter.uuid))
    assert len(postbox.letters) == 1


def test_letter_sent_twice_after_a_crash_bears_one_message_id(postbox, ada):
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    deliver_letter.call(str(letter.uuid))
    Letter.objects.update(state=Letter.State.QUEUED)  # the worker died before it could write down the server's yes
    deliver_letter.call(str(letter.uuid))
    assert len({message["Message-ID"] for message in postbox.letters}) == 1
    assert len(postbox.letters) == 2


def test_mail_server_is_spoken_to_outside_any_transaction(ada, monkeypatch):
    seen = []
    monkeypatch.setattr(EmailMessage, "send", lambda message: seen.append(connection.in_atomic_block))
    deliver_letter.call(str(send_letter(template="stage_reached", to=ada, context=STAGE).uuid))
    assert seen == [False]


def test_worker_that_lost_its_letter_to_another_does_not_write_over_it(ada, monkeypatch):
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)

    def overtaken(message):
        Letter.objects.update(claimed_until=None, state=Letter.State.SENT, attempts=1)
        raise OSError

    monkeypatch.setattr(EmailMessage, "send", overtaken)
    deliver_letter.call(str(letter.uuid))
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.last_error) == (Letter.State.SENT, 1, "")


def test_letter_that_is_tried_again_goes_to_the_address_its_recipient_has_by_then(postbox, ada):
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    Letter.objects.update(state=Letter.State.FAILED)
    Person.objects.filter(pk=ada.pk).update(email="ada.new@example.org")
    assert deliver_again(letter=Letter.objects.get()) is True
    deliver_letter.call(str(letter.uuid))
    assert postbox.recipients == [["ada.new@example.org"]]
    Letter.objects.update(state=Letter.State.FAILED)
    Person.objects.filter(pk=ada.pk).update(email=None)
    assert deliver_again(letter=Letter.objects.get()) is True
    assert Letter.objects.get().to_address == "ada.new@example.org"


def test_letter_that_went_out_is_sent_even_if_its_worker_had_been_taken_for_dead(ada, monkeypatch):
    letter = send_letter(template="stage_reached", to=ada, context=STAGE)
    later = timezone.now() + LEASE
    monkeypatch.setattr(EmailMessage, "send", lambda message: Letter.objects.update(claimed_until=later))
    deliver_letter.call(str(letter.uuid))
    letter.refresh_from_db()
    assert (letter.state, letter.claimed_until) == (Letter.State.SENT, None)
