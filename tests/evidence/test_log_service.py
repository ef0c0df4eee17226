"""The log of groups: added, corrected, removed and put back by the candidate alone."""

import re
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import ValidationError

from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.evidence.models import LogEntry
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.log import (
    add_log_entry,
    confirm_log_entry,
    deny_log_entry,
    edit_log_entry,
    remove_log_entry,
)
from credentialing.operations.demo.walk import noon
from tests.evidence.acts import NOW, group, letters, log, progress, recorded
from tests.factories import PersonFactory


def edit(entry, actor, **changes):
    return edit_log_entry(entry=entry, actor=actor, now=NOW, **group(**changes))


def test_session_is_logged_recorded_and_shown_in_the_progress(drafted):
    entry = log(drafted)

    assert entry.confirmed_at is None
    assert recorded(drafted.application)[-1] == "evidence:item:added"
    assert progress(drafted, "debriefs").summary == "1 of 24"


def test_co_leader_is_asked_once_by_a_link_that_only_they_know(drafted):
    entry = log(drafted)

    (letter,) = letters("jordan@example.net")
    assert re.search(r"/confirm/([\w-]{32})/", letter.words)[1] == letter.secret
    assert drafted.candidate.name in letter.body
    assert sha256(letter.secret.encode()).hexdigest() == entry.link_digest
    assert letter.secret not in f"{letter.body} {letter.context} {letter.dedupe_key}"
    assert log(drafted, held_on=date(2024, 3, 16)).link_digest != entry.link_digest


def test_co_leader_without_an_address_is_asked_nothing(drafted):
    log(drafted, co_leader_email="")

    assert letters("jordan@example.net") == letters("") == []


def test_nobody_logs_for_somebody_else(drafted):
    for other in (drafted.supervisor, drafted.officers.coordinator, PersonFactory()):
        with pytest.raises(PermissionError, match="Only the candidate"):
            add_log_entry(application=drafted.application, actor=other, now=NOW, **group())
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(("day", "words"), [(date(2024, 3, 21), "in the future"), (date(1989, 12, 31), "before 1990")])
def test_session_to_come_or_long_ago_is_refused(drafted, day, words):
    with pytest.raises(EvidenceRefused, match=words):
        log(drafted, held_on=day)


def test_today_is_the_society_s_day_and_not_that_of_greenwich(drafted):
    evening = noon(date(2024, 3, 20)) + timedelta(hours=8)  # 10 p.m. in New York, the 21st in Greenwich
    fields = group(held_on=date(2024, 3, 21))

    with pytest.raises(EvidenceRefused, match="in the future"):
        add_log_entry(application=drafted.application, actor=drafted.candidate, now=evening, **fields)


def test_same_session_is_logged_once(drafted):
    log(drafted)

    with pytest.raises(EvidenceRefused, match="in your log already"):
        log(drafted, minutes=60)
    log(drafted, setting="open")
    log(drafted, role="led", co_leader_name="")
    assert drafted.application.log_entries.count() == 3


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("present", {"present": 0}),
        ("present", {"present": 61}),
        ("minutes", {"minutes": 14}),
        ("cases", {"cases": 11}),
        ("co_leader_email", {"co_leader_email": "nobody"}),
        ("__all__", {"co_leader_name": ""}),
    ],
)
def test_session_that_cannot_be_is_refused_at_its_field(drafted, field, changes):
    with pytest.raises(ValidationError) as refusal:
        log(drafted, **changes)

    assert list(refusal.value.error_dict) == [field]


def test_candidate_is_not_asked_to_confirm_their_own_session(drafted):
    with pytest.raises(ValidationError, match="your own address") as refusal:
        log(drafted, co_leader_email=drafted.candidate.email.upper())

    assert list(refusal.value.error_dict) == ["co_leader_email"]
    assert not LogEntry.objects.exists()


def test_closed_case_takes_no_evidence(drafted):
    entry = log(drafted)
    change_lifecycle(application=drafted.application, name="withdraw", actor=drafted.candidate, now=NOW)

    for act in (
        lambda: log(drafted, held_on=date(2024, 3, 16)),
        lambda: edit(entry, drafted.candidate, minutes=60),
        lambda: remove_log_entry(entry=entry, actor=drafted.candidate),
        lambda: confirm_log_entry(entry=entry, role="co_leader"),
    ):
        with pytest.raises(EvidenceRefused, match="closed"):
            act()


def test_correction_loses_the_confirmation_and_asks_the_co_leader_again(drafted):
    entry = confirm_log_entry(entry=log(drafted), role="co_leader", now=NOW)

    changed = edit(entry, drafted.candidate, minutes=60)

    assert (changed.confirmed_at, changed.confirmed_by, changed.confirmed_as) == (None, None, "")
    assert changed.edited_at == NOW
    assert changed.link_digest != entry.link_digest
    assert len(letters("jordan@example.net")) == 2
    assert recorded(drafted.application)[-1] == "evidence:item:edited"


def test_correction_answers_a_denial(drafted):
    entry = deny_log_entry(entry=log(drafted), role="co_leader", reason="It was the 10th.", now=NOW)

    changed = edit(entry, drafted.candidate, held_on=date(2024, 3, 10))

    assert (changed.denied_at, changed.denial_reason) == (None, "")


def test_saving_without_a_change_keeps_the_confirmation(drafted):
    entry = confirm_log_entry(entry=log(drafted), role="co_leader", now=NOW)

    same = edit(entry, drafted.candidate)

    assert same.confirmed_at == NOW
    assert same.edited_at is None
    assert len(letters("jordan@example.net")) == 1


def test_session_cannot_become_a_repetition_of_another(drafted):
    log(drafted)
    other = log(drafted, held_on=date(2024, 3, 16))

    with pytest.raises(EvidenceRefused, match="in your log already"):
        edit(other, drafted.candidate)


def test_correction_is_held_to_the_rules_of_a_new_session(drafted):
    entry = log(drafted)

    with pytest.raises(EvidenceRefused, match="in the future"):
        edit(entry, drafted.candidate, held_on=date(2024, 4, 1))
    with pytest.raises(ValidationError, match="your own address"):
        edit(entry, drafted.candidate, co_leader_email=drafted.candidate.email)
    with pytest.raises(PermissionError):
        edit(entry, drafted.supervisor, minutes=60)
    assert LogEntry.objects.get().minutes == 90


def test_removed_session_counts_no_more_and_can_be_put_back(drafted):
    entry = log(drafted)

    removed = remove_log_entry(entry=entry, actor=drafted.candidate, now=NOW)
    assert removed.removed_at == NOW
    assert progress(drafted, "debriefs").summary == "0 of 24"

    remove_log_entry(entry=entry, actor=drafted.candidate, restore=True, now=NOW)
    assert progress(drafted, "debriefs").summary == "1 of 24"
    assert recorded(drafted.application)[-2:] == ["evidence:item:removed", "evidence:item:added"]


def test_session_is_removed_once_and_put_back_once(drafted):
    entry = log(drafted)
    with pytest.raises(EvidenceRefused, match="already been done"):
        remove_log_entry(entry=entry, actor=drafted.candidate, restore=True)

    remove_log_entry(entry=entry, actor=drafted.candidate)
    with pytest.raises(EvidenceRefused, match="already been done"):
        remove_log_entry(entry=entry, actor=drafted.candidate)


def test_removed_session_is_neither_corrected_nor_answered(drafted):
    entry = log(drafted)
    remove_log_entry(entry=entry, actor=drafted.candidate)

    with pytest.raises(EvidenceRefused, match="removed from the log"):
        edit(entry, drafted.candidate, minutes=60)
    with pytest.raises(EvidenceRefused, match="removed from the log"):
        confirm_log_entry(entry=entry, role="co_leader")


def test_session_is_not_put_back_beside_the_same_one(drafted):
    entry = log(drafted)
    remove_log_entry(entry=entry, actor=drafted.candidate)
    log(drafted)

    with pytest.raises(EvidenceRefused, match="in your log already"):
        remove_log_entry(entry=entry, actor=drafted.candidate, restore=True)


def test_nobody_removes_somebody_else_s_session(drafted):
    with pytest.raises(PermissionError):
        remove_log_entry(entry=log(drafted), actor=drafted.supervisor)
