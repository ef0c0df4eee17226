"""The coordinator changes a rule, tries it on all cases, the council approves, it is published, a candidate moves."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.drafting.models import PathwayDraft
from credentialing.pathways.models import PathwayVersion
from tests.factories import abs_version, make_officers, make_walk
from tests.journeys.actors import Actor, Scene
from workflows.verification import examine

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def officers(db):
    abs_version()
    return make_officers()


def at_the_browser(scene: Scene, person) -> Actor:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return scene.actor(person.email)


def test_rule_is_changed_tried_approved_published_and_a_candidate_moves(scene: Scene, officers):
    walk = make_walk(starts_on=timezone.localdate() - timedelta(days=200), officers=officers).admit()
    cora = at_the_browser(scene, officers.coordinator)
    cora.go("/pathways/").sees("Balint group leader", "Version 2024.1", "There is no draft")
    cora.page.get_by_label("Balint group leader 2024.1 as published").check()
    cora.press("Begin the draft").sees("What it asks for", "12 supervision sessions")
    draft = PathwayDraft.objects.get()
    here = f"/pathways/drafts/{draft.uuid}/"

    cora.sees("Version 2024.1 has been published already: give this one another number")
    cora.follow("The pathway as a whole").fill({"version": "2030.1"}).press("Save").sees("Saved")
    cora.go(here).follow("Edit Supervised sessions").fill({"at_least": "20"}).press("Save")
    cora.sees("As it will be shown", "20 supervision sessions")
    cora.follow("Add other numbers for a time")
    cora.fill({"from": "2020-03-15", "to": "2021-06-30", "reason": "No meetings in person", "at_least": "10"})
    cora.press("Save").sees("March 15, 2020 to June 30, 2021", "No meetings in person")
    cora.go(here).follow("Edit Council").fill({"majority": "two_thirds"}).press("Save").sees("3 or more, by two thirds")
    cora.go(here).follow("Edit the texts to sign").fill({"new_name": "ethics", "new_text": "I keep to the code."})
    cora.press("Save").go(here).sees("I keep to the code.", "Keeps time, frame and confidentiality")
    cora.follow("Edit what evaluators rate by").sees("Ratings that need words").press("Save").sees("Saved")
    cora.go(here).follow("Edit the names of the offices").fill({"text_council": "Board"}).press("Save").go(here).sees(
        "Board"
    )
    cora.go(here).follow("Add a question").fill({"label": "Trained?", "slug": "trained"}).press("Save")
    cora.fill({"choices": "yes: Yes\nno: No"}).press("Save").sees("Yes / No").follow("Take this away")
    cora.press("Take it away")
    cora.go(here).follow("Add a requirement to Co-leading logged")
    cora.fill({"label": "Course on ethics", "slug": "ethics"})
    cora.page.get_by_label("Document: the application form, or a paper").check()
    cora.press("Save").sees("1 mistake to mend")
    cora.fill({"what": "ethics certificate"})
    cora.page.get_by_label("Files can be uploaded").check()
    cora.press("Save").go(here).sees("Course on ethics")
    cora.follow("Add a stage").fill({"label": "Nonsense", "slug": "nonsense"}).press("Save").sees("mistake")
    cora.go(here).follow("Take away the stage Nonsense").press("Take it away")
    cora.go(here).follow("What it changes").sees(
        "12 supervision sessions", "20 supervision sessions", "Course on ethics"
    )
    cora.go(here).follow("The text").sees("Or take a file")
    assert "at_least = 20" in PathwayDraft.objects.get().source
    cora.go(here).follow("Earlier revisions").sees("Took away Nonsense", "The present text")

    cora.go(here).press("Try it on all cases").sees("waits for its turn")
    scene.work_off()
    cora.follow("How far now").sees("1 case looked at", str(walk.candidate), "newly asked: Course on ethics")
    cora.go(here).press("Check it").sees("Checked: this can be published").follow("Ask the council")
    cora.fill({"purpose": "Ethics were missing."})
    cora.page.get_by_label("Applications under way keep the rules they were submitted under").check()
    cora.press("Ask the council").sees("have been asked by e-mail", "Ethics were missing.")

    for member in officers.council[:3]:
        at_the_browser(scene, member).go(here).follow("What it changes").go(here).press("Approve it").sees("noted")
    cora.go(here).sees("Approved", "3 of 3 needed").follow("Publish").press("Publish").sees("it never changes")
    version = PathwayVersion.objects.get(version="2030.1")

    cora.go("/pathways/cases/").sees("Version 2030.1", str(walk.candidate)).follow(f"Move {walk.candidate}")
    cora.follow("Version 2030.1").sees("Course on ethics", "Not asked for", "Every signature goes on counting")
    cora.fill({"reason": "The candidate has asked for it."}).press("Move the application").sees("version 2030.1")
    assert Application.objects.get().pathway_version == version
    assert list(examine()) == []
    assert scene.faults == []
