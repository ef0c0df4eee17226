"""A case moves to another version: recorded under the rules it leaves, never taking a signature away in silence."""

from datetime import date
from typing import Any

import pytest
import tomlkit

from credentialing.accounts.models import Role
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.invariants import cases_change_their_rules_by_moves_alone
from credentialing.applications.models import Application
from credentialing.applications.moves import NO_SIGNATURE, NOT_ASKED, OTHER_EVIDENCE, impact_of_move
from credentialing.applications.services.drafts import start_application
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.applications.services.moves import move_application, move_cohort
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.operations.demo.walk import noon
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.by_hand import write_by_hand
from tests.factories import MembershipFactory, PersonFactory, make_walk
from workflows.errors import NotPermitted, ReasonRequired, StaleVersion, TransitionBlocked
from workflows.ledger import replay, verify_chain
from workflows.models import LedgerRecord

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
NOW = noon(DAY)


def other_version(number: str = "2026.1", change: Any = None, slug: str = "abs-leader") -> PathwayVersion:
    """The shipped rules with something changed, published."""
    document = tomlkit.parse(shipped_source(slug))
    document["version"] = number
    if change:
        change(document)
    return publish_pathway(
        source=tomlkit.dumps(document), actor=PersonFactory(offices=[Role.ADMINISTRATOR]), in_force_from=DAY
    )


def stage(document: Any, slug: str) -> Any:
    return next(part for part in document["stages"] if part["slug"] == slug)


def requirement(document: Any, slug: str) -> Any:
    return next(r for part in document["stages"] for r in part["requirements"] if r["slug"] == slug)


def drop(document: Any, slug: str) -> None:
    for part in document["stages"]:
        part["requirements"] = [r for r in part["requirements"] if r["slug"] != slug]


@pytest.fixture
def walk(officers):
    return make_walk(society=officers).admit()


def move(walk, version, **kwargs):
    kwargs = {"actor": walk.officers.coordinator, "reason": "The council has asked for it.", "now": NOW} | kwargs
    return move_application(application=walk.application, version=version, **kwargs)


def test_case_goes_on_in_the_same_stage_and_the_step_stands_under_the_rules_it_left(walk):
    before = walk.application.pathway_version
    version = other_version()

    record = move(walk, version)

    case = Application.objects.get(pk=walk.application.pk)
    assert (case.pathway_version, case.state, case.moving_to) == (version, "applied", None)
    assert (record.transition, record.source, record.target) == ("move", "applied", "applied")
    assert record.rules_digest == before.digest
    assert record.reason == "The council has asked for it."
    assert replay(case) == case.state
    assert list(verify_chain(case)) == []
    change_lifecycle(application=case, name="hold", actor=walk.officers.coordinator, reason="Leave", now=NOW)
    assert LedgerRecord.objects.of(case).last().rules_digest == version.digest
    assert list(cases_change_their_rules_by_moves_alone()) == []


def test_nothing_stands_before_the_next_step_of_a_case_in_no_stage(walk):
    version = other_version()
    assert impact_of_move(walk.application, version, DAY).blocking_before

    draft = start_application(actor=MembershipFactory().person, now=NOW)

    assert impact_of_move(draft, version, DAY).blocking_before == ()


def test_signatures_on_the_same_evidence_stay(walk):
    version = other_version()
    impact = impact_of_move(walk.application, version, DAY)

    move(walk, version)

    assert impact.lost_sign_offs == ()
    assert impact.mattering == ()
    assert assess_requirement(walk.application, "admission", DAY).complete


def test_what_is_new_dropped_changed_and_lost_is_said_before_and_in_the_letter(walk):
    def change(document):
        drop(document, "debriefs")
        requirement(document, "supervised_sessions")["at_least"] = 20
        requirement(document, "admission")["signed_by"] = ["ccc_chair"]
        paper = {"slug": "ethics", "kind": "document", "label": "Course on ethics", "what": "ethics"}
        stage(document, "applied")["requirements"].append({**paper, "takes_files": True})

    version = other_version(change=change)
    impact = impact_of_move(walk.application, version, DAY)

    told = {c.slug: (c.is_new, c.is_dropped, c.is_changed) for c in impact.mattering}
    assert told == {
        "ethics": (True, False, False),
        "debriefs": (False, True, False),
        "supervised_sessions": (False, False, True),
        "admission": (False, False, True),
    }
    assert [(lost.requirement, lost.fact.role, lost.why) for lost in impact.lost_sign_offs] == [
        ("admission", "coordinator", NO_SIGNATURE)
    ]
    move(walk, version)
    letter = Letter.objects.get(template="case_moved")
    assert letter.recipient == walk.candidate
    for words in ("Course on ethics: ", "20", "No longer asked for:", f"Admission as a candidate: {NO_SIGNATURE}"):
        assert words in letter.body
    event = AuditEvent.objects.get(event="applications:case:moved")
    assert event.details["counts_no_more"] == ["admission:coordinator"]
    assert walk.application.sign_offs.filter(requirement="admission").count() == 2  # nothing is removed


def test_signature_of_a_requirement_that_falls_away_is_named(walk):
    version = other_version(change=lambda document: drop(document, "admission"))

    lost = impact_of_move(walk.application, version, DAY).lost_sign_offs

    assert {(one.fact.role, one.why) for one in lost} == {("ccc_chair", NOT_ASKED), ("coordinator", NOT_ASKED)}


def test_signature_of_other_evidence_counts_no_more(officers):
    walk = make_walk(society=officers).be_evaluated()
    walk.sign_off("group_sessions", officers.coordinator, noon(walk.reviewed_on))

    def change(document):
        requirement(document, "group_sessions")["role"] = ["led"]

    impact = impact_of_move(walk.application, other_version(change=change), walk.reviewed_on)

    assert ("group_sessions", OTHER_EVIDENCE) in {(one.requirement, one.why) for one in impact.lost_sign_offs}
    assert next(c for c in impact.changes if c.slug == "group_sessions").is_lost
    assert impact.ready_before
    assert not impact.ready_after
    assert any(unmet.requirement == "group_sessions" for unmet in impact.blocking_after)


def test_case_in_a_stage_that_is_gone_goes_to_the_one_before(officers):
    walk = make_walk(society=officers).reach_council()
    assert walk.application.state == "workshop_attended"

    def change(document):
        gone = stage(document, "workshop_attended")
        stage(document, "observed")["requirements"].extend(gone["requirements"])
        document["stages"] = [part for part in document["stages"] if part is not gone]

    record = move(walk, other_version(change=change), now=noon(walk.reviewed_on))

    assert (record.source, record.target, walk.application.state) == ("workshop_attended", "observed", "observed")
    assert list(verify_chain(walk.application)) == []


def test_resting_case_goes_on_where_the_other_version_has_it(walk):
    change_lifecycle(application=walk.application, name="hold", actor=walk.officers.coordinator, reason="x", now=NOW)

    move(walk, other_version())

    assert (walk.application.state, walk.application.paused_from) == ("on_hold", "applied")
    change_lifecycle(application=walk.application, name="resume", actor=walk.officers.coordinator, now=NOW)
    assert walk.application.state == "applied"


@pytest.mark.parametrize("code", ["same_version", "another_pathway", "no_stage"])
def test_refused_with_the_reason_and_nothing_is_changed(walk, code):
    def rename(document):
        stage(document, "applied")["slug"] = "asked"

    version = {
        "same_version": lambda: walk.application.pathway_version,
        "another_pathway": lambda: other_version(slug="dbg-physician"),
        "no_stage": lambda: other_version(change=rename),
    }[code]()
    before = Application.objects.values().get(pk=walk.application.pk)

    with pytest.raises(TransitionBlocked) as refusal:
        move(walk, version)

    assert [unmet.code for unmet in refusal.value.unmet] == [code]
    assert Application.objects.values().get(pk=walk.application.pk) == before
    assert not Letter.objects.filter(template="case_moved").exists()


def test_only_the_coordinator_moves_and_with_a_reason_and_what_they_saw(walk):
    version = other_version()
    with pytest.raises(NotPermitted):
        move(walk, version, actor=walk.officers.chair)
    with pytest.raises(ReasonRequired):
        move(walk, version, reason=" ")
    with pytest.raises(StaleVersion):
        move(walk, version, expected_version=walk.application.version - 1)


def test_of_a_cohort_each_that_cannot_go_is_named(walk, officers):
    other = make_walk(society=officers, candidate=PersonFactory(name="Bea Another")).submit()
    draft = make_walk(society=officers, candidate=PersonFactory(name="Dan Draft")).draft()

    done = move_cohort(
        applications=[walk.application, draft.application, other.application],
        version=other_version(),
        actor=officers.coordinator,
        reason="Nobody keeps the old rules.",
    )

    assert [bool(one.refusal) for one in done] == [False, True, False]


def test_rules_changed_by_hand_are_found(walk):
    version = other_version()
    write_by_hand(walk.application, pathway_version_id=version.pk)

    assert [f.message for f in cases_change_their_rules_by_moves_alone()] == [
        "is pinned to another version than its records say"
    ]
    walk.application.refresh_from_db()
    change_lifecycle(application=walk.application, name="hold", actor=walk.officers.coordinator, reason="x", now=NOW)
    assert [f.message for f in cases_change_their_rules_by_moves_alone()] == [
        "goes by other rules without a recorded move"
    ]


def test_questions_without_an_answer_are_named(walk):
    def ask(document):
        choices = [{"slug": "yes", "label": "Yes"}, {"slug": "no", "label": "No"}]
        document["profile"] = [{"slug": "training", "label": "Have you had a training?", "choices": choices}]

    assert impact_of_move(walk.application, other_version(change=ask), DAY).unanswered == ("Have you had a training?",)


def test_case_before_the_council_is_ready_for_its_decision(officers):
    walk = make_walk(society=officers).reach_council()

    impact = impact_of_move(walk.application, other_version(), walk.reviewed_on)

    assert (impact.ready_before, impact.ready_after) == (True, True)
