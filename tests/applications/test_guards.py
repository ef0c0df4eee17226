"""What each guard says, word for word: candidates, reviewers and the API read the same objects."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.applications.guards import gate_met, stage_met, version_fits
from credentialing.applications.models import Application
from credentialing.applications.services.drafts import start_application, submit_application
from credentialing.applications.services.endorsing import recommend_candidate
from credentialing.council.models import Decision
from credentialing.pathways.services import publish_pathway
from tests.factories import MembershipFactory, PersonFactory, make_walk
from tests.pathways.files import SMALL, changed
from workflows.guards import TransitionContext, Unmet
from workflows.services import explain

pytestmark = pytest.mark.django_db

BEGINNING = date(2020, 1, 1)
PROFILE = """
[[profile]]
slug = "profession"
label = "Your profession"
choices = [{ slug = "physician", label = "Physician" }, { slug = "other", label = "Other" }]

[[stages]]
slug = "applied"
"""
BODY = 'slug = "council"\nlabel = "Council"\nquorum = 2\n'
SEEN = 'slug = "seen"\nlabel = "Seen"\nsigned_by = ["coordinator"]\n'


def version_of(source, **changes):
    return publish_pathway(source=source, actor=PersonFactory(), in_force_from=BEGINNING, **changes)


def case_on(source):
    version_of(source)
    return start_application(actor=MembershipFactory().person, pathway="small")


def context(case, name, actor=None):
    """As the door would ask: the edge of that name from where the case stands."""
    edge = next(case.workflow_definition().edges(name, case.state))
    return TransitionContext(
        actor=actor or PersonFactory(offices=[Role.COORDINATOR]), reason="", now=timezone.now(), transition=edge
    )


def test_question_is_named_until_one_of_its_answers_is_given():
    case = case_on(changed('[[stages]]\nslug = "applied"\n', PROFILE))
    unanswered = Unmet(code="unanswered", message="Answer in the form: Your profession")

    for answers, missing in (({}, [unanswered]), ({"profession": "?"}, [unanswered]), ({"profession": "other"}, [])):
        case.profile = answers
        assert list(gate_met(case, context(case, "submit"))) == missing


def test_office_that_has_not_recommended_is_named():
    case = case_on(changed(SEEN, f'{SEEN}recommended_by = ["ccc_chair"]\n'))
    submit_application(application=case, actor=case.candidate)
    case = Application.objects.get()
    asked = context(case, "advance")

    assert list(stage_met(case, asked)) == [
        Unmet(code="not_recommended", message="Not recommended yet: Chair, Credentialing Coordinating Committee.")
    ]

    recommend_candidate(application=case, actor=PersonFactory(offices=[Role.CCC_CHAIR]))
    assert list(stage_met(case, asked)) == []


def test_signatures_that_are_missing_are_counted_with_that_of_whoever_asks():
    case = case_on(changed(SEEN, f"{SEEN}quorum = 2\n"))
    submit_application(application=case, actor=case.candidate)
    case = Application.objects.get()

    assert list(stage_met(case, context(case, "advance"))) == [
        Unmet(code="signatures", message="1 of 2 have signed “Seen”.", have="1", need="2")
    ]


def test_move_says_what_keeps_the_case_where_it_is():
    case = case_on(SMALL)
    submit_application(application=case, actor=case.candidate)
    case = Application.objects.get()
    asked = context(case, "move")
    other = version_of(changed('version = "1"', 'version = "2"'))
    foreign = version_of(changed('slug = "small"', 'slug = "large"'))
    elsewhere = version_of(
        changed('slug = "applied"\nlabel = "Applied"', 'slug = "begun"\nlabel = "Begun"').replace(
            'version = "1"', 'version = "3"'
        )
    )
    said = {
        None: [Unmet(code="no_version", message="Say to which version.")],
        case.pathway_version: [Unmet(code="same_version", message=f"The case goes by {case.pathway_version} already.")],
        foreign: [
            Unmet(code="another_pathway", message=f"{foreign} is another pathway: that takes a new application.")
        ],
        elsewhere: [
            Unmet(
                code="no_stage",
                message=f"{elsewhere} has none of the stages that this case has reached, so it can't go on there.",
            )
        ],
        other: [],
    }

    for version, missing in said.items():
        case.moving_to = version
        assert list(version_fits(case, asked)) == missing


def test_committee_hears_that_the_vote_has_begun_and_whoever_is_not_of_it_that_ballots_decide():
    walk = make_walk(timezone.localdate() - timedelta(days=950)).reach_council()
    chair, member = walk.officers.chair, walk.officers.council[0]
    ballots = Unmet(
        code="no_decision", message="The Council decides this by its ballots.", requirement="council_decision"
    )
    assert explain(walk.application, "defer", chair).unmet == ()
    assert explain(walk.application, "defer", member).unmet == (ballots,)

    Decision.objects.create(application=walk.application, requirement="council_decision", attempt=1)

    voting = Unmet(code="voting", message="The vote has begun, so the ballots decide.")
    assert explain(walk.application, "defer", chair).unmet == (voting,)
    assert explain(walk.application, "defer", member).unmet == (ballots,)
