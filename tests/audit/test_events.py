"""What is no step of a case is recorded too: by whom, about whom, and for good."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from certificates.signals import certificate_downloaded
from credentialing.accounts.models import SYSTEM_PERSON_ID, Role
from credentialing.accounts.services import grant_role
from credentialing.accounts.signals import person_changed
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.audit.services import record_event, record_view
from tests.factories import PASSWORD, PersonFactory
from workflows.models import LedgerRewritten

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 4, 14, 16, tzinfo=UTC)


@pytest.fixture
def ada():
    return PersonFactory(name="Ada", email="ada@example.org")


def recorded(actor, event=Event.CASE_VIEWED, **fields):
    return record_event(event=event, actor=actor, **{"subject_kind": "application", "subject_id": uuid4()} | fields)


def test_event_says_who_did_what_to_whom_and_when(ada):
    subject = uuid4()

    event = record_event(
        event=Event.FEE_MARKED, actor=ada, subject_kind="application", subject_id=subject, details={"fee": 1}, now=NOON
    )

    event.refresh_from_db()
    assert (event.event, event.actor, event.subject_kind, event.subject_id, event.details, event.recorded_at) == (
        "evidence:fee:marked", ada, "application", subject, {"fee": 1}, NOON,
    )  # fmt: skip
    assert str(event) == f"evidence:fee:marked by {ada.pk}"


def test_event_bears_the_present_moment_and_no_details_unless_told(ada):
    before = timezone.now()

    event = recorded(ada)

    assert before <= event.recorded_at <= timezone.now()
    assert event.details == {}


def test_event_never_changes(ada):
    event = recorded(ada)
    event.event = Event.LOGGED_IN

    for attempt in (event.save, lambda: AuditEvent.objects.update(actor=None)):
        with pytest.raises(LedgerRewritten, match="never changes"):
            attempt()
    with pytest.raises(LedgerRewritten, match="never changes"), transaction.atomic():
        AuditEvent.objects.bulk_update([event], ["event"])

    event.refresh_from_db()
    assert (event.event, event.actor) == (Event.CASE_VIEWED, ada)


def test_event_is_never_removed(ada):
    event = recorded(ada)

    for attempt in (event.delete, AuditEvent.objects.all().delete, AuditEvent.objects.filter(pk=event.pk).delete):
        with pytest.raises(LedgerRewritten, match="never removed"):
            attempt()

    assert AuditEvent.objects.get() == event


def test_person_of_whom_an_event_tells_stays_in_the_books(ada):
    recorded(ada)

    with pytest.raises(ProtectedError):
        ada.delete()


def test_events_of_one_subject_are_told_newest_first(ada):
    subject = uuid4()
    first = recorded(ada, subject_id=subject, now=NOON)
    second = recorded(ada, subject_id=subject, now=NOON.replace(hour=18))
    recorded(ada, subject_id=uuid4())
    recorded(ada, subject_kind="person", subject_id=subject)

    assert list(AuditEvent.objects.about("application", subject)) == [second, first]


def test_views_and_downloads_tell_who_saw_something(ada):
    seen = record_view(event=Event.CASE_VIEWED, actor=ada, subject_kind="application", subject_id=uuid4())
    taken = record_view(event=Event.FILE_DOWNLOADED, actor=ada, subject_kind="file", subject_id=uuid4())
    recorded(ada, event=Event.FILE_UPLOADED)

    assert set(AuditEvent.objects.views()) == {seen, taken}


def test_act_that_cannot_be_recorded_is_not_done(ada):
    def spoil(**_):
        raise OSError

    person_changed.connect(spoil)
    try:
        with pytest.raises(OSError), transaction.atomic():  # noqa: PT011 - the very one raised above
            grant_role(
                person=ada,
                role=Role.TREASURER,
                actor=PersonFactory(offices=[Role.ADMINISTRATOR]),
                starts_on=timezone.localdate(),
            )
    finally:
        person_changed.disconnect(spoil)

    assert not ada.terms.exists()
    assert not AuditEvent.objects.exists()


def test_change_of_a_name_nobody_knows_is_refused(ada):
    with pytest.raises(ValueError, match="accounts:person:renamed"):
        person_changed.send(
            sender=type(ada), name="accounts:person:renamed", actor=ada, subject_kind="person",
            subject_id=ada.uuid, details={},
        )  # fmt: skip


def test_log_in_is_recorded(client, ada):
    client.force_login(ada)

    event = AuditEvent.objects.get()
    assert (event.event, event.actor, event.subject_id) == (Event.LOGGED_IN, ada, ada.uuid)


def test_failed_log_in_is_recorded_without_what_was_typed(client, ada):
    client.post("/accounts/login/", {"login": "ada@example.org", "password": "wrong" + PASSWORD})

    event = AuditEvent.objects.get()
    assert (event.event, event.actor, event.subject_id) == (Event.LOGIN_FAILED, None, SYSTEM_PERSON_ID)
    assert "ada" not in str(event.details)


def test_who_took_a_certificate_is_recorded(ada):
    from certificates.models import Certificate

    certificate = Certificate(uuid=uuid4())

    certificate_downloaded.send(sender=Certificate, certificate=certificate, person=ada)

    event = AuditEvent.objects.get()
    assert (event.event, event.actor, event.subject_id) == (Event.CERTIFICATE_DOWNLOADED, ada, certificate.uuid)


def test_every_name_says_source_subject_and_act():
    assert all(len(event.split(":")) == 3 for event in Event)
