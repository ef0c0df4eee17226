"""Qualifications, references, results of exams: who states, gives and enters them, and what they answer to."""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.evidence.models import ExamResult, Qualification, Reference
from credentialing.evidence.requirements import Holding
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.credentials import (
    annul_exam_result,
    enter_exam_result,
    state_qualification,
    withdraw_qualification,
)
from credentialing.evidence.services.references import (
    ask_reference,
    decline_reference,
    give_reference,
    withdraw_reference,
)
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.evidence.acts import secret_of
from tests.evidence.facts import rule
from tests.factories import MembershipFactory, PersonFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def apply(pathway: str):
    source = shipped_source(pathway)
    publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2015, 1, 1))
    candidate = MembershipFactory(person__name="Cleo Candidate").person
    application = start_application(actor=candidate, pathway=pathway)
    save_application_form(application=application, actor=candidate, motivation="a", prior_experience="b", practice="c")
    return application


@pytest.fixture
def icf():
    application = apply("icf-pcc")
    submit_application(application=application, actor=application.candidate)
    application.refresh_from_db()
    return application


@pytest.fixture
def dbg():
    return apply("dbg-physician")


@pytest.fixture
def clerk():
    return PersonFactory(name="Cora Clerk", offices=[Role.COORDINATOR])


def told(application, slug):
    return assess_requirement(application, slug, TODAY).progress


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def stated(application, **changes):
    given = {
        "what": "specialist_psychiatry",
        "title": "Fachärztin",
        "issuer": "Ärztekammer",
        "held_since": date(2015, 5, 2),
        "actor": application.candidate,
    }
    return state_qualification(application=application, requirement="title", **given | changes)


# Qualifications


def test_qualification_held_for_long_enough_is_enough(dbg):
    assert told(dbg, "title").next_step
    qualification = stated(dbg)
    assert told(dbg, "title").summary == "Fachärztin, Ärztekammer, since May 2, 2015"
    assert told(dbg, "title").met
    withdraw_qualification(qualification=qualification, actor=dbg.candidate)
    assert not told(dbg, "title").met
    with pytest.raises(EvidenceRefused, match="already been taken back"):
        withdraw_qualification(qualification=qualification, actor=dbg.candidate)


def test_rule_of_a_holding_names_every_way_to_it():
    sentence = Holding().sentence

    assert sentence(rule(Holding, any_of=("medical_degree",), active=False)) == "Hold medical degree."
    assert sentence(rule(Holding, credential="abs-leader")) == "Hold the society's credential, still valid."
    assert sentence(rule(Holding, any_of=("a", "b"), credential="abs-leader", held_months=24, active=False)) == (
        "Hold a or b or the society's credential for at least 24 months."
    )


def test_qualification_held_too_short_says_when_it_is_enough(dbg):
    stated(dbg, held_since=TODAY - timedelta(days=30))
    progress = told(dbg, "title")
    assert (progress.met, progress.started) == (False, True)
    assert "long enough on" in progress.summary
    assert progress.changes_on == progress.forecast


@pytest.mark.parametrize(
    ("changes", "refusal", "words"),
    [
        ({"what": "plumbing"}, EvidenceRefused, "isn't one of the qualifications"),
        ({"held_since": TODAY + timedelta(days=1)}, EvidenceRefused, "in the future"),
        ({"valid_until": date(2015, 1, 1)}, ValidationError, "can't end before it begins"),
        ({"title": ""}, ValidationError, "blank"),
    ],
    ids=["another thing", "not yet", "ends first", "no name"],
)
def test_qualification_that_can_not_be_is_refused(dbg, changes, refusal, words):
    with pytest.raises(refusal, match=words):
        stated(dbg, **changes)
    assert not Qualification.objects.exists()


def test_nobody_states_for_somebody_else(dbg, clerk):
    with pytest.raises(PermissionError):
        stated(dbg, actor=clerk)


def test_candidate_states_and_takes_back_on_the_page(dbg):
    client, address = client_of(dbg.candidate), "/my/qualifications/title/"
    assert "haven't stated anything" in client.get(address).content.decode()
    facts = {"what": "specialist_psychiatry", "title": "Fachärztin", "issuer": "Kammer", "held_since": "2015-05-02"}
    assert client.post(address, facts | {"held_since": "2999-01-01"}).status_code == 200
    assert client.post(address, facts).url == address
    assert "Fachärztin" in client.get(address).content.decode()
    door = f"/my/qualifications/{Qualification.objects.get().uuid}/withdraw/"
    assert client.post(door).url == address
    assert client.post(door).status_code == 409
    assert client_of(PersonFactory()).post(door).status_code == 404


# References


def asked(application, **changes) -> Reference:
    given = {"referee_name": "Rory Referee", "referee_email": "Rory@Example.net", "actor": application.candidate}
    return ask_reference(application=application, requirement="mentor_reference", **given | changes)


def test_referee_is_asked_by_a_letter_and_answers_without_a_log_in(icf):
    reference = asked(icf)
    letter = Letter.objects.get(template="reference_asked")
    assert letter.to_address == "rory@example.net"
    assert f"/references/{letter.secret}/" in letter.words
    assert sha256(letter.secret.encode()).hexdigest() == reference.link_digest
    assert told(icf, "mentor_reference").waiting_on == "referee"

    client, address = Client(), f"/references/{secret_of('reference_asked')}/"
    assert client.get(address).status_code == 200
    assert "There is a problem" in client.post(address, {"give": "", "text": "Fine."}).content.decode()
    given = {"give": "", "relation": "teacher", "text": "A calm leader.", "recommended": "on"}
    assert client.post(address, given).url == address
    assert "your answer is recorded" in client.get(address).content.decode()
    assert client.post(address, given).status_code == 409
    assert told(icf, "mentor_reference").met
    assert Letter.objects.filter(template="reference_given", recipient=icf.candidate).exists()
    assert "A calm leader." in client_of(icf.candidate).get("/my/references/mentor_reference/").content.decode()


@pytest.mark.parametrize(
    ("relation", "recommended", "why"),
    [
        ("relative", True, "a relative or friend"),
        ("colleague", True, "not one of those"),
        ("teacher", False, "recommend"),
    ],
)
def test_reference_that_does_not_count_says_why(icf, relation, recommended, why):
    give_reference(reference=asked(icf), relation=relation, text="Well.", recommended=recommended)
    progress = told(icf, "mentor_reference")
    assert not progress.met
    assert why in progress.uncounted[0]
    assert progress.next_step


def test_referee_may_decline_and_the_candidate_asks_somebody_else(icf):
    reference = asked(icf)
    client, address = Client(), f"/references/{secret_of('reference_asked')}/"
    assert client.post(address, {"decline": ""}).url == address
    assert "your answer is recorded" in client.get(address).content.decode()
    with pytest.raises(EvidenceRefused):
        decline_reference(reference=reference)
    assert told(icf, "mentor_reference").waiting_on == "candidate"
    assert Letter.objects.filter(template="reference_declined").exists()
    page = client_of(icf.candidate).get("/my/references/mentor_reference/").content.decode()
    assert "Please ask somebody else" in page


def test_one_asks_others_and_each_once(icf):
    asked(icf)
    with pytest.raises(EvidenceRefused, match="already been asked"):
        asked(icf)
    with pytest.raises(EvidenceRefused, match="your own address"):
        asked(icf, referee_email=icf.candidate.email.upper())
    with pytest.raises(ValidationError):
        asked(icf, referee_email="nowhere")
    with pytest.raises(PermissionError):
        asked(icf, actor=PersonFactory())


def test_nobody_is_their_own_referee_by_another_address(icf):
    reference = asked(icf, referee_email="Second@elsewhere.org")
    own = EmailAddress.objects.create(user=icf.candidate, email="second@elsewhere.org", verified=True)
    for given_up in (False, True):
        if given_up:
            own.delete()
        with pytest.raises(EvidenceRefused, match="your own address"):
            asked(icf, referee_email="SECOND@elsewhere.org")
        with pytest.raises(PermissionError, match="about themselves"):
            give_reference(reference=reference, relation="teacher", text="I am good.", recommended=True)
    other = PersonFactory()
    EmailAddress.objects.create(user=other, email="second@elsewhere.org", verified=True)
    with pytest.raises(PermissionError, match="about themselves"):
        give_reference(reference=reference, relation="teacher", text="I am good.", recommended=True, actor=other)


def test_nobody_gives_a_reference_about_themselves(icf):
    reference = asked(icf)
    with pytest.raises(PermissionError):
        give_reference(
            reference=reference, relation="teacher", text="I am good.", recommended=True, actor=icf.candidate
        )
    answer = client_of(icf.candidate).post(f"/references/{secret_of('reference_asked')}/", {"decline": ""})
    assert answer.status_code == 403


def test_candidate_asks_and_leaves_out_on_the_page(icf):
    client, address = client_of(icf.candidate), "/my/references/mentor_reference/"
    assert "haven't asked anybody" in client.get(address).content.decode()
    facts = {"referee_name": "Rory", "referee_email": "rory@example.net"}
    assert client.post(address, facts).url == address
    assert client.post(address, facts).status_code == 409
    reference = Reference.objects.get()
    door = f"/my/references/{reference.uuid}/withdraw/"
    assert client.post(door).url == address
    assert client.post(door).status_code == 409
    with pytest.raises(EvidenceRefused):
        withdraw_reference(reference=reference, actor=icf.candidate)
    assert Client().get(f"/references/{secret_of('reference_asked')}/").status_code == 410
    assert not told(icf, "mentor_reference").started


# Exams


def entered(application, clerk, score, day=TODAY) -> ExamResult:
    return enter_exam_result(
        application=application, requirement="knowledge", actor=clerk, taken_on=day, score=Decimal(score)
    )


def test_result_is_entered_by_an_officer_and_the_candidate_hears_of_it(icf, clerk):
    entered(icf, clerk, 455, TODAY - timedelta(days=40))
    assert told(icf, "knowledge").summary == "Best result 455, 460 needed"
    entered(icf, clerk, 460)
    assert told(icf, "knowledge").met
    assert Letter.objects.filter(template="exam_result", recipient=icf.candidate).count() == 2
    assert AuditEvent.objects.filter(event="evidence:item:added", details__kind="examresult").count() == 2


def test_result_entered_by_mistake_is_annulled_with_a_reason(icf, clerk):
    result = entered(icf, clerk, 500)
    with pytest.raises(EvidenceRefused, match="Say why"):
        annul_exam_result(result=result, actor=clerk, reason=" ")
    annul_exam_result(result=result, actor=clerk, reason="Another person's.")
    assert not told(icf, "knowledge").met
    with pytest.raises(EvidenceRefused, match="already been annulled"):
        annul_exam_result(result=result, actor=clerk, reason="Again.")
    entered(icf, clerk, 480)


def test_result_that_can_not_be_is_refused(icf, clerk):
    entered(icf, clerk, 400)
    with pytest.raises(EvidenceRefused, match="of this day"):
        entered(icf, clerk, 410)
    with pytest.raises(EvidenceRefused, match="in the future"):
        entered(icf, clerk, 410, TODAY + timedelta(days=1))
    for days in (40, 80):
        entered(icf, clerk, 410, TODAY - timedelta(days=days))
    with pytest.raises(EvidenceRefused, match="3 times"):
        entered(icf, clerk, 410, TODAY - timedelta(days=120))
    progress = told(icf, "knowledge")
    assert (progress.waiting_on, progress.next_step) == ("coordinator", "")


@pytest.mark.parametrize("offices", [[], [Role.TREASURER]])
def test_results_are_entered_by_those_who_keep_the_books(icf, offices):
    with pytest.raises(PermissionError):
        entered(icf, PersonFactory(offices=offices), 500)


def test_officer_enters_and_annuls_on_the_page(icf, clerk):
    client, address = client_of(clerk), f"/reviews/cases/{icf.uuid}/exams/knowledge/"
    assert "No result has been entered" in client.get(address).content.decode()
    facts = {"enter": "", "taken_on": TODAY.isoformat(), "score": "455"}
    assert client.post(address, facts).url == address
    assert client.post(address, facts).status_code == 409
    result = ExamResult.objects.get()
    page = client.post(address, {"annul": "", "result": str(result.uuid), "reason": ""})
    assert page.status_code == 200
    gone = {"annul": "", "result": str(result.uuid), "reason": "Mistake"}
    assert client.post(address, gone).url == address
    assert client.post(address, gone).status_code == 409
    assert "Annulled: Mistake" in client.get(address).content.decode()
    assert client.get(f"/reviews/cases/{icf.uuid}/exams/fee/").status_code == 404
