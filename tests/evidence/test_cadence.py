"""Cadence: sessions in each of so many calendar months."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.evidence.requirements import Cadence
from tests.evidence.facts import log, looked_at, rule, second_saturdays, session

LATER = date(2030, 1, 1)
TWO_YEARS = rule(Cadence, per_month=1, months=24)


def assess(facts, on=LATER, requirement=TWO_YEARS):
    sessions, since = facts
    return Cadence().assess(requirement, sessions, looked_at(on, since))


def test_perfect_second_saturday_log_of_two_years_is_enough():
    days = second_saturdays(24)

    progress = assess(log(*(session(day) for day in days)))

    assert progress.met
    assert (progress.have, progress.need, progress.waiting_on) == ("24", "24", "")
    assert progress.met_on == days[-1]
    assert len(progress.references) == 24


def test_one_missed_month_is_one_too_many_where_none_may_be_missed():
    days = second_saturdays(24)
    del days[7]

    progress = assess(log(*(session(day) for day in days)))

    assert not progress.met
    assert (progress.have, progress.waiting_on, progress.met_on) == ("23", "candidate", None)
    assert progress.summary == "23 of 24 months"


def test_as_many_months_as_allowed_may_be_missed_and_no_more():
    requirement = rule(Cadence, per_month=1, months=24, missed_months_allowed=2)
    sessions = [session(day) for day in second_saturdays(24)]

    assert assess(log(*sessions[2:]), requirement=requirement).met
    assert not assess(log(*sessions[3:]), requirement=requirement).met


def test_second_session_in_a_month_makes_up_for_no_other_month():
    days = second_saturdays(23)

    progress = assess(log(*(session(day) for day in days), session(days[0] + timedelta(days=1))))

    assert not progress.met
    assert progress.have == "23"


def test_month_counts_only_with_as_many_sessions_as_asked_for():
    requirement = rule(Cadence, per_month=2, months=2)
    sessions = [session(date(2024, month, day)) for month in (1, 2) for day in (5, 19)]

    assert not assess(log(*sessions[:3]), requirement=requirement).met
    whole = assess(log(*sessions), requirement=requirement)
    assert whole.met
    assert whole.met_on == date(2024, 2, 19)


def test_day_on_which_it_was_met_stays_when_one_goes_on_leading():
    days = second_saturdays(26)

    progress = assess(log(*(session(day) for day in days)))

    assert progress.met_on == days[23]
    assert progress.summary == "24 of 24 months"


def test_unconfirmed_session_does_not_count_and_is_named():
    progress = assess(log(session(date(2024, 1, 13), confirmed=False)))

    assert progress.have == "0"
    assert progress.started
    assert progress.uncounted == ("January 13, 2024: not confirmed yet",)
    assert "1 waiting to be confirmed" in progress.summary
    assert progress.references == ()


def test_unconfirmed_session_counts_where_nobody_need_confirm():
    requirement = rule(Cadence, per_month=1, months=1, needs_confirmation=False)

    assert assess(log(session(date(2024, 1, 13), confirmed=False)), requirement=requirement).met
    assert not assess(log(session(date(2024, 1, 13), confirmed=False, denied=True)), requirement=requirement).met


def test_denied_session_does_not_count_and_waits_for_nobody():
    progress = assess(log(session(date(2024, 1, 13), confirmed=False, denied=True)))

    assert progress.have == "0"
    assert progress.uncounted == ("January 13, 2024: denied by whoever was asked",)
    assert "waiting" not in progress.summary


def test_session_before_the_application_is_shown_and_does_not_count():
    progress = assess(log(session(date(2023, 12, 31)), session(date(2024, 1, 1))))

    assert progress.have == "1"
    assert progress.uncounted == ("December 31, 2023: before you applied",)
    assert len(progress.references) == 1


def test_session_after_the_day_of_judgement_is_not_seen():
    facts = log(session(date(2024, 1, 13)), session(date(2024, 2, 10)))

    assert assess(facts, on=date(2024, 2, 9)).have == "1"
    assert assess(facts, on=date(2024, 2, 10)).have == "2"


def test_nothing_counts_before_one_has_applied():
    logged = assess(log(session(date(2024, 1, 13)), counts_from=None))

    assert not logged.met
    assert logged.started
    assert logged.cannot_start == "Apply first."
    assert not assess(log(counts_from=None)).started


@given(st.sets(st.dates(date(2024, 1, 1), date(2025, 12, 31)), max_size=60))
@settings(deadline=None, max_examples=50)
def test_log_is_enough_exactly_when_every_month_has_a_session(days):
    progress = assess(log(*(session(day) for day in days)))

    assert progress.met == (len({f"{day:%Y-%m}" for day in days}) == 24)
    assert (progress.met_on is not None) == progress.met


def test_rule_says_how_often_and_who_confirms():
    assert Cadence().sentence(TWO_YEARS) == (
        "Lead or co-lead at least one session in each of 24 calendar months. "
        "Each is confirmed by your co-leader or supervisor."
    )
    twice = rule(Cadence, per_month=2, months=6, needs_confirmation=False)
    assert Cadence().sentence(twice) == "Lead or co-lead at least 2 sessions in each of 6 calendar months."
    member = rule(Cadence, per_month=1, months=12, missed_months_allowed=2, role=("member",), needs_confirmation=False)
    assert Cadence().sentence(member) == (
        "Take part in at least one session in each of 12 calendar months, of which 2 may be missed."
    )
