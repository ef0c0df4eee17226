"""Rules are written, checked, approved by the council and published; what was written is never lost."""

from datetime import date

import pytest
import time_machine

from credentialing.accounts.models import Role
from credentialing.applications.services.drafts import start_application
from credentialing.correspondence.models import Letter
from credentialing.drafting.models import DraftApproval, PathwayDraft
from credentialing.drafting.services import (
    LONGEST_TEXT,
    TextRefused,
    approve_draft,
    begin_draft,
    discard_draft,
    examine_draft,
    go_back_to,
    propose_draft,
    publish_draft,
    refuse_draft,
    restore_draft,
    save_text,
)
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.writing import change_values
from tests.drafting.conftest import NEXT_YEAR
from tests.factories import PersonFactory, abs_version, make_walk
from tests.pathways.files import SMALL
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, StaleVersion, TransitionBlocked
from workflows.ledger import verify_chain
from workflows.models import LedgerRecord
from workflows.services import perform

pytestmark = pytest.mark.django_db


def approve(draft, officers, members=3):
    return [approve_draft(draft=draft, actor=m, seen_revision=draft.revision) for m in officers.council[:members]]


def codes(refusal):
    return [unmet.code for unmet in refusal.value.unmet]


def test_the_whole_way_is_in_the_ledger_with_the_digest_of_the_text(proposed, officers):
    assert approve(proposed, officers) == [False, False, True]
    version = publish_draft(draft=PathwayDraft.objects.get(), actor=officers.coordinator)

    draft = PathwayDraft.objects.get()
    assert (version.source, version.in_force_from, version.policy) == (draft.source, NEXT_YEAR, "pin")
    assert (draft.state, draft.published) == ("published", version)
    records = LedgerRecord.objects.of(draft)
    assert [record.transition for record in records] == ["examine", "propose", "approve", "publish"]
    assert {record.evidence[0]["sha256"] for record in records} == {draft.text_digest}
    assert list(verify_chain(draft)) == []


def test_version_binds_from_its_day_on_and_not_before(proposed, officers):
    approve(proposed, officers)
    version = publish_draft(draft=PathwayDraft.objects.get(), actor=officers.coordinator)

    assert PathwayVersion.objects.in_force(date(2098, 12, 31)).first() == abs_version()
    assert PathwayVersion.objects.in_force(NEXT_YEAR).first() == version


def test_council_needs_as_many_as_for_a_decision_and_nobody_counts_twice(proposed, officers):
    for _ in range(3):
        approve_draft(draft=proposed, actor=officers.council[0], seen_revision=1)

    assert (DraftApproval.objects.count(), PathwayDraft.objects.get().state) == (1, "proposed")
    with pytest.raises(NoSuchTransition):
        publish_draft(draft=proposed, actor=officers.coordinator)


def test_whoever_wrote_at_it_does_not_approve_it(draft, officers):
    both = PersonFactory(offices=[Role.COORDINATOR, Role.COUNCIL])
    draft = save_text(draft=draft, source=draft.source + "# x\n", actor=both, seen_revision=1, what="x")
    examine_draft(draft=draft, actor=both)
    propose_draft(draft=draft, actor=both, purpose="x", in_force_from=NEXT_YEAR, policy=PathwayVersion.Policy.PIN)

    with pytest.raises(NotPermitted, match="other members"):
        approve_draft(draft=draft, actor=both, seen_revision=2)


def test_approval_holds_for_these_words_alone(proposed, officers):
    approve(proposed, officers, 2)
    draft = save_text(
        draft=proposed, source=proposed.source + "# y\n", actor=officers.coordinator, seen_revision=1, what="Comment"
    )
    assert draft.state == "draft"
    examine_draft(draft=draft, actor=officers.coordinator)
    propose_draft(
        draft=draft, actor=officers.coordinator, purpose="x", in_force_from=NEXT_YEAR, policy=PathwayVersion.Policy.PIN
    )

    assert approve_draft(draft=draft, actor=officers.council[2], seen_revision=2) is False
    with pytest.raises(StaleVersion):
        approve_draft(draft=draft, actor=officers.council[3], seen_revision=1)


def test_sent_back_with_a_reason_that_the_writers_read(proposed, officers):
    with pytest.raises(ReasonRequired):
        refuse_draft(draft=proposed, actor=officers.council[0], reason=" ")
    refuse_draft(draft=proposed, actor=officers.council[0], reason="Too hard.")

    assert proposed.state == "draft"
    letter = Letter.objects.get(template="draft_refused")
    assert (letter.recipient, "Too hard." in letter.body) == (officers.coordinator, True)


def test_members_are_asked_by_letter(proposed, officers):
    letters = Letter.objects.filter(template="draft_proposed")

    assert {letter.recipient for letter in letters} == set(officers.council)
    assert all("Twelve sessions were too few." in letter.body for letter in letters)


@pytest.mark.parametrize(
    ("source", "code"),
    [("slug = 1", "mistake"), (SMALL, "slug"), ("unchanged", "number_used")],
    ids=["a mistake", "another pathway", "a number that is taken"],
)
def test_what_cannot_be_published_is_not_checked(draft, officers, source, code):
    source = abs_version().source if source == "unchanged" else source
    draft = save_text(draft=draft, source=source, actor=officers.coordinator, seen_revision=1, what="x")

    with pytest.raises(TransitionBlocked) as refusal:
        examine_draft(draft=draft, actor=officers.coordinator)

    assert code in codes(refusal)


def test_nobody_is_bound_backwards(draft, officers, administrator):
    examine_draft(draft=draft, actor=administrator)
    with pytest.raises(TransitionBlocked) as refusal:
        propose_draft(
            draft=draft,
            actor=officers.coordinator,
            purpose="x",
            in_force_from=date(2020, 1, 1),
            policy=PathwayVersion.Policy.PIN,
        )
    assert codes(refusal) == ["day_passed"]


def test_approved_too_late_must_be_proposed_again(proposed, officers):
    approve(proposed, officers)
    with time_machine.travel("2099-02-01"), pytest.raises(TransitionBlocked) as refusal:
        publish_draft(draft=PathwayDraft.objects.get(), actor=officers.coordinator)
    assert codes(refusal) == ["day_passed"]
    assert PathwayVersion.objects.count() == 1


def test_somebody_elses_words_are_not_overwritten(draft, officers, administrator):
    save_text(draft=draft, source=draft.source + "# hers\n", actor=administrator, seen_revision=1, what="Hers")

    with pytest.raises(StaleVersion):
        save_text(draft=draft, source="# mine\n", actor=officers.coordinator, seen_revision=1, what="Mine")

    assert PathwayDraft.objects.get().source.endswith("# hers\n")


def test_earlier_text_is_taken_up_again_as_a_new_revision(draft, officers):
    first = draft.source
    draft = save_text(draft=draft, source="# nothing\n", actor=officers.coordinator, seen_revision=1, what="Emptied")

    draft = go_back_to(draft=draft, number=1, actor=officers.coordinator, seen_revision=2)

    assert (draft.source, draft.revision) == (first, 3)
    assert [r.what for r in draft.revisions.all()] == ["Back to revision 1", "Emptied", "Begun"]


def test_saving_the_same_words_makes_no_revision(draft, officers):
    save_text(draft=draft, source=draft.source, actor=officers.coordinator, seen_revision=1, what="x")

    assert draft.revisions.count() == 1


def test_discarded_and_taken_up_again(draft, officers):
    discard_draft(draft=draft, actor=officers.coordinator)
    with pytest.raises(NoSuchTransition):
        save_text(draft=draft, source="x", actor=officers.coordinator, seen_revision=1, what="x")
    restore_draft(draft=draft, actor=officers.coordinator)

    assert draft.state == "draft"


def test_only_writers_write_and_only_the_council_approves(draft, proposed, officers):
    for stranger in (officers.chair, officers.council[0], officers.treasurer):
        with pytest.raises(NotPermitted):
            begin_draft(slug="x", source="", actor=stranger, what="x")
        with pytest.raises(NotPermitted):
            save_text(draft=draft, source="x", actor=stranger, seen_revision=1, what="x")
    with pytest.raises(NotPermitted):
        approve_draft(draft=proposed, actor=officers.coordinator, seen_revision=1)


def test_endless_text_is_refused(draft, officers):
    with pytest.raises(TextRefused, match="too long"):
        save_text(draft=draft, source="#" * (LONGEST_TEXT + 1), actor=officers.coordinator, seen_revision=1, what="x")


def test_first_version_of_a_pathway_is_approved_by_its_own_quorum(officers):
    draft = begin_draft(slug="small", source=SMALL, actor=officers.coordinator, what="x")

    assert draft.quorum == 2
    assert begin_draft(slug="other", source="", actor=officers.coordinator, what="x").quorum == 1


@pytest.mark.parametrize(("policy", "template"), [("pin", "version_for_others"), ("migrate", "version_binds_all")])
def test_everybody_whose_case_it_concerns_is_told_what_it_means_for_them(draft, officers, policy, template):
    walk = make_walk(society=officers).submit()
    beginner = start_application(actor=PersonFactory(name="Bo Beginner"))
    examine_draft(draft=draft, actor=officers.coordinator)
    propose_draft(
        draft=draft,
        actor=officers.coordinator,
        purpose="Because.",
        in_force_from=NEXT_YEAR,
        policy=PathwayVersion.Policy(policy),
    )
    approve(draft, officers)
    publish_draft(draft=PathwayDraft.objects.get(), actor=officers.coordinator)

    assert Letter.objects.get(recipient=walk.candidate, template__startswith="version").template == template
    assert Letter.objects.get(recipient=beginner.candidate, template__startswith="version").template == (
        "version_binds_all"
    )


def test_council_sees_what_is_put_before_it_and_others_see_nothing(draft, officers):
    visible = PathwayDraft.objects.visible_to

    assert (visible(officers.coordinator).count(), visible(officers.council[0]).count()) == (1, 0)
    examine_draft(draft=draft, actor=officers.coordinator)
    propose_draft(
        draft=draft, actor=officers.coordinator, purpose="x", in_force_from=NEXT_YEAR, policy=PathwayVersion.Policy.PIN
    )
    assert (visible(officers.council[0]).count(), visible(officers.treasurer).count()) == (1, 0)


def test_number_can_be_changed_in_the_text(draft):
    assert change_values(draft.source, (), {"version": "2099.1"}) == draft.source


def test_draft_without_a_day_is_not_proposed(draft, officers):
    examine_draft(draft=draft, actor=officers.coordinator)
    with pytest.raises(TransitionBlocked) as refusal:
        perform(PathwayDraft.objects.get(), "propose", actor=officers.coordinator)

    assert codes(refusal) == ["no_day"]
