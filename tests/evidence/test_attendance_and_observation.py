"""Attendance and observation: three intensives, the last one evaluated by two who are alone with their word."""

from datetime import date

import pytest

from credentialing.evidence.requirements import Attendance, Observation
from tests.evidence.facts import looked_at, reference, rule

LATER = date(2030, 1, 1)
FIRST = rule(Attendance, event="intensive", events=1, days_each=4)
THREE = rule(Attendance, event="intensive", events=3, days_each=4, last_assessed=True)
TWO_OBSERVERS = rule(Observation, observers=2)


def was_at(ended_on, **facts):
    return Attendance.Attended(
        ended_on=ended_on,
        reference=reference("attendance"),
        **{"status": "attended", "days": 4, "assessed": False, **facts},
    )


def assess(*attended, requirement=THREE, on=LATER):
    return Attendance().assess(requirement, attended, looked_at(on, None))


A, B, C, D = (date(2024, 4, 4), date(2024, 10, 4), date(2025, 4, 4), date(2025, 10, 4))


def test_one_intensive_of_four_days_is_enough_to_apply():
    progress = assess(was_at(A), requirement=FIRST)

    assert progress.met
    assert progress.met_on == A
    assert progress.summary == "1 of 1"
    assert progress.waiting_on == ""


def test_nobody_has_attended_anything_before_the_first_intensive():
    progress = assess(requirement=FIRST)

    assert not progress.met
    assert not progress.started
    assert progress.waiting_on == "candidate"


def test_intensive_left_early_does_not_count_and_is_named():
    progress = assess(was_at(A, days=3), requirement=FIRST)

    assert not progress.met
    assert progress.uncounted == ("3 of 4 days, ended 2024-04-04",)
    assert progress.references == ()


@pytest.mark.parametrize("status", ["claimed", "absent"])
def test_intensive_counts_only_when_the_organizer_says_so(status):
    progress = assess(was_at(A, status=status), requirement=FIRST)

    assert not progress.met
    assert progress.have == "0"


def test_claim_waits_for_the_organizer():
    progress = assess(was_at(A, status="claimed", days=0), requirement=FIRST)

    assert progress.waiting_on == "organiser"
    assert progress.summary == "0 of 1, 1 waiting for the organizer"


def test_intensive_that_is_not_over_does_not_count_yet():
    assert not assess(was_at(A), requirement=FIRST, on=date(2024, 4, 3)).met
    assert assess(was_at(A), requirement=FIRST, on=A).met


def test_end_of_an_intensive_that_was_marked_before_is_the_day_on_which_it_counts():
    marked = {"marked_on": date(2024, 4, 2)}

    assert assess(was_at(A, **marked), requirement=FIRST, on=date(2024, 4, 2)).changes_on == A
    assert assess(was_at(A, **marked), requirement=FIRST, on=A).changes_on is None


def test_third_intensive_completes_when_one_was_evaluated_at_it():
    progress = assess(was_at(A), was_at(B), was_at(C, assessed=True))

    assert progress.met
    assert progress.met_on == C
    assert len(progress.references) == 3


def test_three_intensives_without_an_evaluation_at_the_last_are_not_enough():
    progress = assess(was_at(A), was_at(B), was_at(C))

    assert not progress.met
    assert progress.summary == "3 of 3; the last one must be the evaluated one"
    assert progress.waiting_on == "organiser"
    assert progress.met_on is None


def test_evaluation_at_an_earlier_intensive_is_not_the_last():
    assert not assess(was_at(A), was_at(B, assessed=True), was_at(C)).met


def test_another_intensive_makes_up_for_an_unevaluated_third():
    progress = assess(was_at(A), was_at(B), was_at(C), was_at(D, assessed=True))

    assert progress.met
    assert progress.met_on == D


def test_intensive_attended_after_the_evaluated_one_takes_nothing_away():
    progress = assess(was_at(A), was_at(B), was_at(C, assessed=True), was_at(D))

    assert progress.met
    assert progress.met_on == C


def test_evaluation_at_an_intensive_left_early_does_not_count():
    assert not assess(was_at(A), was_at(B), was_at(C, days=2, assessed=True)).met


def test_rule_of_attendance_says_how_many_and_how_long():
    sentence = Attendance().sentence
    assert sentence(FIRST) == "Attend one Leadership Intensive, 4 days each."
    assert sentence(THREE) == ("Attend 3 Leadership Intensives in total, 4 days each; you are evaluated at the last.")


def asked(observer, filed_on=None, *, ready=True):
    return Observation.Asked(observer=observer, filed_on=filed_on, ready=ready, reference=reference("observation"))


def judge(*people, on=LATER, last_is_next=True):
    facts = Observation.Facts(events=(people,), last_is_next_since=date.min if last_is_next else None)
    return Observation().assess(TWO_OBSERVERS, facts, looked_at(on, None))


def test_two_evaluators_who_find_one_ready_are_enough():
    progress = judge(asked(1, C), asked(2, D))

    assert progress.met
    assert progress.met_on == D
    assert progress.waiting_on == ""
    assert len(progress.references) == 2


def test_two_evaluations_by_the_same_evaluator_count_once():
    progress = judge(asked(1, C), asked(1, D))

    assert not progress.met
    assert progress.have == "1"
    assert progress.waiting_on == "coordinator"


def test_one_evaluator_who_says_not_yet_outweighs_the_others():
    progress = judge(asked(1, C), asked(2, C, ready=False), asked(3, C))

    assert not progress.met
    assert progress.summary.endswith("not yet ready: another intensive is needed")
    assert progress.waiting_on == "candidate"
    assert progress.met_on is None


def test_evaluation_that_is_not_filed_does_not_count_and_waits_for_its_evaluator():
    progress = judge(asked(1, C), asked(2))

    assert not progress.met
    assert (progress.have, progress.need) == ("1", "2")
    assert progress.waiting_on == "observer"
    assert len(progress.references) == 1


def test_evaluation_filed_after_the_day_of_judgement_is_not_seen():
    assert not judge(asked(1, C), asked(2, D), on=C).met
    assert judge(asked(1, C), asked(2, D), on=D).met


def test_third_evaluator_who_has_not_filed_holds_nothing_up():
    assert judge(asked(1, C), asked(2, C), asked(3)).met


def test_third_evaluator_who_agrees_makes_it_no_later():
    assert judge(asked(1, C), asked(2, C), asked(3, D)).met_on == C


def test_rule_met_again_after_a_doubt_is_met_since_then():
    most = rule(Observation, observers=1, rule="majority")
    people = (asked(1, A), asked(2, B, ready=False), asked(3, C), asked(4, D))

    def met_on(number):
        facts = Observation.Facts(events=(people[:number],))
        return Observation().assess(most, facts, looked_at(LATER, None)).met_on

    assert [met_on(number) for number in (1, 2, 3, 4)] == [A, None, C, C]


def test_coordinator_is_next_when_nobody_has_been_asked_before_the_last_intensive():
    progress = judge()

    assert progress.waiting_on == "coordinator"
    assert progress.cannot_start == ""
    assert not progress.started


def test_nobody_need_be_asked_long_before_the_last_intensive():
    assert judge(last_is_next=False).cannot_start == "Evaluators are asked before your last intensive."
    assert judge(asked(1), last_is_next=False).cannot_start == ""


def test_rule_of_an_observation_says_how_many_evaluate_alone():
    assert Observation().sentence(TWO_OBSERVERS) == (
        "Be evaluated at one event by 2 credentialed leaders, each alone, all finding you ready."
    )
