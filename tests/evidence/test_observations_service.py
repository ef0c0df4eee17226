"""Evaluations: who may be asked, who may ask, and what is filed for good."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from credentialing.accounts.models import ConflictOfInterest, Role
from credentialing.applications.services.supervision import end_supervision
from credentialing.evidence.models import Observation
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.events import claim_attendance, mark_attendance, save_event
from credentialing.evidence.services.observations import request_observation, save_observation
from tests.evidence.acts import NOW, letters, progress, recorded
from tests.factories import PersonFactory

FIRST, LAST = date(2024, 3, 14), date(2024, 3, 17)


@pytest.fixture
def event(officers):
    return save_event(actor=officers.organiser, name="Spring", place="Spokane", starts_on=FIRST, ends_on=LAST, now=NOW)


@pytest.fixture
def attended(supervised, event):
    attendance = claim_attendance(event=event, actor=supervised.candidate, now=NOW)
    mark_attendance(
        attendance=attendance, actor=supervised.officers.organiser, status="attended", days_attended=4, now=NOW
    )
    return supervised


def ask(walk, event, evaluator=None, actor=None):
    return request_observation(
        application=walk.application,
        event=event,
        evaluator=evaluator or walk.officers.observers[0],
        actor=actor or walk.officers.coordinator,
        now=NOW,
    )


def test_evaluator_is_asked_and_told(attended, event):
    observation = ask(attended, event)

    assert observation.rubric_version == attended.application.definition.rubric.version
    letter = letters(attended.officers.observers[0].email)[-1]
    assert attended.candidate.name in letter.body
    assert recorded(attended.application)[-1] == "evidence:observation:requested"
    assert progress(attended, "evaluation").waiting_on == "coordinator"

    ask(attended, event, attended.officers.observers[1])
    assert progress(attended, "evaluation").waiting_on == "observer"


def test_only_coordinator_and_chair_ask(attended, event):
    assert ask(attended, event, actor=attended.officers.chair).pk
    for other in (attended.candidate, attended.supervisor, attended.officers.organiser):
        with pytest.raises(PermissionError, match="Only the coordinator or the chair"):
            ask(attended, event, attended.officers.observers[1], actor=other)


def test_coordinator_in_conflict_asks_nobody(attended, event):
    coordinator = attended.officers.coordinator
    ConflictOfInterest.objects.create(
        person=attended.candidate, other=coordinator, relation="partner", declared_by=attended.candidate
    )

    with pytest.raises(PermissionError, match="partner"):
        ask(attended, event)


def test_coordinator_who_supervises_asks_nobody(attended, event):
    attended.supervisor.terms.create(role=Role.COORDINATOR, starts_on=date(2015, 1, 1))

    with pytest.raises(PermissionError, match="You supervise this candidate"):
        ask(attended, event, actor=attended.supervisor)


def test_evaluator_must_have_held_the_office_when_the_event_began(attended, event):
    newcomer = PersonFactory()
    term = newcomer.terms.create(role=Role.OBSERVER, starts_on=date(2024, 3, 15))
    with pytest.raises(EvidenceRefused, match="was not a credentialing evaluator"):
        ask(attended, event, newcomer)

    term.starts_on = FIRST
    term.save()
    assert ask(attended, event, newcomer).evaluator == newcomer


def test_nobody_evaluates_themselves(attended, event):
    attended.candidate.terms.create(role=Role.OBSERVER, starts_on=date(2015, 1, 1))

    with pytest.raises(EvidenceRefused, match="Nobody evaluates themselves"):
        ask(attended, event, attended.candidate)


def test_supervisor_present_or_past_does_not_evaluate(attended, event):
    attended.supervisor.terms.create(role=Role.OBSERVER, starts_on=date(2015, 1, 1))
    with pytest.raises(EvidenceRefused, match="others must evaluate"):
        ask(attended, event, attended.supervisor)

    end_supervision(supervision=attended.application.current_supervision, actor=attended.candidate, now=NOW)
    with pytest.raises(EvidenceRefused, match="others must evaluate"):
        ask(attended, event, attended.supervisor)


def test_evaluator_in_conflict_does_not_evaluate(attended, event):
    evaluator = attended.officers.observers[0]
    ConflictOfInterest.objects.create(
        person=evaluator, other=attended.candidate, relation="colleague", declared_by=evaluator
    )

    with pytest.raises(EvidenceRefused, match="conflict of interest"):
        ask(attended, event)


def test_candidate_is_evaluated_where_they_are_on_the_roster(attended, event):
    attended.candidate.attendances.update(status="absent")
    with pytest.raises(EvidenceRefused, match="isn't on the roster"):
        ask(attended, event)

    attended.candidate.attendances.all().delete()
    with pytest.raises(EvidenceRefused, match="isn't on the roster"):
        ask(attended, event)


def test_evaluator_is_asked_once_for_an_event(attended, event):
    ask(attended, event)

    with pytest.raises(EvidenceRefused, match="already been asked"):
        ask(attended, event)


def ratings(walk, value="strong", text=""):
    return {item.slug: (value, text) for item in walk.application.definition.rubric.items}


def save(walk, observation, *, actor=None, outcome="ready", file=True, now=NOW, given=None):
    return save_observation(
        observation=observation,
        actor=actor or observation.evaluator,
        ratings=ratings(walk) if given is None else given,
        comments="A light hand.",
        outcome=outcome,
        file=file,
        now=now,
    )


def test_two_filed_evaluations_complete_the_requirement(attended, event):
    for evaluator in attended.officers.observers[:2]:
        save(attended, ask(attended, event, evaluator))

    assert progress(attended, "evaluation").met
    assert recorded(attended.application)[-1] == "evidence:observation:filed"


def test_not_yet_of_one_evaluator_asks_for_another_intensive(attended, event):
    first, second = (ask(attended, event, evaluator) for evaluator in attended.officers.observers[:2])
    save(attended, first)
    save(attended, second, outcome="not_yet")

    stored = progress(attended, "evaluation")
    assert not stored.met
    assert "another intensive" in stored.summary


def test_draft_is_kept_changed_and_counts_nothing(attended, event):
    observation = ask(attended, event)
    save(attended, observation, outcome="", file=False, given={"setting": ("strong", ""), "frame": ("", "later")})
    draft = save(attended, observation, outcome="", file=False, given={"setting": ("developing", "")})

    assert draft.filed_at is None
    assert [(r.item, r.value) for r in draft.ratings.all()] == [("setting", "developing")]
    assert progress(attended, "evaluation").summary.startswith("0 of 2")


def test_filed_evaluation_is_final(attended, event):
    observation = save(attended, ask(attended, event))

    for file in (True, False):
        with pytest.raises(EvidenceRefused, match="has been filed"):
            save(attended, observation, outcome="not_yet", file=file)
    assert Observation.objects.get().outcome == "ready"
    assert observation.in_words()[0]["value"] == "Strong"


def test_only_the_evaluator_who_was_asked_fills_it_in(attended, event):
    observation = ask(attended, event)

    for other in (attended.officers.observers[1], attended.officers.coordinator, attended.candidate):
        with pytest.raises(PermissionError, match="Only the evaluator who was asked"):
            save(attended, observation, actor=other, file=False)


def test_evaluator_who_became_the_supervisor_or_declared_a_conflict_does_not_file(attended, event):
    evaluator = attended.officers.observers[0]
    observation = ask(attended, event, evaluator)
    conflict = ConflictOfInterest.objects.create(
        person=evaluator, other=attended.candidate, relation="employer", declared_by=evaluator
    )
    with pytest.raises(EvidenceRefused, match="conflict of interest"):
        save(attended, observation, actor=evaluator)
    conflict.delete()

    attended.application.supervisions.update(supervisor=evaluator)
    with pytest.raises(EvidenceRefused, match="You supervise this candidate"):
        save(attended, observation, actor=evaluator)
    save(attended, observation, actor=evaluator, file=False)
    assert not attended.application.observations.filed().exists()


def test_evaluation_is_filed_whole(attended, event):
    observation = ask(attended, event)
    whole = ratings(attended)
    without = {slug: rated for slug, rated in whole.items() if slug != "frame"}

    with pytest.raises(EvidenceRefused, match="Say whether the candidate is ready"):
        save(attended, observation, outcome="")
    with pytest.raises(EvidenceRefused, match="or choose “Not observed”"):
        save(attended, observation, given=without)
    with pytest.raises(EvidenceRefused, match="Say in words what is missing"):
        save(attended, observation, given={**whole, "frame": ("not_yet", " ")})
    assert save(attended, observation, given={**whole, "frame": ("not_yet", "Ran late.")}).filed_at == NOW


def test_unknown_outcome_is_refused(attended, event):
    with pytest.raises(ValidationError):
        save(attended, ask(attended, event), outcome="brilliant")
    assert Observation.objects.get().filed_at is None


def test_evaluation_is_not_filed_before_the_event(attended, event):
    observation = ask(attended, event)
    event.starts_on = event.ends_on = date(2024, 3, 21)
    event.save()

    with pytest.raises(EvidenceRefused, match="not begun yet"):
        save(attended, observation)
    assert save(attended, observation, file=False).filed_at is None
