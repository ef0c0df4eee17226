"""How far one requirement is: evidence, the sign-offs given to exactly that evidence, and the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.applications.assessments import Assessment
from credentialing.applications.groups import progress_of_group
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.groups import AnyOf
from credentialing.pathways.kinds import Progress, SignOffFact
from workflows.guards import Unmet
from workflows.subjects import EvidenceReference

NOON = datetime(2026, 4, 14, 16, tzinfo=UTC)
BOTH = ("ccc_chair", "coordinator")


def evidence(*digests: str) -> tuple[EvidenceReference, ...]:
    return tuple(EvidenceReference(kind="log", id=str(n), sha256=digest) for n, digest in enumerate(digests))


ONE = evidence("a")


def assessed(*, signed_by=(), references=ONE, sign_offs=(), kind="cadence", **progress) -> Assessment:
    requirement = Requirement(slug="sessions", kind=kind, stage="led", label="Sessions", signed_by=signed_by)
    told = Progress(**{"met": True, "started": True, "summary": "24 of 24 months"} | progress)
    return Assessment(
        requirement=requirement, progress=told, references=references, sign_offs=tuple(sign_offs), on=NOON.date()
    )


def word(item: Assessment, role="coordinator", outcome="approved", digest="", at=NOON) -> SignOffFact:
    return SignOffFact(
        requirement="sessions", outcome=outcome, role=role, person_id=1, digest=digest or item.digest, at=at
    )


def signed(item: Assessment, *sign_offs: SignOffFact) -> Assessment:
    return Assessment(
        requirement=item.requirement,
        progress=item.progress,
        references=item.references,
        sign_offs=sign_offs,
        on=item.on,
    )


words = st.text(max_size=3)
references = st.lists(
    st.builds(EvidenceReference, kind=st.sampled_from(["log", "file"]), id=words, sha256=words), unique=True, max_size=5
)


@settings(max_examples=50, deadline=None)
@given(rows=references, shuffled=st.randoms())
def test_digest_does_not_depend_on_the_order_in_which_evidence_is_read(rows, shuffled):
    other = list(rows)
    shuffled.shuffle(other)

    assert assessed(references=tuple(rows)).digest == assessed(references=tuple(other)).digest


@settings(max_examples=50, deadline=None)
@given(rows=references, changed=references)
def test_digest_changes_with_every_change_of_the_evidence(rows, changed):
    same = sorted(map(repr, rows)) == sorted(map(repr, changed))

    assert (assessed(references=tuple(rows)).digest == assessed(references=tuple(changed)).digest) is same


def test_what_nobody_signs_is_complete_when_it_is_met():
    met, unmet = assessed(), assessed(met=False)

    assert (met.complete, met.status, met.waiting_on, met.unmet) == (True, "complete", "", ())
    assert (unmet.complete, unmet.waiting_on) == (False, "candidate")


def test_met_requirement_waits_for_those_who_sign_it():
    item = assessed(signed_by=BOTH)

    assert (item.complete, item.status, item.waiting_on) == (False, "waiting", "ccc_chair")
    assert item.missing_roles == BOTH
    assert [unmet.message for unmet in item.unmet] == ["Sessions: not signed off yet."]


def test_every_signatory_must_sign():
    item = assessed(signed_by=BOTH)
    half = signed(item, word(item, "ccc_chair"))
    whole = signed(item, word(item, "ccc_chair"), word(item, "coordinator"))

    assert (half.complete, half.waiting_on) == (False, "coordinator")
    assert (whole.complete, whole.waiting_on) == (True, "")


def test_sign_off_of_other_evidence_counts_no_more_and_is_shown_as_outdated():
    before = assessed(signed_by=("coordinator",), references=evidence("a"))
    given_then = word(before)
    after = signed(assessed(signed_by=("coordinator",), references=evidence("a", "b")), given_then)

    assert signed(before, given_then).complete
    assert signed(before, given_then).outdated == ()
    assert (after.complete, after.waiting_on, after.outdated) == (False, "coordinator", (given_then,))


def test_sign_off_counts_again_when_the_evidence_is_as_it_was():
    before = assessed(signed_by=("coordinator",))

    assert signed(assessed(signed_by=("coordinator",)), word(before)).complete


def test_sign_off_without_met_evidence_completes_nothing():
    item = assessed(signed_by=("coordinator",), met=False)

    assert not signed(item, word(item)).complete


def test_last_word_of_a_role_counts():
    item = assessed(signed_by=("coordinator",))
    returned = word(item, outcome="returned")

    assert signed(item, returned, word(item)).complete
    taken = signed(item, word(item), returned)
    assert (taken.complete, taken.returned) == (False, returned)


def test_returned_requirement_is_the_candidates_until_it_changes():
    item = assessed(signed_by=("coordinator",))
    returned = signed(item, word(item, outcome="returned"))
    changed = signed(assessed(signed_by=("coordinator",), references=evidence("b")), word(item, outcome="returned"))

    assert (returned.status, returned.waiting_on) == ("action_needed", "candidate")
    assert returned.unmet[0].code == "returned"
    assert (changed.returned, changed.status, changed.waiting_on) == (None, "waiting", "coordinator")


def test_what_cannot_start_waits_for_nobody():
    item = assessed(met=False, started=False, cannot_start="Apply first.", waiting_on="candidate")

    assert (item.status, item.waiting_on) == ("cannot_start", "")


@pytest.mark.parametrize(
    ("progress", "status"),
    [
        ({"started": False}, "not_started"),
        ({"started": True}, "in_progress"),
        ({"started": True, "waiting_on": "supervisor"}, "waiting"),
        ({"started": False, "waiting_on": ""}, "waiting"),
    ],
)
def test_unmet_requirement_says_whose_turn_it_is(progress, status):
    item = assessed(met=False, **progress)

    assert item.status == status
    assert item.waiting_on == progress.get("waiting_on", "candidate")


def test_unmet_requirement_gives_the_reasons_of_its_kind_or_else_its_summary():
    reason = Unmet(code="months", message="May is missing.")

    assert assessed(met=False, missing=(reason,)).unmet == (reason,)
    (told,) = assessed(met=False, summary="3 of 24 months", have="3", need="24").unmet
    assert (told.code, told.message, told.requirement, told.have, told.need) == (
        "not_met", "Sessions: 3 of 24 months", "sessions", "3", "24",
    )  # fmt: skip


def test_requirement_is_completed_on_the_day_of_the_last_word():
    item = assessed(signed_by=BOTH, met_on=date(2026, 4, 1))
    whole = signed(item, word(item, "ccc_chair", at=NOON), word(item, "coordinator", at=NOON + timedelta(days=3)))

    assert item.completed_on is None
    assert whole.completed_on == date(2026, 4, 17)
    assert whole.summary == "24 of 24 months, signed off on April 17, 2026"


def test_requirement_met_after_its_sign_off_is_completed_when_it_was_met():
    item = assessed(signed_by=("coordinator",), met_on=date(2026, 5, 1))

    assert signed(item, word(item)).completed_on == date(2026, 5, 1)


def test_day_of_a_sign_off_is_the_day_of_the_society():
    item = assessed(signed_by=("coordinator",))

    assert signed(item, word(item, at=datetime(2026, 4, 15, 2, tzinfo=UTC))).completed_on == date(2026, 4, 14)


def test_requirement_that_nobody_signs_and_no_day_is_known_of_has_no_day():
    assert assessed().completed_on is None
    assert assessed(met_on=date(2026, 1, 2)).completed_on == date(2026, 1, 2)
    assert assessed(met_on=date(2026, 1, 2)).summary == "24 of 24 months"


def test_decision_is_told_as_approved():
    item = assessed(kind="decision", signed_by=("coordinator",))

    assert item.summary == "24 of 24 months"
    assert signed(item, word(item)).summary == "Approved on April 14, 2026"


def test_group_asks_for_no_less_where_fewer_ways_are_open_to_somebody():
    ways = tuple(Requirement(slug=slug, kind="fee", stage="s", label=slug) for slug in ("one", "two"))
    group = Requirement(
        slug="g", kind="any_of", stage="s", label="G", parameters=AnyOf(at_least=2), options=ways[:1]
    )  # the other way is not asked of this person
    done = Assessment(
        requirement=ways[0],
        progress=Progress(met=True, started=True, summary="Paid"),
        references=(),
        sign_offs=(),
        on=date(2024, 1, 1),
    )

    progress = progress_of_group(group, [done])

    assert (progress.met, progress.summary, progress.lacks, progress.next_step) == (False, "1 of 2", ("1 more",), "")
