"""Many cases are assessed by as many queries as one, and a day that has passed is answered as it was then."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credentialing.applications.assessments import assess_case, assess_cases
from credentialing.applications.models import Application
from credentialing.applications.services.supervision import end_supervision
from credentialing.evidence.services.log import confirm_log_entry, edit_log_entry, remove_log_entry
from tests.evidence.acts import NOW, group, log, record
from tests.factories import PersonFactory, make_officers, make_walk

pytestmark = pytest.mark.django_db


def queries(day) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as asked:
        found = list(assess_cases(Application.objects.all(), day))
    return len(found), len(asked)


def test_as_many_queries_for_ten_cases_as_for_one():
    officers = make_officers()
    walks = [make_walk(officers=officers, candidate=PersonFactory()).begin_supervision()]
    day = walks[0].starts_on + timedelta(days=60)
    cases, alone = queries(day)
    walks += [make_walk(officers=officers, candidate=PersonFactory()).begin_supervision() for _ in range(4)]
    walks += [make_walk(officers=officers, candidate=PersonFactory()).draft() for _ in range(5)]
    assert (cases, queries(day)) == (1, (10, alone))
    assert alone <= 25


def test_together_they_are_assessed_as_each_alone():
    officers = make_officers()
    walks = [make_walk(officers=officers, candidate=PersonFactory()) for _ in range(3)]
    walks[0].draft()
    walks[1].submit()
    walks[2].begin_supervision()
    day = walks[0].starts_on + timedelta(days=60)
    for application, together in assess_cases(Application.objects.all(), day):
        assert together == assess_case(Application.objects.get(pk=application.pk), day)


def test_day_that_has_passed_is_answered_as_it_was_then():
    walk = make_walk().begin_supervision()
    days = [NOW.date() + timedelta(days=number) for number in (-90, -30, -1, 0, 1, 20)]
    entry = log(walk)
    confirm_log_entry(entry=entry, role="co_leader", now=NOW)
    record(walk, walk.supervisor)
    then = {day: told(walk, day) for day in days[:4]}

    later = NOW + timedelta(days=10)
    edited = edit_log_entry(entry=entry, actor=walk.candidate, now=later, **group(present=9))
    remove_log_entry(entry=log(walk, held_on=date(2024, 3, 2)), actor=walk.candidate, now=later)
    end_supervision(supervision=walk.application.current_supervision, actor=walk.candidate, now=later)
    assert {day: told(walk, day) for day in days[:3]} == {day: then[day] for day in days[:3]}
    assert edited.uuid != entry.uuid
    assert told(walk, later.date()) != then[days[3]]


def told(walk, day):
    items = assess_case(Application.objects.get(pk=walk.application.pk), day)
    return [(item.requirement.slug, item.complete, item.progress.summary, item.digest) for item in items]
