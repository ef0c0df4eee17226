"""Sessions are confirmed or denied by the co-leader or the supervisor, once, and never by the candidate."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from credentialing.applications.services.supervision import end_supervision
from credentialing.audit.models import AuditEvent
from credentialing.evidence.models import LogEntry
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.log import confirm_log_entries, confirm_log_entry, deny_log_entry
from tests.evidence.acts import NOW, letters, log, recorded
from tests.evidence.conftest import supervise
from tests.factories import PersonFactory


def test_co_leader_confirms_without_an_account(drafted):
    entry = confirm_log_entry(entry=log(drafted), role="co_leader", now=NOW)

    assert (entry.confirmed_at, entry.confirmed_by, entry.confirmed_as) == (NOW, None, "co_leader")
    said = AuditEvent.objects.get(event="evidence:session:confirmed")
    assert said.actor is None
    assert said.details == {"item": str(entry.uuid), "kind": "log", "as": "co_leader"}


def test_supervisor_confirms_several_sessions_at_once(supervised):
    entries = [log(supervised), log(supervised, held_on=date(2024, 3, 16))]

    confirmed = confirm_log_entries(entries=entries, actor=supervised.supervisor, now=NOW)

    assert [entry.confirmed_by for entry in confirmed] == [supervised.supervisor] * 2
    assert LogEntry.objects.confirmed().count() == 2


def test_several_sessions_are_confirmed_all_or_none(supervised):
    answered = confirm_log_entry(entry=log(supervised), role="co_leader", now=NOW)
    waiting = log(supervised, held_on=date(2024, 3, 16))

    with pytest.raises(EvidenceRefused, match="already been answered"):
        confirm_log_entries(entries=[waiting, answered], actor=supervised.supervisor)

    assert LogEntry.objects.unanswered().get() == waiting


@pytest.mark.parametrize("role", ["co_leader", "supervisor"])
def test_nobody_confirms_or_denies_their_own_session(supervised, role):
    entry = log(supervised)

    with pytest.raises(PermissionError, match="Nobody confirms their own"):
        confirm_log_entry(entry=entry, role=role, actor=supervised.candidate)
    with pytest.raises(PermissionError, match="Nobody confirms their own"):
        deny_log_entry(entry=entry, role=role, actor=supervised.candidate, reason="No.")


def test_only_the_candidate_s_own_supervisor_confirms_as_supervisor(supervised):
    entry = log(supervised)

    for somebody in (supervised.officers.supervisors[1], PersonFactory(), None):
        with pytest.raises(PermissionError, match="Only the candidate's supervisor"):
            confirm_log_entry(entry=entry, role="supervisor", actor=somebody)


def test_former_supervisor_confirms_nothing(supervised):
    entry = log(supervised)
    end_supervision(supervision=supervised.application.current_supervision, actor=supervised.candidate)

    with pytest.raises(PermissionError):
        confirm_log_entry(entry=entry, role="supervisor", actor=supervised.supervisor)


def test_supervisor_who_has_not_accepted_confirms_nothing(drafted):
    entry = log(drafted)
    with pytest.raises(PermissionError):
        confirm_log_entry(entry=entry, role="supervisor", actor=drafted.supervisor)

    supervise(drafted)
    assert confirm_log_entry(entry=entry, role="supervisor", actor=drafted.supervisor).confirmed_at


def test_session_is_answered_once(drafted):
    entry = log(drafted)
    confirm_log_entry(entry=entry, role="co_leader")

    with pytest.raises(EvidenceRefused, match="already been answered"):
        confirm_log_entry(entry=entry, role="co_leader")
    with pytest.raises(EvidenceRefused, match="already been answered"):
        deny_log_entry(entry=entry, role="co_leader", reason="No.")


def test_denial_tells_the_candidate_and_keeps_the_reason(drafted):
    entry = deny_log_entry(entry=log(drafted), role="co_leader", reason="  It was the 10th. ", now=NOW)

    assert (entry.denied_at, entry.denial_reason) == (NOW, "It was the 10th.")
    letter = letters(drafted.candidate.email)[-1]
    assert letter.template == "session_denied"
    assert "March 9, 2024" in letter.body
    assert "10th" not in letter.body
    assert recorded(drafted.application)[-1] == "evidence:session:denied"


def test_denial_needs_a_reason(drafted):
    entry = log(drafted)

    with pytest.raises(EvidenceRefused, match="Say what is not right"):
        deny_log_entry(entry=entry, role="co_leader", reason="  ")
    assert LogEntry.objects.unanswered().get() == entry


def test_denied_session_waits_for_nobody(drafted):
    deny_log_entry(entry=log(drafted), role="co_leader", reason="No.")

    assert not LogEntry.objects.unanswered().exists()
    assert not LogEntry.objects.confirmed().exists()


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("given_up", [True, False])
@pytest.mark.parametrize("written", ["second@elsewhere.org", "Second@ELSEWHERE.org", "second@elsewhere.org."])
def test_candidate_is_asked_at_no_address_of_their_own(supervised, verified, given_up, written):
    own = EmailAddress.objects.create(user=supervised.candidate, email="second@elsewhere.org", verified=verified)
    if given_up:
        own.delete()
    with pytest.raises(ValidationError, match="your own address"):
        log(supervised, co_leader_email=written)


def test_link_sent_to_what_is_one_s_own_address_since_is_answered_by_nobody(supervised):
    entry = log(supervised, co_leader_email="second@elsewhere.org")
    EmailAddress.objects.create(user=supervised.candidate, email="second@elsewhere.org", verified=True)
    with pytest.raises(PermissionError, match="Nobody confirms their own"):
        confirm_log_entry(entry=entry, role="co_leader")
    assert confirm_log_entry(entry=entry, role="supervisor", actor=supervised.supervisor).confirmed_at


def test_second_account_of_the_candidate_s_address_confirms_nothing(supervised):
    other = PersonFactory()
    EmailAddress.objects.create(user=supervised.candidate, email="shared@elsewhere.org", verified=True).delete()
    EmailAddress.objects.create(user=other, email="shared@elsewhere.org", verified=True)
    with pytest.raises(PermissionError, match="Nobody confirms their own"):
        confirm_log_entry(entry=log(supervised), role="co_leader", actor=other)
