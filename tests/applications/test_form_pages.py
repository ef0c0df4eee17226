"""The application form on the page: written, checked, handed in once."""

import pytest

from credentialing.applications.models import Application
from credentialing.applications.services.drafts import submit_application
from tests.applications.conftest import put
from tests.applications.pages import address, words

pytestmark = pytest.mark.django_db

ANSWERS = {"motivation": "To give back.", "prior_experience": "Three years.", "practice": "Family medicine."}


def test_form_is_saved_half_written_and_leads_home_or_to_the_check(client, own):
    assert client.get(address("form")).status_code == 200

    answer = client.post(address("form"), ANSWERS | {"practice": "", "draft": ""}, follow=True)
    assert "Your application form is saved." in answer.text
    assert answer.redirect_chain[-1][0] == address("home")
    answer = client.post(address("form"), ANSWERS | {"check": ""})

    assert answer.headers["Location"] == address("check")
    own.refresh_from_db()
    assert own.practice == "Family medicine."


def test_answer_that_is_too_long_is_not_saved_and_not_lost(client, own):
    answer = client.post(address("form"), ANSWERS | {"practice": "x" * 2001})

    assert "error-summary" in answer.text
    assert "x" * 2001 in answer.text
    own.refresh_from_db()
    assert own.practice == ""


def test_form_that_is_with_the_reviewers_can_be_read_and_not_changed(client, submitted):
    client.force_login(submitted.candidate)
    before = submitted.motivation

    answer = client.post(address("form"), ANSWERS)

    assert "can be read and not changed" in words(answer)
    submitted.refresh_from_db()
    assert submitted.motivation == before


def test_form_closed_by_another_window_meanwhile_is_a_conflict(client, own, monkeypatch):
    from credentialing.applications import views

    monkeypatch.setattr(views, "can_edit_form", lambda _: True)  # as it was when this window looked
    put(own, "applied")

    answer = client.post(address("form"), ANSWERS)

    assert answer.status_code == 409
    assert "with the reviewers" in words(answer)


def test_check_lists_everything_that_is_missing_with_links(client, own):
    page = client.get(address("check"))

    assert page.status_code == 200
    for slug in ("membership", "first_intensive", "application_form"):
        assert f'href="{address("requirement", slug)}"' in page.text


def test_submitting_too_early_is_refused_with_the_list(client, own):
    answer = client.post(address("check"), {"truthful": "on"})

    assert answer.status_code == 422
    assert "No membership on record" in words(answer)
    own.refresh_from_db()
    assert own.state == "draft"


def ready(walk):
    walk.draft()
    walk.attend(walk.starts_on.replace(year=2023), walk.place)
    Application.objects.filter(pk=walk.application.pk).update(**ANSWERS)
    walk.application.refresh_from_db()
    return walk.application


def test_nothing_is_submitted_before_one_says_that_it_is_true(client, walk):
    case = ready(walk)
    client.force_login(case.candidate)

    answer = client.post(address("check"), {})

    assert "error-summary" in answer.text
    case.refresh_from_db()
    assert case.state == "draft"


def test_application_is_submitted_on_the_page_once(client, walk):
    case = ready(walk)
    client.force_login(case.candidate)

    answer = client.post(address("check"), {"truthful": "on"}, follow=True)

    assert case.reference in words(answer)
    case.refresh_from_db()
    assert case.state == "applied"
    for again in (client.get(address("check")), client.post(address("check"), {"truthful": "on"})):
        assert again.status_code == 409
        assert "already been submitted" in words(again)
    assert case.version == 1


def test_application_submitted_in_another_window_meanwhile_is_a_conflict(client, walk, monkeypatch):
    from credentialing.applications import access

    case = ready(walk)
    stale = Application.objects.select_related("pathway_version", "candidate").get(pk=case.pk)
    submit_application(application=case, actor=case.candidate)
    monkeypatch.setattr(access, "own_case", lambda _: stale)
    client.force_login(case.candidate)

    answer = client.post(address("check"), {"truthful": "on"})

    assert answer.status_code == 409
    assert "Applied" in words(answer)


def test_page_after_submitting_needs_a_submission(client, own):
    assert client.get(address("submitted")).headers["Location"] == address("home")

    put(own, "applied")

    assert own.reference in client.get(address("submitted")).text
