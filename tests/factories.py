"""People and cases for tests. Cases are walked to where a test needs them, through the services and on real dates."""

from datetime import date, datetime, time
from typing import Any

import factory
from django.utils import timezone

from credentialing.accounts.models import Membership, Person, Role, Term
from credentialing.operations.demo.walk import CaseWalk, Officers
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway, shipped_source

PASSWORD = "a long and quiet evening"


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    """Somebody who can log in; `PersonFactory(offices=["council"])` gives offices that have run since 2015."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person.{n}@example.org")

    @classmethod
    def _create(cls, model_class: type[Person], *args: Any, **kwargs: Any) -> Person:
        kwargs.setdefault("password", PASSWORD)
        return model_class.objects.create_user(*args, **kwargs)

    @factory.post_generation
    def offices(self: Person, create: bool, extracted: Any, **_: Any) -> None:  # type: ignore[misc]
        for role in extracted or ():
            Term.objects.create(person=self, role=role, starts_on=date(2015, 1, 1))


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A membership that has run since 2015."""

    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    recorded_by = factory.SubFactory(PersonFactory)
    starts_on = date(2015, 1, 1)
    recorded_at = factory.LazyAttribute(
        lambda membership: datetime.combine(membership.starts_on, time(12), timezone.get_default_timezone())
    )


def abs_version() -> PathwayVersion:
    """The ABS pathway as it is shipped, in force since 2015."""
    published = PathwayVersion.objects.filter(pathway__slug="abs-leader").first()
    return published or publish_pathway(
        source=shipped_source("abs-leader"),
        actor=PersonFactory(offices=[Role.ADMINISTRATOR]),
        in_force_from=date(2015, 1, 1),
    )


def make_officers() -> Officers:
    """A whole society of officers, each with one office."""
    return Officers(
        coordinator=PersonFactory(name="Cora Coordinator", offices=[Role.COORDINATOR]),
        chair=PersonFactory(name="Charles Chair", offices=[Role.CCC_CHAIR, Role.REVIEWER]),
        treasurer=PersonFactory(name="Tess Treasurer", offices=[Role.TREASURER]),
        organiser=PersonFactory(name="Olga Organizer", offices=[Role.ORGANISER]),
        supervisors=[PersonFactory(name=f"Sam Supervisor {n}", offices=[Role.SUPERVISOR]) for n in (1, 2)],
        observers=[PersonFactory(name=f"Eva Evaluator {n}", offices=[Role.OBSERVER]) for n in (1, 2, 3)],
        council=[PersonFactory(name=f"Carl Council {n}", offices=[Role.COUNCIL]) for n in (1, 2, 3, 4, 5)],
    )


def make_walk(starts_on: date = date(2024, 1, 10), **kwargs: Any) -> CaseWalk:
    """A candidate on the ABS pathway who submits on `starts_on`; call `.submit()`, `.admit()` or `.certify()`."""
    abs_version()
    officers = kwargs.pop("officers", None) or kwargs.pop("society", None) or make_officers()
    candidate = kwargs.pop("candidate", None) or PersonFactory(name="Ada Applicant")
    return CaseWalk(starts_on=starts_on, officers=officers, candidate=candidate, **kwargs)
