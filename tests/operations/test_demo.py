"""The demo society: whole, the same every time, kept by a second start, and never outside the demo."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates.models import Credential
from credentialing.accounts.models import Person
from credentialing.applications.models import Application, AwaitedAct
from credentialing.correspondence.models import Letter
from credentialing.evidence.models import EvidenceFile
from credentialing.operations.demo.people import make_candidate
from workflows.verification import examine

pytestmark = pytest.mark.django_db


def demo(*options: str, **kwargs) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out, **kwargs)
    return out.getvalue()


def test_society_has_cases_in_every_state_and_honest_ledgers():
    out = demo(verbosity=2)
    states = {application.state for application in Application.objects.all()}
    assert states >= {
        "draft", "applied", "workshop_attended", "certified", "on_hold", "declined", "deferred", "withdrawn",
    }  # fmt: skip
    assert {credential.status_today for credential in Credential.objects.all()} >= {"active", "suspended", "expired"}
    years = {credential.awarded_on.year for credential in Credential.objects.filter(basis="import")}
    assert (min(years), max(years)) == (1999, 2026)
    assert Credential.objects.filter(basis="import").count() == 44
    assert list(examine()) == []
    quarantined = EvidenceFile.objects.get(state="quarantined")
    for account in ("coordinator1", "reviewer1"):
        assert EvidenceFile.objects.awaiting(Person.objects.get(email=f"{account}@example.org")).get() == quarantined
    assert not Application.objects.filter(submitted_at__gt=timezone.now()).exists()
    returned = Application.objects.get(candidate__email="candidate6@example.org")
    assert returned.requirement_progress.get(requirement="group_sessions").status == "action_needed"
    conflicted = Application.objects.get(candidate__email="candidate11@example.org")
    reviewer = Person.objects.get(email="reviewer1@example.org")
    assert conflicted not in Application.objects.reviewable_by(reviewer)
    for account in ("coordinator1", "reviewer1", "treasurer1", "organiser1", "registrar1", "council5", "supervisor3"):
        person = Person.objects.get(email=f"{account}@example.org")
        assert person.emailaddress_set.get().verified
        assert account in out
    roles = set(AwaitedAct.objects.values_list("role", flat=True))
    assert roles >= {"candidate", "supervisor", "coordinator", "treasurer", "observer", "council"}
    assert len(mail.outbox) == 25
    assert {letter.template for letter in Letter.objects.exclude(state="sent")} == {"checkpoint"}

    numbers = list(Credential.objects.order_by("number").values_list("number", "awarded_on", "holder__name"))
    assert "as you left it" in demo()
    assert list(Credential.objects.order_by("number").values_list("number", "awarded_on", "holder__name")) == numbers


def test_number_of_candidates_and_password_are_options():
    demo("--candidates", "2", "--password", "another one")
    assert Application.objects.count() == 2
    assert Person.objects.get(email="candidate2@example.org").check_password("another one")
    with pytest.raises(CommandError, match="negative"):
        demo("--candidates", "-1")


@pytest.mark.django_db(transaction=True)
def test_reset_begins_anew():
    demo("--candidates", "0")
    Person.objects.create_user("guest@example.org", name="Guest")
    demo("--reset", "--candidates", "1")
    assert not Person.objects.filter(email="guest@example.org").exists()
    assert Application.objects.get().candidate.email == "candidate1@example.org"


def test_more_candidates_than_known_names_have_names_of_their_own():
    names = [make_candidate(number, "x").name for number in (1, 13, 25)]
    assert len(set(names)) == 3


def test_known_passwords_have_no_place_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="no demo"):
        demo()
    assert not Person.objects.exists()
