"""A small society on a short path, so that every round has a case of its own that came where it is honestly."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from certificates.models import Credential
from certificates.services import award_credential
from credentialing.accounts.models import Membership, Person, Role
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import Application
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.applications.services.lifecycle import sign_off_stage
from credentialing.council.services import cast_ballot
from credentialing.pathways.services import publish_pathway
from credentialing.reviews.services import sign_off_requirement
from tests.certificates.factories import FACTS
from tests.factories import PersonFactory
from workflows.services import perform

LONG_AGO = date(2015, 1, 1)
PATHWAY = """
slug = "short"
version = "1"
name = "Short path"

[society]
name = "Soaked Society"

[award]
designation = "Soaked Leader"
number_prefix = "SOK"

[[bodies]]
slug = "committee"
label = "Committee"
by = "sign_off"

[[bodies]]
slug = "council"
label = "Council"
quorum = 2

[[stages]]
slug = "applied"
label = "Applied"

  [[stages.requirements]]
  slug = "membership"
  kind = "standing"
  label = "Membership"
  gate = "submit"
  what = "membership"

  [[stages.requirements]]
  slug = "application_form"
  kind = "document"
  label = "Application form"
  gate = "submit"
  takes_files = true
  what = "application_form"

  [[stages.requirements]]
  slug = "form_read"
  kind = "document"
  label = "The form, as it was read"
  takes_files = true
  signed_by = ["coordinator"]
  what = "application_form"

  [[stages.requirements]]
  slug = "admission"
  kind = "decision"
  label = "Admission"
  signed_by = ["ccc_chair", "coordinator"]
  body = "committee"

[[stages]]
slug = "seen"
label = "Seen"
signed_by = ["coordinator", "ccc_chair"]
requirements = []

[[stages]]
slug = "certified"
label = "Certified"
signed_by = ["council"]

  [[stages.requirements]]
  slug = "council_decision"
  kind = "decision"
  label = "Decision of the council"
  done_by = "council"
  body = "council"
"""


class Society:
    """Officers, and cases as far on their way as a round needs them; everything is done through the services."""

    def __init__(self) -> None:
        publish_pathway(source=PATHWAY, actor=officers(Role.ADMINISTRATOR)[0], in_force_from=LONG_AGO)
        self.coordinators = officers(Role.COORDINATOR, 2)
        self.chair = officers(Role.CCC_CHAIR)[0]
        self.registrar = officers(Role.REGISTRAR)[0]
        self.council = officers(Role.COUNCIL, 3)

    def submitted(self) -> Application:
        """A member has applied."""
        candidate = self.person()
        Membership.objects.create(person=candidate, recorded_by=self.registrar, starts_on=LONG_AGO)
        application = start_application(actor=candidate, pathway="short")
        application = save_application_form(
            application=application,
            actor=candidate,
            motivation="To lead.",
            prior_experience="Some.",
            practice="Family.",
        )
        submit_application(application=application, actor=candidate)
        return application

    def admitted(self) -> Application:
        """Everything that the next stage asks for is signed off."""
        application = self.submitted()
        self.sign(application, "form_read", self.coordinators[0])
        self.sign(application, "admission", self.coordinators[0])
        self.sign(application, "admission", self.chair)
        return fresh(application)

    def before_council(self, *, votes: int = 0) -> Application:
        """The case is before the council, and as many members have approved."""
        application = self.admitted()
        sign_off_stage(application=application, actor=self.coordinators[0])
        for member in self.council[:votes]:
            cast_ballot(application=application, actor=member, choice="approve")
        return fresh(application)

    def sign(self, application: Application, requirement: str, person: Person) -> None:
        """An officer signs off what lies there."""
        sign_off_requirement(
            application=application,
            requirement=requirement,
            actor=person,
            seen_digest=seen(application, requirement),
        )

    def person(self) -> Person:
        """Somebody new; nobody logs in by password here, and hashing one would cost more than all the rest."""
        return newcomer()

    def awarded(self, **fields: Any) -> Credential:
        """An earlier holder's credential."""
        return award_credential(**self.award(self.person(), **fields))

    def award(self, holder: Person, **fields: Any) -> dict[str, Any]:
        """What an award says."""
        return {
            "holder": holder,
            "name": holder.printed_name,
            "designation": FACTS.designation,
            "scheme": "short",
            "scheme_version": "1",
            "number_prefix": "SOK",
            "awarded_on": timezone.localdate(),
            "basis": "founding",
            "actor": self.registrar,
            **fields,
        }

    def expired(self) -> Credential:
        """A credential that has run out."""
        today = timezone.localdate()
        credential = self.awarded(awarded_on=today - timedelta(days=700), valid_until=today - timedelta(days=1))
        perform(credential, "expire", actor=self.registrar)
        return credential


def officers(role: str, many: int = 1) -> list[Person]:
    """Those in office; the first process that asks brings them in."""
    there = list(Person.objects.filter(terms__role=role).order_by("pk"))
    return there or [newcomer(offices=[role]) for _ in range(many)]


def newcomer(**fields: Any) -> Person:
    """Somebody whose address no other process gives."""
    return PersonFactory(password=None, email=f"{uuid4().hex}@example.org", **fields)


def seen(application: Application, requirement: str) -> str:
    """The digest that stands on the reviewer's page."""
    return assess_requirement(application, requirement, timezone.localdate()).digest


def fresh(application: Application) -> Application:
    """As it is stored now."""
    return Application.objects.get(pk=application.pk)
