"""What time alone does to a case: it comes back on its day, and what depends on the calendar is looked at then."""

from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from credentialing.applications import progress
from credentialing.applications.assessments import assess_case
from credentialing.applications.models import AwaitedAct
from credentialing.applications.progress import refresh_progress
from credentialing.applications.services.lifecycle import change_lifecycle, defer_application
from credentialing.correspondence.models import Letter
from credentialing.operations.demo.walk import months_after, noon
from tests.certificates.factories import awarded
from tests.decided import decided
from tests.factories import make_walk
from workflows.models import Deadline, LedgerRecord

pytestmark = pytest.mark.django_db


def tick_on(day: date, *options: str) -> str:
    out = StringIO()
    with time_machine.travel(datetime.combine(day, time(18), UTC)):
        call_command("tick", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def walk():
    return make_walk(months_after(timezone.localdate(), -31)).reach_council()


@pytest.fixture
def until():
    return timezone.localdate() + timedelta(days=100)


@pytest.fixture
def deferred(walk, until):
    defer_application(
        application=walk.application, actor=walk.officers.coordinator, conditions="More of it", until=until
    )
    return walk.application


def test_deferred_case_comes_back_on_its_day_and_people_are_told(deferred, until):
    assert "reopen" not in tick_on(until - timedelta(days=1))

    assert "reopen" in tick_on(until)

    deferred.refresh_from_db()
    record = LedgerRecord.objects.of(deferred).last()
    assert (deferred.state, deferred.attempt, record.role) == ("workshop_attended", 2, "system")
    assert Letter.objects.filter(recipient=deferred.candidate, template="resumed").count() == 1
    assert AwaitedAct.objects.filter(application=deferred, role="council").exists()
    assert "reopen" not in tick_on(until)


@pytest.mark.parametrize(("name", "who"), [("reopen", "coordinator"), ("withdraw", "candidate")])
def test_day_is_called_off_when_somebody_ends_the_deferral_before(walk, deferred, until, name, who):
    actor = deferred.candidate if who == "candidate" else walk.officers.coordinator
    change_lifecycle(application=deferred, name=name, actor=actor)

    assert list(Deadline.objects.open()) == []
    assert "reopen" not in tick_on(until)


def test_deferral_without_a_day_waits_for_people(walk, deferred, until):
    change_lifecycle(application=deferred, name="reopen", actor=walk.officers.coordinator)
    defer_application(application=deferred, actor=walk.officers.chair, conditions="Still more", until=None)

    tick_on(until)

    deferred.refresh_from_db()
    assert deferred.state == "deferred"


def test_day_that_has_come_by_the_time_of_the_decision_is_none(walk):
    today = timezone.localdate()
    defer_application(application=walk.application, actor=walk.officers.chair, conditions="More", until=today)

    walk.application.refresh_from_db()
    assert (walk.application.state, walk.application.deferred_until) == ("deferred", None)
    assert list(Deadline.objects.open()) == []


def test_only_a_deferred_case_is_shown_as_deferred(walk, deferred):
    client = Client()
    client.force_login(walk.officers.chair)
    page = f"/reviews/cases/{deferred.uuid}/"
    assert "Deferred until" in client.get(page).text

    change_lifecycle(application=deferred, name="reopen", actor=walk.officers.coordinator)

    assert "Deferred until" not in client.get(page).text


def test_cases_deferred_by_an_earlier_release_come_back_too(deferred, until):
    Deadline.objects.all().delete()
    migration = import_module("credentialing.applications.migrations.0006_days_of_deferrals")

    for _ in range(2):
        migration.set_deadlines(apps, None)

    assert Deadline.objects.count() == 1
    assert "reopen" in tick_on(until)


def test_credential_that_ends_is_noticed_in_the_case_that_rests_on_it(walk, monkeypatch):
    looked_at = []
    monkeypatch.setattr(progress, "_refresh_awaited", lambda application, *_: looked_at.append(application.pk))
    credential = awarded(holder=walk.candidate, scheme="another", valid_until=timezone.localdate())

    tick_on(timezone.localdate() + timedelta(days=1))
    assert looked_at == [walk.application.pk]

    decided(credential, "revoke")
    assert looked_at == [walk.application.pk] * 2


def test_tick_looks_at_a_case_on_the_days_on_which_time_changes_it_and_on_no_other():
    walk = make_walk(date(2024, 1, 10)).begin_supervision()
    seen = 0
    day = date(2024, 6, 1)
    refresh_progress(walk.application, noon(day))
    while ahead := walk.application.requirement_progress.exclude(changes_on=None).order_by("changes_on").first():
        assert ahead.changes_on > day
        assert stored(walk) == fresh(walk, ahead.changes_on - timedelta(days=1))
        assert "0 cases brought up to date" in tick_on(ahead.changes_on - timedelta(days=1))
        assert "1 cases brought up to date" in tick_on(ahead.changes_on)
        day, seen = ahead.changes_on, seen + 1
    assert seen == 2  # the second fee falls due, and two years are over
    assert stored(walk) == fresh(walk, day + timedelta(days=3650))


def test_every_case_is_looked_at_when_asked_as_after_another_release():
    walk = make_walk(date(2024, 1, 10)).begin_supervision()
    walk.application.requirement_progress.update(summary="As an older release said it")

    assert "0 cases brought up to date" in tick_on(date(2024, 6, 1))
    assert "1 cases brought up to date" in tick_on(date(2024, 6, 1), "--all")

    assert stored(walk) == fresh(walk, date(2024, 6, 1))


def stored(walk):
    rows = walk.application.requirement_progress.order_by("position")
    return [(row.requirement, row.status, row.met, row.summary) for row in rows]


def fresh(walk, on):
    walk.application.refresh_from_db()
    parts = [part for item in assess_case(walk.application, on) for part in item.with_options()]
    return [(part.requirement.slug, part.status, part.progress.met, part.summary[:300]) for part in parts]
