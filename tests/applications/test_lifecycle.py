"""Hold, resume, withdraw, reopen, decline, defer: who, from where, why, and what the candidate hears."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.accounts.models import Person, Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.guards import council_decided, declinable
from credentialing.applications.models import Application
from credentialing.applications.services.drafts import start_application
from credentialing.applications.services.lifecycle import change_lifecycle, defer_application, note_admission
from credentialing.correspondence.models import Letter
from tests.applications.conftest import NOON, decide, put
from tests.factories import PersonFactory, abs_version
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, StaleVersion, TransitionBlocked
from workflows.guards import TransitionContext, Unmet
from workflows.ledger import verify_chain
from workflows.models import LedgerRecord

pytestmark = pytest.mark.django_db

STAGES = ["applied", "co_leading_logged", "observed", "workshop_attended"]
ACTS = ["hold", "resume", "withdraw", "decline", "defer", "reopen"]


@pytest.fixture
def case(draft):
    return put(draft, "applied")


def officer(*roles: str) -> Person:
    return PersonFactory(offices=roles)


def change(case: Application, name: str, actor: Person, reason: str = "", **more) -> LedgerRecord:
    return change_lifecycle(application=case, name=name, actor=actor, reason=reason, **more)


@pytest.mark.parametrize("stage", STAGES)
def test_held_case_resumes_where_it_was(case, stage):
    cora = officer(Role.COORDINATOR)
    put(case, stage)

    change(case, "hold", cora, "On leave until May")
    assert (case.state, case.paused_from, case.is_paused) == ("on_hold", stage, True)
    change(case, "resume", cora)

    assert (case.state, case.paused_from, case.version) == (stage, "", 2)


@pytest.mark.parametrize("stage", ["draft", *STAGES])
def test_withdrawn_case_is_reopened_where_it_was(case, stage):
    put(case, stage)

    change(case, "withdraw", case.candidate)
    assert (case.state, case.is_open) == ("withdrawn", False)
    change(case, "reopen", officer(Role.CCC_CHAIR))

    assert (case.state, case.attempt) == (stage, 1)


def test_case_withdrawn_while_on_hold_is_reopened_where_it_was_before(case):
    put(case, "observed")
    change(case, "hold", officer(Role.COORDINATOR), "Ill")
    change(case, "withdraw", case.candidate)

    change(case, "reopen", officer(Role.COORDINATOR))

    assert case.state == "observed"


def defer(case: Application, council: Person, **more) -> LedgerRecord:
    if case.state == "workshop_attended":
        decide(case, "defer")
    return defer_application(
        application=case, actor=council, **{"conditions": "Six more sessions", "until": date(2027, 1, 1)} | more
    )


def test_deferred_case_keeps_what_is_asked_for_and_comes_back_as_another_attempt(case):
    put(case, "workshop_attended")

    record = defer(case, officer(Role.COUNCIL))
    assert (case.state, case.conditions, case.deferred_until) == ("deferred", "Six more sessions", date(2027, 1, 1))
    assert (record.role, record.reason) == ("council", "Six more sessions")
    change(case, "reopen", officer(Role.COORDINATOR))

    assert (case.state, case.attempt) == ("workshop_attended", 2)


def test_deferred_candidate_who_withdrew_comes_back_to_a_new_decision(case):
    put(case, "workshop_attended")
    defer(case, officer(Role.COUNCIL))
    change(case, "withdraw", case.candidate)

    change(case, "reopen", officer(Role.COORDINATOR))

    assert (case.state, case.attempt) == ("workshop_attended", 2)


def test_refused_deferral_changes_nothing(case):
    with pytest.raises(NoSuchTransition):
        defer(case, officer(Role.COUNCIL))

    case.refresh_from_db()
    assert (case.state, case.conditions, case.deferred_until) == ("applied", "", None)


@pytest.mark.parametrize(
    ("name", "state"), [("hold", "applied"), ("decline", "applied"), ("decline", "workshop_attended")]
)
def test_candidate_is_never_stopped_without_a_reason(case, name, state):
    put(case, state)
    if state == "workshop_attended":
        decide(case, name)
    for reason in ("", "  \n"):
        with pytest.raises(ReasonRequired, match="Give a reason"):
            change(case, name, officer(Role.COORDINATOR, Role.COUNCIL), reason)

    assert case.state == state
    assert not Letter.objects.exists()


def test_deferral_needs_its_conditions(case):
    put(case, "workshop_attended")

    with pytest.raises(ReasonRequired):
        defer(case, officer(Role.COUNCIL), conditions=" ")


@pytest.mark.parametrize(
    ("name", "state", "paused_from", "may"),
    [
        ("hold", "applied", "", {Role.COORDINATOR, Role.CCC_CHAIR}),
        ("resume", "on_hold", "applied", {Role.COORDINATOR, Role.CCC_CHAIR}),
        ("reopen", "withdrawn", "applied", {Role.COORDINATOR, Role.CCC_CHAIR}),
        ("reopen", "deferred", "workshop_attended", {Role.COORDINATOR, Role.CCC_CHAIR}),
        ("decline", "applied", "", {Role.COORDINATOR, Role.CCC_CHAIR}),
        ("decline", "workshop_attended", "", {Role.COUNCIL}),
        ("defer", "workshop_attended", "", {Role.COUNCIL, Role.COORDINATOR, Role.CCC_CHAIR}),
        ("withdraw", "applied", "", set()),
    ],
)
def test_each_act_is_open_to_its_offices_and_to_no_other(case, name, state, paused_from, may):
    put(case, state, paused_from=paused_from)

    for role in set(Role.values) - may:
        with pytest.raises(NotPermitted):
            change(case, name, officer(role), "Because")
    assert case.state == state
    for role in may:
        put(case, state, paused_from=paused_from)
        if role == Role.COUNCIL:
            decide(case, name)
        change(case, name, officer(role), "Because")
        assert case.state != state


@pytest.mark.parametrize("name", ["hold", "decline", "resume", "reopen"])
def test_candidate_does_to_their_case_nothing_that_is_an_officers(case, name):
    put(case, {"resume": "on_hold", "reopen": "withdrawn"}.get(name, "applied"), paused_from="applied")
    case.candidate.terms.create(role=Role.COORDINATOR, starts_on=date(2015, 1, 1))

    with pytest.raises(NotPermitted):
        change(case, name, case.candidate, "Because")


def test_author_reopens_their_own_withdrawn_draft(draft):
    change(draft, "withdraw", draft.candidate)

    change(draft, "reopen", draft.candidate)

    assert draft.state == "draft"


def test_withdrawn_case_is_not_reopened_beside_another_one(case):
    change(case, "withdraw", case.candidate)
    begun = start_application(actor=case.candidate)

    with pytest.raises(TransitionBlocked) as blocked:
        change(case, "reopen", officer(Role.COORDINATOR))
    assert blocked.value.unmet == [
        Unmet(code="another_case", message="The candidate has begun another application in the meantime.")
    ]

    change(begun, "withdraw", begun.candidate)
    change(case, "reopen", officer(Role.COORDINATOR))
    assert case.state == "applied"


def test_officer_in_conflict_does_nothing_to_the_case(case):
    cora = officer(Role.COORDINATOR)
    declare_conflict(person=case.candidate, other=cora, relation="cousin", actor=case.candidate)

    with pytest.raises(NotPermitted, match="cousin"):
        change(case, "hold", cora, "Because")


def test_system_puts_a_case_on_hold_when_a_date_has_passed(case):
    record = change(case, "hold", Person.objects.system(), "No fee for six months")

    assert (case.state, record.role) == ("on_hold", "system")


@pytest.mark.parametrize("state", ["declined", "certified"])
def test_what_has_ended_for_good_is_never_taken_up_again(case, state):
    put(case, state)

    for name in ACTS:
        with pytest.raises(NoSuchTransition):
            change(case, name, officer(Role.COORDINATOR, Role.CCC_CHAIR, Role.COUNCIL), "Because")


def test_officer_who_looked_at_an_older_page_is_told(case):
    change(case, "hold", officer(Role.COORDINATOR), "Ill", expected_version=0)

    with pytest.raises(StaleVersion):
        change(case, "resume", officer(Role.COORDINATOR), expected_version=0)

    assert case.state == "on_hold"


@pytest.mark.parametrize(
    ("name", "state", "template", "tells_why"),
    [("hold", "applied", "on_hold", True), ("decline", "applied", "declined", True),
     ("resume", "on_hold", "resumed", False), ("reopen", "withdrawn", "resumed", False)],
)  # fmt: skip
def test_candidate_hears_of_every_change_once(case, name, state, template, tells_why):
    put(case, state, paused_from="applied")

    change(case, name, officer(Role.COORDINATOR), "The papers are incomplete")

    letter = Letter.objects.get()
    assert (letter.recipient, letter.template) == (case.candidate, template)
    assert ("The papers are incomplete" in letter.body) is tells_why


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(ACTS), max_size=12))
def test_whatever_is_tried_state_version_and_ledger_agree(names):
    with transaction.atomic():
        abs_version()
        case = start_application(actor=PersonFactory(), now=NOON)
        everybody = officer(Role.COORDINATOR, Role.COUNCIL)
        done = 0
        for name in names:
            try:
                change(case, name, case.candidate if name == "withdraw" else everybody, "Because")
            except (NoSuchTransition, NotPermitted):
                continue
            done += 1
        case.refresh_from_db()
        assert (case.version, list(verify_chain(case))) == (done, [])
        transaction.set_rollback(True)


def test_admission_is_noted_and_told_once(case):
    note_admission(application=case, now=NOON)
    note_admission(application=case, now=NOON + timedelta(days=3))

    assert case.admitted_at == NOON
    assert Letter.objects.get().template == "admitted"


@pytest.mark.parametrize("name", ["defer", "decline"])
def test_no_member_of_the_council_defers_or_declines_without_its_decision(case, name):
    put(case, "workshop_attended")
    for other in (None, {"defer": "decline", "decline": "defer"}[name]):
        if other:
            decide(case, other)
        with pytest.raises(TransitionBlocked) as blocked:
            change(case, name, officer(Role.COUNCIL), "Because")
        assert blocked.value.unmet == [
            Unmet(
                code="no_decision",
                message="The Council decides this by its ballots.",
                requirement="council_decision",
            )
        ]


def test_decision_counts_from_its_day_on(case):
    put(case, "workshop_attended")
    decide(case, "decline")
    edge = next(edge for edge in case.workflow_definition().transitions if edge.name == "decline")
    for days, missing in ((-1, ["no_decision"]), (0, [])):
        now = NOON + timedelta(days=days)
        context = TransitionContext(actor=officer(Role.COUNCIL), reason="Because", now=now, transition=edge)
        assert [unmet.code for unmet in council_decided(case, context)] == missing


def test_committee_declines_applicants_and_never_candidates(case):
    put(case, "applied", admitted_at=NOON)
    with pytest.raises(TransitionBlocked) as blocked:
        change(case, "decline", officer(Role.CCC_CHAIR), "Because")
    assert blocked.value.unmet == [
        Unmet(code="admitted", message="The candidate has been admitted, so only the council can decline.")
    ]


def test_where_stages_meet_declining_is_free_before_admission_and_needs_a_decision_after(case):
    edge = next(edge for edge in case.workflow_definition().transitions if edge.name == "decline")
    context = TransitionContext(actor=officer(Role.COUNCIL), reason="Because", now=NOON, transition=edge)
    assert list(declinable(case, context)) == []

    put(case, "workshop_attended", admitted_at=NOON)
    assert [unmet.code for unmet in declinable(case, context)] == ["no_decision"]
    decide(case, "decline")
    assert list(declinable(case, context)) == []
