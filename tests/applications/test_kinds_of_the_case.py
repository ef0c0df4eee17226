"""The kinds of requirement that look at the case itself: membership, supervision, the form."""

from datetime import UTC, date, datetime

import pytest

from credentialing.applications.requirements import ApplicationForm, FormFacts, Standing, content_digest
from credentialing.evidence.requirements import Document
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment
from tests.factories import MembershipFactory, PersonFactory
from workflows.subjects import EvidenceReference

DAY = date(2026, 4, 14)


def standing(what: str, *periods, asked=(), on=DAY, **parameters):
    requirement = Requirement(
        slug=what, kind="standing", stage="applied", label=what, parameters=Standing.Parameters(what=what, **parameters)
    )
    rows = tuple(
        Standing.Period(
            starts_on=starts_on,
            ends_on=ends_on,
            reference=EvidenceReference(kind=what, id=str(number), sha256=f"digest{number}"),
        )
        for number, (starts_on, ends_on) in enumerate(periods)
    )
    return Standing().assess(requirement, Standing.Facts(periods=rows, asked=asked), Moment(on=on))


def test_membership_counts_on_its_first_and_on_its_last_day():
    period = (date(2026, 1, 1), date(2026, 12, 31))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]

    assert [standing("membership", period, on=day).met for day in days] == [False, True, True, False]


def test_running_membership_says_since_when_and_pins_what_counts():
    progress = standing("membership", (date(2010, 1, 1), date(2012, 1, 1)), (date(2020, 2, 3), None))

    assert (progress.met, progress.summary, progress.met_on) == (
        True,
        "Member since February 3, 2020",
        date(2020, 2, 3),
    )
    assert [reference.id for reference in progress.references] == ["1"]
    assert progress.waiting_on == ""


def test_lapsed_membership_says_when_it_ended_and_waits_for_the_coordinator():
    progress = standing("membership", (date(2010, 1, 1), date(2012, 1, 1)), (date(2020, 1, 1), date(2025, 12, 31)))

    assert (progress.met, progress.started, progress.waiting_on) == (False, True, "coordinator")
    assert progress.summary == "Membership ended on December 31, 2025"


def test_membership_that_has_not_begun_is_none_yet():
    progress = standing("membership", (date(2027, 1, 1), None))

    assert (progress.met, progress.started, progress.summary) == (False, False, "No membership on record")


@pytest.mark.parametrize(
    ("periods", "asked", "met", "summary", "waiting_on"),
    [
        ((), (), False, "Nobody asked yet", "candidate"),
        ((), ((DAY, None),), False, "Asked; waiting for the answer", "supervisor"),
        ((), ((date(2026, 5, 1), None),), False, "Nobody asked yet", "candidate"),
        ((), ((date(2026, 3, 1), DAY),), False, "Nobody asked yet", "candidate"),
        (((date(2026, 2, 1), None),), ((DAY, None),), True, "Accepted since February 1, 2026", ""),
    ],
)
def test_supervision_waits_for_the_one_whose_turn_it_is(periods, asked, met, summary, waiting_on):
    progress = standing("supervision", *periods, asked=asked)

    assert (progress.met, progress.summary, progress.waiting_on) == (met, summary, waiting_on)


def document(*texts: str, submitted_on=None, on=DAY):
    requirement = Requirement(
        slug="form", kind="document", stage="applied", label="Form",
        parameters=Document.Parameters(what="application_form"),
    )  # fmt: skip
    return Document().assess(requirement, FormFacts(case="x", texts=texts, submitted_on=submitted_on), Moment(on=on))


def test_form_is_met_when_every_answer_has_words():
    assert document("a", "b", "c").met
    half = document("a", "  \n", "")
    assert (half.met, half.started, half.summary, half.have, half.need) == (
        False, True, "1 of 3 answers given", "1", "3",
    )  # fmt: skip
    assert half.waiting_on == "candidate"


def test_empty_form_has_not_been_started_and_is_no_evidence():
    empty = document("", "", "")

    assert (empty.started, empty.references) == (False, ())


def test_form_is_pinned_to_its_words():
    assert document("a", "b", "c").references != document("a", "b", "d").references
    assert document("a", "b", "c").references == document("a", "b", "c").references


def test_form_counts_from_the_day_it_was_handed_in():
    assert document("a", "b", "c").met_on == DAY
    assert document("a", "b", "c", submitted_on=date(2026, 1, 2)).met_on == date(2026, 1, 2)
    assert document("", submitted_on=date(2026, 1, 2)).met_on is None


def test_digest_keeps_apart_what_only_looks_the_same():
    assert content_digest("a", "b") != content_digest("ab")
    assert content_digest(1) != content_digest("1")
    assert content_digest(date(2026, 1, 2)) == content_digest("2026-01-02")


def test_facts_are_read_from_the_books(submitted, officers):
    membership, supervision = (submitted.requirement(slug) for slug in ("membership", "supervisor"))
    MembershipFactory(person=PersonFactory())  # of somebody else
    submitted.supervisions.create(supervisor=officers.supervisors[0])

    (period,) = Standing().gather(membership, submitted).periods
    assert (period.starts_on, period.ends_on) == (date(2022, 12, 6), None)
    asked = Standing().gather(supervision, submitted)
    assert (asked.periods, [until for _, until in asked.asked]) == ((), [None])
    submitted.supervisions.update(accepted_at=datetime(2024, 1, 16, 2, tzinfo=UTC))
    (period,) = Standing().gather(supervision, submitted).periods
    assert (period.starts_on, period.ends_on) == (date(2024, 1, 15), None)
    submitted.supervisions.update(ended_at=datetime(2024, 2, 16, tzinfo=UTC))
    (period,) = Standing().gather(supervision, submitted).periods
    assert [period.holds_on(date(2024, 2, day)) for day in (14, 15)] == [True, False]


def test_form_of_a_draft_has_not_been_handed_in(draft):
    facts = Document().gather(draft.requirement("application_form"), draft)

    assert facts == ApplicationForm().gather(draft)
    assert (facts.texts, facts.submitted_on) == (("", "", ""), None)


@pytest.mark.parametrize("slug", ["membership", "supervisor", "application_form"])
def test_rule_is_said_in_one_sentence(draft, slug):
    requirement = draft.requirement(slug)
    judge = Document() if requirement.kind == "document" else Standing()

    assert judge.sentence(requirement).count(".") == 1
