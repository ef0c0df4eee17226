"""The candidate's log on its pages."""

import pytest
from django.test import Client
from django.urls import reverse

from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.evidence.models import LogEntry
from credentialing.evidence.services.log import ask_co_leader_again, confirm_log_entry, deny_log_entry
from tests.evidence.acts import NOW, log, secret_of
from tests.evidence.test_forms import group

LOG, ADD = reverse("evidence:log"), reverse("evidence:log-add")


@pytest.fixture
def ada(drafted, as_):
    return as_(drafted.candidate)


def edit_page(entry):
    return reverse("evidence:log-edit", args=[entry.uuid])


def removal(entry):
    return reverse("evidence:log-remove", args=[entry.uuid])


def test_log_shows_sessions_by_month_and_what_they_add_up_to(drafted, ada):
    log(drafted)
    confirm_log_entry(entry=log(drafted, held_on=NOW.date()), role="co_leader", now=NOW)
    denied = log(drafted, held_on=NOW.date().replace(month=2))
    deny_log_entry(entry=denied, role="co_leader", reason="It was the 21st.", now=NOW)

    page = ada.get(LOG).text

    assert page.index("March 2024") < page.index("February 2024")
    assert "3 sessions in all, 270 minutes" in page
    assert "It was the 21st." in page
    assert "Confirmed" in page


def test_session_is_added(drafted, ada):
    assert ada.get(ADD).status_code == 200

    answer = ada.post(ADD, group(), follow=True)

    assert answer.redirect_chain[0][0] == LOG
    assert "The session is in your log." in answer.text
    entry = LogEntry.objects.get()
    assert (entry.application, entry.present, entry.confirmed_at) == (drafted.application, 8, None)


def test_next_session_is_filled_in_with_what_stayed_the_same(drafted, ada):
    answer = ada.post(ADD, group(another=""))

    assert answer.url == ADD
    page = ada.get(ADD).context["form"]
    assert (page["co_leader_name"].value(), page["setting"].value()) == ("Jordan Wells", "open")
    assert not page["held_on"].value()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"present": "-1"}, "present"), ({"co_leader_name": "a\x00b"}, "co_leader_name"), ({"held_on": ""}, "held_on")],
)
def test_refused_session_keeps_what_was_typed(ada, changes, field):
    answer = ada.post(ADD, group(minutes="75", **changes))

    assert list(answer.context["form"].errors) == [field]
    assert 'value="75"' in answer.text
    assert not LogEntry.objects.exists()


def test_second_click_adds_nothing_and_says_so(ada):
    ada.post(ADD, group())

    answer = ada.post(ADD, group())

    assert "in your log already" in answer.context["form"].errors["held_on"][0]
    assert LogEntry.objects.count() == 1


def test_own_address_is_refused_at_its_field(drafted, ada):
    answer = ada.post(ADD, group(co_leader_email=drafted.candidate.email))

    assert list(answer.context["form"].errors) == ["co_leader_email"]


def test_session_is_corrected_and_warns_that_its_confirmation_is_lost(drafted, ada):
    entry = confirm_log_entry(entry=log(drafted), role="co_leader", now=NOW)
    assert "the confirmation is lost" in ada.get(edit_page(entry)).text

    assert ada.post(edit_page(entry), group(minutes="60")).url == LOG

    entry.refresh_from_db()
    assert (entry.minutes, entry.removed_at is None) == (90, False)  # what stood there is kept
    corrected = entry.replaced_by
    assert (corrected.minutes, corrected.confirmed_at) == (60, None)
    page = ada.get(LOG).text
    assert page.count(edit_page(corrected)) >= 1
    assert edit_page(entry) not in page
    assert ada.post(f"/my/log/{entry.uuid}/remove/", {"restore": "1"}).status_code == 409


def test_correction_that_cannot_be_changes_nothing(drafted, ada):
    entry = log(drafted)
    log(drafted, setting="open")

    answer = ada.post(edit_page(entry), group(minutes="60"))

    assert "in your log already" in answer.text
    assert ada.post(edit_page(entry), group(minutes="1")).context["form"].errors
    entry.refresh_from_db()
    assert entry.minutes == 90


def test_session_is_removed_and_put_back(drafted, ada):
    entry = log(drafted)

    assert "You can put it back below." in ada.post(removal(entry), follow=True).text
    assert not LogEntry.objects.standing().exists()
    assert "The session is back." in ada.post(removal(entry), {"restore": ""}, follow=True).text
    assert LogEntry.objects.standing().exists()


def test_second_click_on_remove_is_told_that_it_was_done(drafted, ada):
    entry = log(drafted)
    ada.post(removal(entry))

    answer = ada.post(removal(entry))

    assert answer.status_code == 409
    assert "already been done" in answer.text
    assert LOG in answer.text


def test_somebody_else_s_session_is_absent(drafted, submitted, as_):
    entry = log(drafted)
    browser = as_(submitted.candidate)

    assert browser.get(edit_page(entry)).status_code == 404
    assert browser.post(edit_page(entry), group()).status_code == 404
    assert browser.post(removal(entry)).status_code == 404
    assert as_(drafted.officers.coordinator).get(edit_page(entry)).status_code == 404


def test_log_of_a_closed_case_is_read_and_not_written(drafted, ada):
    entry = log(drafted)
    change_lifecycle(application=drafted.application, name="withdraw", actor=drafted.candidate)

    assert "Add a session" not in ada.get(LOG).text
    assert "closed" in ada.post(ADD, group(setting="other")).text
    assert ada.post(removal(entry)).status_code == 409
    assert LogEntry.objects.standing().count() == 1


# The co-leader's page, reached from an e-mail ---------------------------------------------------------------


def link():
    return reverse("evidence:confirm", args=[secret_of("session_to_confirm")])


@pytest.fixture
def entry(drafted):
    """Asked about today."""
    return ask_co_leader_again(entry=log(drafted), actor=drafted.candidate)


def test_co_leader_reads_what_to_confirm_without_a_log_in(client, entry):
    page = client.get(link()).text

    assert str(entry.application.candidate) in page
    assert "Saturday, March 9, 2024" in page
    entry.refresh_from_db()
    assert entry.confirmed_at is None


def test_co_leader_confirms_by_a_click(client, entry):
    answer = client.post(link(), {"confirm": ""}, follow=True)

    assert "your answer is recorded" in answer.text
    entry.refresh_from_db()
    assert (entry.confirmed_as, entry.confirmed_by) == ("co_leader", None)


def test_co_leader_who_has_an_account_is_named(as_, entry, officers):
    as_(officers.observers[0]).post(link(), {"confirm": ""})

    entry.refresh_from_db()
    assert entry.confirmed_by == officers.observers[0]


def test_second_answer_of_the_co_leader_is_told_that_it_was_given(client, entry):
    client.post(link(), {"confirm": ""})

    for second in ({"confirm": ""}, {"deny": "", "reason": "No."}):
        answer = client.post(link(), second)
        assert answer.status_code == 409
        assert "already been answered" in answer.text
    assert LogEntry.objects.confirmed().exists()


def test_co_leader_says_what_is_not_right(client, entry):
    empty = client.post(link(), {"deny": "", "reason": " "})
    assert list(empty.context["form"].errors) == ["reason"]

    answer = client.post(link(), {"deny": "", "reason": "It was the 10th."}, follow=True)

    assert "your answer is recorded" in answer.text
    entry.refresh_from_db()
    assert entry.denial_reason == "It was the 10th."


def test_candidate_cannot_confirm_by_the_co_leader_s_link(as_, entry):
    answer = as_(entry.application.candidate).post(link(), {"confirm": ""})

    assert answer.status_code == 403
    assert not LogEntry.objects.confirmed().exists()


def test_link_of_a_removed_session_says_so(drafted, ada, client, entry):
    ada.post(reverse("evidence:log-remove", args=[entry.uuid]))
    ada.logout()
    answer = client.get(link())
    assert (answer.status_code, "taken back by whoever asked you" in answer.text) == (410, True)
    assert str(drafted.candidate) not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["0b5a3c527c9f4d599e432f4e8f5d7a10", "a%00b", "%ED%A0%80", "a" * 500])
def test_unknown_link_is_absent_whatever_it_holds(client, token):
    assert client.get(f"/confirm/{token}/").status_code == 404


def test_confirmation_needs_a_token_of_the_form(entry):
    careful = Client(enforce_csrf_checks=True)

    assert careful.post(link(), {"confirm": ""}).status_code == 403
    assert not LogEntry.objects.confirmed().exists()
