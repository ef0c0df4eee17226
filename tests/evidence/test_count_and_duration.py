"""Count of supervision sessions and debriefs; duration of the candidacy."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from credentialing.evidence.requirements import Count, Duration
from credentialing.evidence.requirements.shares import AtLeast
from credentialing.pathways.definitions import Variation
from tests.evidence.facts import log, looked_at, rule, session

LATER = date(2030, 1, 1)
OPENED = date(2024, 3, 1)
SUPERVISED = rule(
    Count,
    unit="supervision_session",
    at_least=Decimal(2),
    advised_per_year=6,
    needs_recording=True,
    needs_confirmation=True,
)


def assess(facts, on=LATER, requirement=SUPERVISED):
    sessions, since = facts
    return Count().assess(requirement, sessions, looked_at(on, since))


def test_sessions_on_recordings_confirmed_after_the_opening_are_counted():
    days = [date(2024, 5, 1), date(2024, 3, 1), date(2024, 4, 1)]

    progress = assess(log(*(session(day) for day in days), counts_from=OPENED))

    assert progress.met
    assert (progress.have, progress.need, progress.waiting_on) == ("3", "2", "")
    assert progress.met_on == date(2024, 4, 1)
    assert len(progress.references) == 3


def test_supervision_before_the_gate_opened_does_not_count():
    progress = assess(log(session(date(2024, 2, 29)), session(date(2024, 3, 1)), counts_from=OPENED))

    assert progress.have == "1"
    assert progress.uncounted == ("February 29, 2024: before supervision could begin",)
    assert progress.waiting_on == "candidate"


def test_supervision_cannot_start_while_the_gate_is_closed():
    progress = assess(log(session(date(2024, 4, 1)), counts_from=None))

    assert not progress.met
    assert not progress.started
    assert progress.have == "0"
    assert "admitted" in progress.cannot_start
    assert progress.waiting_on == ""


def test_supervision_without_a_recording_does_not_count():
    progress = assess(log(session(date(2024, 4, 1), recorded=False), counts_from=OPENED))

    assert progress.have == "0"
    assert progress.uncounted == ("April 1, 2024: no recording was reviewed",)


def test_supervision_without_a_recording_counts_where_none_is_asked_for():
    requirement = rule(Count, unit="supervision_session", at_least=Decimal(1))

    assert assess(log(session(date(2024, 4, 1), recorded=False), counts_from=OPENED), requirement=requirement).met


def test_unconfirmed_supervision_waits_for_the_supervisor():
    progress = assess(log(session(date(2024, 4, 1), confirmed=False), counts_from=OPENED))

    assert progress.have == "0"
    assert progress.waiting_on == "supervisor"
    assert progress.uncounted == ("April 1, 2024: not confirmed yet",)
    assert progress.summary == "0 of 2, 1 waiting for your supervisor"


def test_denied_supervision_does_not_count_and_the_candidate_is_next():
    progress = assess(log(session(date(2024, 4, 1), confirmed=False, denied=True), counts_from=OPENED))

    assert progress.have == "0"
    assert progress.waiting_on == "candidate"
    assert progress.uncounted == ("April 1, 2024: denied by your supervisor",)


def test_supervision_after_the_day_of_judgement_is_not_seen():
    facts = log(session(date(2024, 4, 1)), counts_from=OPENED)

    assert not assess(facts, on=date(2024, 3, 31)).started
    assert assess(facts, on=date(2024, 4, 1)).have == "1"


def test_session_of_days_with_a_window_of_their_own_is_lost_on_the_day_that_was_named():
    lasting = rule(Count, unit="session", at_least=Decimal(2))
    for_a_time = Variation(
        starts_on=date(2020, 3, 1), ends_on=date(2020, 12, 31), reason="Sessions by telephone counted for a while",
        parameters=replace(lasting.parameters, window_months=18),
    )  # fmt: skip
    varied = replace(lasting, variations=(for_a_time,))
    facts = log(session(date(2019, 5, 1)), session(date(2020, 6, 15)), counts_from=date(2019, 1, 1))

    before = assess(facts, on=date(2021, 12, 14), requirement=varied)
    after = assess(facts, on=date(2021, 12, 15), requirement=varied)

    assert (before.met, before.changes_on) == (True, date(2021, 12, 15))
    assert (after.have, after.changes_on) == ("1", None)
    assert after.uncounted == ("June 15, 2020: more than 18 months ago",)


def test_rule_of_a_count_says_what_is_counted():
    sentence = Count().sentence
    assert sentence(SUPERVISED) == (
        "Have at least 2 supervision sessions on recordings of your groups, about 6 a year, each of them confirmed."
    )
    assert (
        sentence(rule(Count, unit="supervision_session", at_least=Decimal(4)))
        == "Have at least 4 supervision sessions."
    )
    assert "after at least 4 groups that you led or co-led, ideally after every one" in sentence(
        rule(Count, unit="debrief", at_least=Decimal(4))
    )
    clients = rule(
        Count, unit="hour", at_least=Decimal(25), distinct="clients", each_hours=Decimal("1.5"), each_months=6,
        role=("led", "co_led"), at_least_of=(AtLeast(of="format", values=("in_person",), percent=40),),
    )  # fmt: skip
    assert sentence(clients) == (
        "Have at least 25 different clients, each for 1.5 hours and 6 months or more "
        "that you led or co-led, at least 40 % of them in person."
    )


def test_sessions_that_are_enough_but_not_spread_yet_are_enough_with_the_one_that_spreads_them():
    spread = rule(Count, unit="session", at_least=Decimal(2), spread_months=12)
    days = [date(2023, 1, 10), date(2023, 3, 10), date(2024, 1, 9)]

    short = assess(log(*map(session, days), counts_from=date(2022, 1, 1)), requirement=spread)
    enough = assess(log(*map(session, [*days, date(2024, 1, 10)]), counts_from=date(2022, 1, 1)), requirement=spread)

    assert (short.met, short.have) == (False, "3")
    assert "spread over 12 months: one on January 10, 2024 or later" in short.summary
    assert (enough.met, enough.met_on) == (True, date(2024, 1, 10))


def test_what_asks_for_nothing_is_met_on_every_day_one_looks():
    nothing = rule(Count, unit="session", at_least=Decimal(0))

    for on in (date(2024, 2, 1), LATER):
        progress = assess(log(), on=on, requirement=nothing)
        assert (progress.met, progress.met_on) == (True, on)
    assert assess(log(session(date(2024, 5, 1))), requirement=nothing).met_on == date(2024, 5, 1)


DURATION = rule(Duration, slug="two_years", months=24)


def duration(since, on, requirement=DURATION):
    return Duration().assess(requirement, None, looked_at(on, since))


def test_two_years_are_over_on_the_same_day_two_years_later_and_not_before():
    begun = date(2024, 2, 29)

    before = duration(begun, date(2026, 2, 27))
    assert not before.met
    assert before.summary == "Long enough on February 28, 2026"
    assert before.waiting_on == "candidate"

    due = duration(begun, date(2026, 2, 28))
    assert due.met
    assert due.met_on == date(2026, 2, 28)
    assert due.waiting_on == ""


def test_duration_met_keeps_its_day_and_its_digest_however_late_one_looks():
    begun = date(2024, 2, 1)

    early, late = (duration(begun, day) for day in (date(2026, 2, 1), date(2027, 9, 9)))

    assert (early.met_on, early.references) == (late.met_on, late.references)
    moved = duration(date(2024, 2, 2), date(2027, 9, 9))
    assert moved.references != late.references


def test_pathway_to_be_complete_within_a_time_is_late_on_the_day_after_the_last():
    within_a_year = rule(Duration, slug="within_a_year", at_most_months=12)
    seen = {
        on: Duration().assess(within_a_year, None, looked_at(on, date(2026, 1, 10)))
        for on in (date(2027, 1, 9), date(2027, 1, 10), date(2027, 1, 11))
    }

    assert [progress.met for progress in seen.values()] == [True, True, False]
    assert [progress.changes_on for progress in seen.values()] == [date(2027, 1, 11), date(2027, 1, 11), None]


def test_duration_does_not_run_before_the_gate_is_open():
    progress = duration(None, LATER)

    assert not progress.met
    assert not progress.started
    assert "first-year fee" in progress.cannot_start


def test_rule_of_a_duration_says_how_long():
    assert "24 months" in Duration().sentence(DURATION)
