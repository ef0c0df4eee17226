"""The last step: certified, awarded and prepared for print, all of it or nothing."""

from datetime import date

import pytest

from certificates.models import Certificate, Credential
from certificates.services import AlreadyHeld, award_credential
from certificates.signals import certificate_issued, certificate_refused
from credentialing.accounts.models import Role, Term
from credentialing.applications.models import Application
from credentialing.applications.services.certification import certify, signatories_on
from credentialing.applications.services.drafts import start_application
from credentialing.correspondence.models import Letter
from credentialing.council.models import Decision
from credentialing.pathways.services import publish_pathway
from tests.applications.conftest import NOON, put
from tests.factories import MembershipFactory, PersonFactory
from tests.pathways.files import SMALL
from workflows.errors import NotPermitted, TransitionBlocked
from workflows.models import LedgerRecord

pytestmark = pytest.mark.django_db

DAY = NOON.date()


@pytest.fixture
def case() -> Application:
    publish_pathway(source=SMALL, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    ada = MembershipFactory(
        person__name="Ada Byron", person__certificate_name="A. A. Lovelace", person__post_nominals="MD"
    )
    case = put(start_application(actor=ada.person, pathway="small", now=NOON), "seen")
    Decision.objects.create(
        application=case,
        requirement="decision",
        attempt=1,
        outcome="approved",
        decided_at=NOON,
        minute_number="2024-01",
    )
    return case


@pytest.fixture
def member():
    return PersonFactory(offices=[Role.COUNCIL])


def test_certified_candidate_holds_a_credential_and_its_certificate_is_prepared(case, member):
    PersonFactory(name="Pia President", certificate_name="Dr. Pia", offices=[Role.PRESIDENT])

    credential = certify(application=case, actor=member, now=NOON)

    assert (case.state, case.is_open) == ("certified", False)
    assert (credential.holder, credential.designation, credential.awarded_on) == (case.candidate, "Small Leader", DAY)
    assert credential.number.startswith("SML-2024-")
    printed = Certificate.objects.get(credential=credential).printed
    assert (printed.name, printed.post_nominals, printed.number) == ("A. A. Lovelace", "MD", credential.number)
    assert (printed.society, printed.pathway_version, printed.awarded_on) == ("Small Society", "1", DAY)
    assert [(s.name, s.office) for s in printed.signatories] == [("Dr. Pia", "President")]
    assert LedgerRecord.objects.of(case).get().role == "council"
    letter = Letter.objects.get(template="certified")
    assert (letter.recipient, credential.number in letter.body) == (case.candidate, True)


def test_signatories_are_those_in_office_on_that_day():
    former, present, chair = (PersonFactory(name=name) for name in ("Former", "Present", "Chair"))
    Term.objects.create(person=former, role=Role.PRESIDENT, starts_on=date(2010, 1, 1), ends_on=date(2023, 12, 31))
    Term.objects.create(person=present, role=Role.PRESIDENT, starts_on=date(2024, 1, 1))
    Term.objects.create(person=chair, role=Role.CCC_CHAIR, starts_on=date(2024, 1, 1))

    assert [s.name for s in signatories_on(date(2023, 12, 31))] == ["Former"]
    assert [s.name for s in signatories_on(date(2024, 1, 1))] == ["Present", "Chair"]
    assert signatories_on(date(2000, 1, 1)) == ()


def test_nobody_but_the_council_certifies(case):
    with pytest.raises(NotPermitted):
        certify(application=case, actor=PersonFactory(offices=[Role.CCC_CHAIR]), now=NOON)

    assert not Credential.objects.exists()


def test_candidate_whose_membership_lapsed_is_not_certified(case, member):
    case.candidate.memberships.update(ends_on=date(2023, 1, 1))

    with pytest.raises(TransitionBlocked, match="Membership ended"):
        certify(application=case, actor=member, now=NOON)

    assert not Credential.objects.exists()


def test_award_that_fails_leaves_the_case_before_the_council(case, member):
    award_credential(
        holder=case.candidate, name="Ada", designation="Small Leader", scheme="small", scheme_version="1",
        number_prefix="SML", awarded_on=DAY, basis="pathway", actor=member, now=NOON,
    )  # fmt: skip

    with pytest.raises(AlreadyHeld):
        certify(application=case, actor=member, now=NOON)

    stored = Application.objects.get(pk=case.pk)
    assert (stored.state, stored.version) == ("seen", 0)
    assert not LedgerRecord.objects.of(case).exists()
    assert Credential.objects.count() == 1
    assert not Letter.objects.exists()


def test_holder_hears_once_that_the_certificate_is_ready(case, member):
    certificate = Certificate.objects.get(credential=certify(application=case, actor=member, now=NOON))

    for _ in range(2):
        certificate_issued.send(sender=Certificate, certificate=certificate)

    assert Letter.objects.get(template="certificate_ready").recipient == case.candidate


def test_keepers_hear_why_a_certificate_cannot_be_drawn(case, member):
    both = PersonFactory(offices=[Role.REGISTRAR, Role.ADMINISTRATOR])
    admin = PersonFactory(offices=[Role.ADMINISTRATOR])
    PersonFactory(offices=[Role.COORDINATOR])
    certificate = Certificate.objects.get(credential=certify(application=case, actor=member, now=NOON))
    certificate.problem = "No font has 𓀀."

    certificate_refused.send(sender=Certificate, certificate=certificate)

    letters = Letter.objects.filter(template="certificate_refused")
    assert sorted(letter.recipient_id for letter in letters) == sorted([both.pk, admin.pk])
    assert all("No font has 𓀀." in letter.body for letter in letters)
