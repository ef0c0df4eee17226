"""Finding a supervisor: one at a time, from the list, and only the one who was asked answers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from credentialing.accounts.models import Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import Supervision
from credentialing.applications.services.supervision import (
    SupervisionRefused,
    answer_supervision,
    ask_supervisor,
    end_supervision,
)
from credentialing.correspondence.models import Letter
from tests.applications.conftest import NOON, put
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return PersonFactory(name="Sam", offices=[Role.SUPERVISOR])


@pytest.fixture
def cora():
    return PersonFactory(name="Cora", offices=[Role.COORDINATOR])


def ask(case, supervisor, actor=None, **more):
    return ask_supervisor(
        application=case, supervisor=supervisor, actor=actor or case.candidate, **{"now": NOON} | more
    )


def answer(supervision, actor=None, *, accept=True):
    return answer_supervision(
        supervision=supervision, actor=actor or supervision.supervisor, accept=accept, now=NOON + timedelta(days=1)
    )


def end(supervision, actor):
    return end_supervision(supervision=supervision, actor=actor, now=NOON + timedelta(days=2))


def test_supervisor_is_asked_and_hears_of_it(draft, sam):
    supervision = ask(draft, sam, note="Tuesdays")

    assert draft.current_supervision == supervision
    assert (supervision.note, supervision.asked_at, supervision.standing) == ("Tuesdays", NOON, "Not answered yet")
    assert str(supervision) == f"Sam supervises {draft}"
    letter = Letter.objects.get()
    assert (letter.recipient, letter.template) == (sam, "supervisor_asked")
    assert list(Supervision.objects.asked()) == [supervision]


def test_coordinator_asks_for_the_applicant(draft, sam, cora):
    assert ask(draft, sam, actor=cora).supervisor == sam


def test_nobody_else_asks(draft, sam):
    with pytest.raises(PermissionError):
        ask(draft, sam, actor=PersonFactory(offices=[Role.CCC_CHAIR]))

    assert draft.current_supervision is None


def test_only_somebody_on_the_list_today_is_asked(draft, sam):
    sam.terms.update(ends_on=NOON.date() - timedelta(days=1))

    for somebody in (sam, PersonFactory(offices=[Role.OBSERVER])):
        with pytest.raises(SupervisionRefused, match="from the list"):
            ask(draft, somebody)


def test_nobody_supervises_themself(draft):
    draft.candidate.terms.create(role=Role.SUPERVISOR, starts_on="2015-01-01")

    with pytest.raises(SupervisionRefused):
        ask(draft, draft.candidate)


def test_supervisor_in_conflict_is_not_asked(draft, sam):
    declare_conflict(person=sam, other=draft.candidate, relation="spouse", actor=sam)

    with pytest.raises(SupervisionRefused, match="declared conflict of interest"):
        ask(draft, sam)


def test_second_supervisor_is_asked_only_after_the_first(draft, sam):
    first = ask(draft, sam)
    other = PersonFactory(offices=[Role.SUPERVISOR])
    with pytest.raises(SupervisionRefused, match="already been asked"):
        ask(draft, other)

    end(first, draft.candidate)

    assert ask(draft, other).supervisor == other
    assert draft.supervisions.count() == 2


def test_database_keeps_one_live_supervision_per_case(draft, sam):
    ask(draft, sam)

    with pytest.raises(IntegrityError), transaction.atomic():
        draft.supervisions.create(supervisor=PersonFactory())


@pytest.mark.parametrize("state", ["on_hold", "deferred", "withdrawn", "declined", "certified"])
def test_nobody_is_asked_while_the_case_rests_or_after_its_end(draft, sam, state):
    with pytest.raises(SupervisionRefused, match="not open"):
        ask(put(draft, state), sam)


def test_acceptance_is_told_and_counts(draft, sam):
    supervision = answer(ask(draft, sam))

    assert (supervision.standing, supervision.declined_at) == ("Accepted", None)
    row = draft.requirement_progress.get(requirement="supervisor")
    assert (row.met, row.summary) == (True, "Accepted since January 16, 2024")
    assert Letter.objects.filter(template="supervisor_accepted", recipient=draft.candidate).count() == 1
    assert list(Supervision.objects.accepted()) == [supervision]


def test_refusal_is_told_and_leaves_the_candidate_free_to_ask_again(draft, sam):
    supervision = answer(ask(draft, sam), accept=False)

    assert (supervision.standing, draft.current_supervision) == ("Declined", None)
    assert Letter.objects.filter(template="supervisor_declined", recipient=draft.candidate).count() == 1
    assert draft.requirement_progress.get(requirement="supervisor").summary == "Nobody asked yet"


def test_only_the_one_who_was_asked_answers(draft, sam, cora):
    supervision = ask(draft, sam)

    for somebody in (cora, draft.candidate):
        with pytest.raises(PermissionError):
            answer(supervision, somebody)


@pytest.mark.parametrize("accept", [True, False])
def test_request_is_answered_once(draft, sam, accept):
    supervision = answer(ask(draft, sam), accept=accept)

    for again in (True, False):
        with pytest.raises(SupervisionRefused, match="already been answered"):
            answer(supervision, accept=again)


def test_request_taken_back_can_no_longer_be_accepted(draft, sam):
    supervision = ask(draft, sam)
    end(supervision, draft.candidate)

    with pytest.raises(SupervisionRefused):
        answer(supervision)

    supervision.refresh_from_db()
    assert (supervision.accepted_at, supervision.standing) == (None, "Ended")


def test_candidate_supervisor_and_coordinator_each_end_a_supervision(draft, sam, cora):
    for actor in (draft.candidate, sam, cora):
        assert end(answer(ask(draft, sam)), actor).ended_at is not None

    assert draft.supervisions.count() == 3
    assert draft.requirement_progress.get(requirement="supervisor").met is False


def test_nobody_else_ends_a_supervision(draft, sam):
    with pytest.raises(PermissionError):
        end(answer(ask(draft, sam)), PersonFactory(offices=[Role.CCC_CHAIR]))

    assert draft.current_supervision is not None


@pytest.mark.parametrize("over", ["ended", "declined"])
def test_supervision_ends_once(draft, sam, over):
    supervision = ask(draft, sam)
    over_now = end(supervision, sam) if over == "ended" else answer(supervision, accept=False)

    with pytest.raises(SupervisionRefused, match="over already"):
        end(over_now, sam)
