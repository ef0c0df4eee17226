"""Agreements are signed by both, statements made by the candidate; a new text or supervisor asks again."""

import pytest

from credentialing.applications.assessments import assess_requirement
from credentialing.applications.services.supervision import end_supervision
from credentialing.evidence.models import AgreementSignature, Attestation
from credentialing.evidence.requirements.statements import statement_digest
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.statements import attest, party_of, sign_agreement, withdraw_attestation
from tests.evidence.acts import NOW, letters, progress, recorded
from tests.evidence.conftest import supervise
from tests.factories import PersonFactory

AGREEMENT, CONSENT = "supervision_agreement", "recording_consent"


def sign(walk, actor):
    return sign_agreement(application=walk.application, requirement=AGREEMENT, actor=actor, now=NOW)


def test_agreement_stands_when_both_have_signed_and_officers_get_a_copy(supervised):
    sign(supervised, supervised.candidate)
    assert progress(supervised, AGREEMENT).summary == "Signed by 1 of 2"
    assert letters(supervised.officers.treasurer.email) == []

    sign(supervised, supervised.supervisor)

    assert progress(supervised, AGREEMENT).met
    for officer in (supervised.officers.treasurer, supervised.officers.coordinator):
        assert letters(officer.email)[-1].template == "agreement_signed"
    assert recorded(supervised.application)[-2:] == ["evidence:statement:signed"] * 2


def test_whoever_signs_first_asks_the_other(supervised):
    sign(supervised, supervised.candidate)
    letter = letters(supervised.supervisor.email)[-1]
    assert letter.template == "agreement_to_sign"
    assert f"/supervision/{supervised.application.uuid}/" in letter.body


def test_supervisor_who_signs_first_asks_the_candidate(supervised):
    sign(supervised, supervised.supervisor)

    letter = letters(supervised.candidate.email)[-1]
    assert letter.template == "agreement_to_sign"
    assert "/my/" in letter.body


def test_signature_is_pinned_to_the_exact_text(supervised):
    signature = sign(supervised, supervised.candidate)

    text = supervised.application.definition.statement(AGREEMENT)
    assert signature.statement_digest == statement_digest(text)


def test_agreement_is_signed_once_by_each(supervised):
    sign(supervised, supervised.candidate)

    with pytest.raises(EvidenceRefused, match="already signed"):
        sign(supervised, supervised.candidate)
    assert AgreementSignature.objects.count() == 1


def test_nobody_but_the_parties_signs(supervised):
    for other in (supervised.officers.coordinator, supervised.officers.supervisors[1], PersonFactory()):
        assert party_of(supervised.application, other, NOW) == ""
        with pytest.raises(PermissionError, match="Only the candidate and their supervisor"):
            sign(supervised, other)


def test_candidate_has_nobody_to_sign_with_before_a_supervisor_accepts(drafted):
    with pytest.raises(EvidenceRefused, match="A supervisor must have accepted"):
        sign(drafted, drafted.candidate)


def test_new_supervisor_signs_anew_in_the_place_of_the_former(supervised):
    former = supervised.supervisor
    sign(supervised, supervised.candidate)
    sign(supervised, former)
    end_supervision(supervision=supervised.application.current_supervision, actor=former, now=NOW)
    supervised.supervisor = supervised.officers.supervisors[1]
    supervise(supervised, NOW)
    assert progress(supervised, AGREEMENT).summary == "Signed by 1 of 2"

    sign(supervised, supervised.supervisor)

    assert progress(supervised, AGREEMENT).met
    assert AgreementSignature.objects.get(person=former).withdrawn_at == NOW


def test_signature_under_another_text_does_not_count_and_is_replaced(supervised):
    signature = sign(supervised, supervised.candidate)
    AgreementSignature.objects.filter(pk=signature.pk).update(statement_digest="0" * 64)

    again = sign(supervised, supervised.candidate)

    assert again.pk != signature.pk
    assert AgreementSignature.objects.filter(withdrawn_at=None).get() == again
    assert progress(supervised, AGREEMENT).summary == "Signed by 1 of 2"


def state(walk, actor=None):
    return attest(application=walk.application, requirement=CONSENT, actor=actor or walk.candidate, now=NOW)


def withdraw(walk, actor=None):
    return withdraw_attestation(
        application=walk.application, requirement=CONSENT, actor=actor or walk.candidate, now=NOW
    )


def test_statement_completes_its_requirement(drafted):
    attestation = state(drafted)

    assert progress(drafted, CONSENT).met
    assert attestation.statement_digest == statement_digest(drafted.application.definition.statement(CONSENT))
    assert recorded(drafted.application)[-1] == "evidence:statement:signed"


def test_statement_is_made_once(drafted):
    state(drafted)

    with pytest.raises(EvidenceRefused, match="already stated"):
        state(drafted)


def test_statement_taken_back_is_kept_and_counts_no_more(drafted):
    attestation = state(drafted)

    withdraw(drafted)

    attestation.refresh_from_db()
    assert attestation.withdrawn_at == NOW
    assert not progress(drafted, CONSENT).met
    assert recorded(drafted.application)[-1] == "evidence:statement:withdrawn"
    with pytest.raises(EvidenceRefused, match="no statement to take back"):
        withdraw(drafted)
    state(drafted)
    assert Attestation.objects.count() == 2


def test_statement_on_an_earlier_text_counts_no_more(drafted):
    state(drafted)
    assert assess_requirement(drafted.application, CONSENT, NOW.date()).progress.met

    Attestation.objects.update(statement_digest="0" * 64)

    assert not assess_requirement(drafted.application, CONSENT, NOW.date()).progress.met


def test_nobody_states_or_takes_back_for_the_candidate(supervised):
    for other in (supervised.supervisor, supervised.officers.coordinator):
        with pytest.raises(PermissionError, match="Only the candidate"):
            state(supervised, other)
        with pytest.raises(PermissionError, match="Only the candidate"):
            withdraw(supervised, other)


def test_supervisor_who_has_left_is_no_party(supervised):
    end_supervision(supervision=supervised.application.current_supervision, actor=supervised.candidate, now=NOW)

    assert party_of(supervised.application, supervised.supervisor, NOW) == ""
    assert party_of(supervised.application, supervised.candidate, NOW) == "candidate"
