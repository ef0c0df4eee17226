"""Links of co-leaders and referees: for one matter, for a time, and known to nobody but whoever got the letter."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credentialing.accounts.limit_table import RATES
from credentialing.accounts.limits import TooOften
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.correspondence.models import Letter
from credentialing.correspondence.strangers import plain_name
from credentialing.evidence.links import LinkState
from credentialing.evidence.models import LogEntry, Reference
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.log import (
    ask_co_leader_again,
    confirm_log_entry,
    edit_log_entry,
    remove_log_entry,
)
from credentialing.evidence.services.references import ask_referee_again, ask_reference, withdraw_reference
from tests.evidence.acts import group, log, recorded, secret_of
from tests.factories import PersonFactory


@pytest.fixture
def entry(drafted) -> LogEntry:
    return ask_co_leader_again(entry=log(drafted), actor=drafted.candidate)


@pytest.fixture
def reference(drafted) -> Reference:
    return ask_reference(
        application=drafted.application, requirement="admission", actor=drafted.candidate,
        referee_name="Rory", referee_email="rory@example.net",
    )  # fmt: skip


def page_of(item) -> str:
    """Where the last letter about it leads."""
    if isinstance(item, LogEntry):
        return reverse("evidence:confirm", args=[secret_of("session_to_confirm")])
    return reverse("evidence:reference", args=[secret_of("reference_asked")])


@pytest.fixture(params=["entry", "reference"])
def asked(request):
    return request.getfixturevalue(request.param)


def test_link_opens_its_page_and_tells_a_stranger_nothing_once_it_is_too_old(client, asked, settings):
    page, name = page_of(asked), str(asked.application.candidate)
    assert name in client.get(page).text
    days = timedelta(days=settings.LINK_DAYS)

    with time_machine.travel(asked.link_sent_at + days - timedelta(seconds=5)):
        assert client.get(page).status_code == 200
    with time_machine.travel(asked.link_sent_at + days):
        too_old = client.get(page)
        answered = client.post(page, {"confirm": "", "decline": ""})

    for answer in (too_old, answered):
        assert answer.status_code == 410
        assert "This link is too old" in answer.text
        assert "have a new link sent" in answer.text
        assert name not in answer.text
    asked.refresh_from_db()
    assert not asked.is_answered


def test_link_ends_with_the_case(client, asked):
    page = page_of(asked)
    change_lifecycle(application=asked.application, name="withdraw", actor=asked.application.candidate)

    answer = client.get(page)

    assert (answer.status_code, "needed any more" in answer.text) == (410, True)
    assert str(asked.application.candidate) not in answer.text


def test_link_ends_when_the_candidate_takes_the_request_back(client, entry, reference):
    pages, candidate = [page_of(entry), page_of(reference)], entry.application.candidate
    remove_log_entry(entry=entry, actor=candidate)
    withdraw_reference(reference=reference, actor=candidate)

    assert [client.get(page).status_code for page in pages] == [410, 410]


def test_link_has_done_its_work_with_the_answer(client, entry):
    page = page_of(entry)
    confirm_log_entry(entry=entry, role="co_leader")

    answer = client.get(page)

    assert (answer.status_code, "your answer is recorded" in answer.text) == (200, True)
    assert str(entry.application.candidate) not in answer.text
    assert client.post(page, {"confirm": ""}).status_code == 409


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/confirm/nothing/", "/references/nothing/"])
def test_link_that_nobody_sent_says_what_to_do(client, address):
    answer = client.get(address)

    assert (answer.status_code, "cut it off" in answer.text) == (404, True)


# Sent again ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_suspicion", [False, True])
def test_new_link_ends_the_earlier_ones_only_on_suspicion(client, entry, reference, drafted, on_suspicion):
    earlier = [page_of(entry), page_of(reference)]
    ada = Client()
    ada.force_login(drafted.candidate)
    assert "Send your co-leader a new link" in ada.get(f"/my/log/{entry.uuid}/").text
    page_of_references = reverse("evidence:references", args=["admission"])
    said = {"end_earlier": ""} if on_suspicion else {}

    sent = ada.post(f"/my/log/{entry.uuid}/ask-again/", said, follow=True)
    again = ada.post(f"/my/references/{reference.uuid}/ask-again/", said)

    assert "A new letter is on its way to jordan@example.net" in sent.text
    assert ("Earlier links no longer work" in sent.text) is on_suspicion
    assert again.url == page_of_references
    answers = [client.get(page) for page in earlier]
    assert [answer.status_code for answer in answers] == [410 if on_suspicion else 200] * 2
    assert ["There is a newer letter" in answer.text for answer in answers] == [on_suspicion] * 2
    assert [str(drafted.candidate) in answer.text for answer in answers] == [not on_suspicion] * 2
    assert [client.get(page_of(item)).status_code for item in (entry, reference)] == [200, 200]
    assert recorded(drafted.application)[-2:] == ["evidence:item:asked_again"] * 2


# What it was about is changed ----------------------------------------------------------------------------------------


def edited(entry, **changes):
    return edit_log_entry(entry=entry, actor=entry.application.candidate, **group(**changes))


def test_edits_write_no_other_letter_and_the_same_link_asks_about_what_the_session_is_now(client, entry):
    page, letters = page_of(entry), Letter.objects.count()
    first = edited(entry, minutes=60)
    second = edited(first, minutes=75, co_leader_email="JORDAN@example.net")

    assert Letter.objects.count() == letters
    answer = client.get(page)
    assert "75 minutes" in answer.text
    assert "changed this since the letter was written" in answer.text
    client.post(page, {"confirm": "", "version": str(second.uuid)})
    second.refresh_from_db()
    assert second.confirmed_at
    assert "your answer is recorded" in client.get(page).text


def test_link_of_any_earlier_letter_follows_the_session_too(client, entry, drafted):
    first = page_of(entry)
    edited(ask_co_leader_again(entry=entry, actor=drafted.candidate), minutes=60)
    assert "60 minutes" in client.get(first).text
    assert LogEntry.objects.behind(first.split("/")[-2]).get().minutes == 60


def test_nobody_answers_about_what_they_have_not_seen(client, entry):
    page = page_of(entry)
    seen = str(entry.uuid)
    later = edited(entry, minutes=60)
    for answer in ({"confirm": ""}, {"deny": "", "reason": "No."}):
        refused = client.post(page, answer | {"version": seen})
        assert (refused.status_code, "changed since you opened the page" in refused.text) == (409, True)
    later.refresh_from_db()
    assert not later.is_answered


def test_session_that_is_changed_after_the_answer_is_asked_about_again_and_both_links_lead_there(client, entry):
    page = page_of(entry)
    confirm_log_entry(entry=entry, role="co_leader")
    edited(entry, minutes=60)
    newer = page_of(entry)
    assert newer != page
    assert ["60 minutes" in client.get(one).text for one in (page, newer)] == [True, True]


def test_former_co_leader_is_told_that_they_are_not_asked(client, entry):
    page = page_of(entry)
    edited(entry, co_leader_email="sam@example.net", co_leader_name="Sam")
    answer = client.get(page)
    assert (answer.status_code, "was changed, and you" in answer.text) == (410, True)
    assert "Sam" not in answer.text
    assert str(entry.application.candidate) not in answer.text
    assert client.get(page_of(entry)).status_code == 200


def test_link_that_is_too_old_is_followed_by_a_letter_when_the_session_is_changed(entry, settings):
    letters = Letter.objects.count()
    with time_machine.travel(entry.link_sent_at + timedelta(days=settings.LINK_DAYS + 1)):
        edited(entry, minutes=60)
    assert Letter.objects.count() == letters + 1


def test_reference_that_is_asked_for_anew_opens_by_the_old_link_too(client, reference, drafted):
    page = page_of(reference)
    withdraw_reference(reference=reference, actor=drafted.candidate)
    assert "taken back by whoever asked you" in client.get(page).text
    ask_reference(
        application=drafted.application, requirement="admission", actor=drafted.candidate,
        referee_name="Rory", referee_email="rory@example.net",
    )  # fmt: skip
    assert client.get(page).status_code == 200


def test_nobody_but_the_candidate_has_a_link_sent(entry, reference, as_):
    stranger = as_(PersonFactory())
    assert stranger.post(f"/my/log/{entry.uuid}/ask-again/").status_code == 404
    assert stranger.post(f"/my/references/{reference.uuid}/ask-again/").status_code == 404
    with pytest.raises(PermissionError):
        ask_co_leader_again(entry=entry, actor=PersonFactory())
    with pytest.raises(PermissionError):
        ask_referee_again(reference=reference, actor=PersonFactory())


def test_nobody_is_asked_again_who_has_answered_or_has_no_address(entry, reference, drafted, as_):
    confirm_log_entry(entry=entry, role="co_leader")
    withdraw_reference(reference=reference, actor=drafted.candidate)
    candidate = as_(drafted.candidate)
    for address in (f"/my/log/{entry.uuid}/ask-again/", f"/my/references/{reference.uuid}/ask-again/"):
        assert candidate.post(address).status_code == 409
    without = log(drafted, co_leader_email="", setting="other")
    assert (without.link_digest, without.link_ends_at, without.link_state(timezone.now())) == (
        None, None, LinkState.EXPIRED,
    )  # fmt: skip
    with pytest.raises(EvidenceRefused, match="nobody to ask"):
        ask_co_leader_again(entry=without, actor=drafted.candidate)


# Letters to strangers ------------------------------------------------------------------------------------------------


def test_few_letters_go_to_strangers_and_what_was_typed_is_kept(drafted, as_, settings):
    settings.ACCOUNT_RATE_LIMITS = RATES | {"letter_to_stranger": "1/h/key"}
    candidate = as_(drafted.candidate)
    fields = {name: value for name, value in group().items() if value is not False}
    assert candidate.post(reverse("evidence:log-add"), fields).status_code == 302

    refused = candidate.post(reverse("evidence:log-add"), fields | {"setting": "other", "minutes": "75"})

    assert refused.status_code == 429
    assert "Retry-After" in refused.headers
    assert "as many letters sent as one may" in refused.text
    assert 'value="75"' in refused.text
    assert LogEntry.objects.count() == Letter.objects.count() == 1
    without = candidate.post(
        reverse("evidence:log-add"),
        fields | {"setting": "other", "role": "led", "co_leader_name": "", "co_leader_email": ""},
    )
    assert without.status_code == 302


def test_files_are_uploaded_and_people_asked_only_so_often(drafted, as_, settings):
    settings.ACCOUNT_RATE_LIMITS = RATES | {"upload": "1/h/user", "request": "1/h/user"}
    candidate = as_(drafted.candidate)
    for address in (reverse("evidence:files", args=["supervision_agreement"]), reverse("applications:supervisor")):
        assert [candidate.post(address).status_code == 429 for _ in range(2)] == [False, True], address
        assert candidate.get(address).status_code == 200


def test_one_address_is_spared_whoever_asks(drafted, settings):
    settings.ACCOUNT_RATE_LIMITS = RATES | {"letters_to_address": "1/d/key"}
    log(drafted)
    with pytest.raises(TooOften):
        log(drafted, setting="other", co_leader_email="JORDAN@example.net")
    log(drafted, setting="other", co_leader_email="somebody.else@example.net")


def test_letter_to_a_stranger_has_no_words_that_somebody_typed_but_a_name(drafted):
    ada = drafted.candidate
    ada.name = "Ada <b>won.example/claim</b> call 555-0199"
    ada.save()

    log(drafted, co_leader_name="Jordan, click http://bait.example")

    text = Letter.objects.get().subject + Letter.objects.get().words
    assert "bait" not in text
    assert "555" not in text
    assert "won.example" not in text
    assert Letter.objects.get().body.startswith("Hello,\n\nAda b won. example claim b call has logged")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Siobhán O\u2019Brien-Núñez", "Siobhán O\u2019Brien-Núñez"),
        ("J.R. Smith, M.D.", "J. R. Smith, M. D."),
        ("नूर अमीन", "नूर अमीन"),
        ("Eve\r\nBcc: all@evil.example", "Eve Bcc all evil. example"),
        ("x" * 100, "x" * 60),
        ("12 345", "Somebody"),
    ],
)
def test_name_in_letters_to_strangers_is_letters_alone(name, plain):
    assert plain_name(name) == plain
