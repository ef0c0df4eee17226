"""How people, terms and memberships are looked up."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import BaseUserManager
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from certificates.same_text import address
from certificates.searching import matching
from certificates.text import unfit_as_a_name
from credentialing.accounts.addresses import KnownAddress
from credentialing.accounts.signals import person_changed
from workflows.models import DerivedQuerySet, SealedQuerySet

if TYPE_CHECKING:
    from credentialing.accounts.models import Appointment, Membership, Person, Term  # noqa: F401 - named in annotations


class PersonQuerySet(DerivedQuerySet["Person"]):
    """People."""

    def holding(self, role: str, on: date) -> "PersonQuerySet":
        """Those who act in that office on that day: their term runs, and their account is open."""
        return self.filter(
            Q(terms__ends_on__isnull=True) | Q(terms__ends_on__gte=on),
            terms__role=role,
            terms__starts_on__lte=on,
            is_active=True,
        ).distinct()

    def holding_any(self, roles: Iterable[str], on: date) -> "PersonQuerySet":
        """Those who act in one of these offices on that day, each once."""
        return self.filter(
            Q(terms__ends_on__isnull=True) | Q(terms__ends_on__gte=on),
            terms__role__in=list(roles),
            terms__starts_on__lte=on,
            is_active=True,
        ).distinct()

    def in_any_office(self, on: date) -> "PersonQuerySet":
        """Those who act in some office on that day."""
        return self.filter(
            Q(terms__ends_on__isnull=True) | Q(terms__ends_on__gte=on), terms__starts_on__lte=on, is_active=True
        ).distinct()

    def reached_at(self, text: str) -> "Person | None":
        """Whose address this is, or was: whoever has confirmed it and has it now comes first; None of nobody known."""
        if not text:
            return None
        known = KnownAddress.objects.at(text).proven().filter(person__in=self.order_by())
        found = known.order_by(F("until").desc(nulls_first=True), "pk").select_related("person").first()
        return found.person if found else None

    def found(self, words: str) -> "PersonQuerySet":
        """Those who have an account or stand in the registry and whose name or address contains the words."""
        people = self.exclude(uuid="00000000-0000-4000-8000-000000000001").order_by("name_order", "pk")
        if not words.strip():
            return people
        typed = address(words)
        at = KnownAddress.objects.order_by().filter(address__contains=typed).values("person")
        return people.filter(matching(words, "name_key") | (Q(pk__in=at) if typed else Q()))


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]  # django-stubs knows no dynamic base
    """Creates people; an e-mail address is stored as it is compared, so that it is unique however it is written."""

    use_in_migrations = False

    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> "Person":
        """Create a person who can log in (or, without e-mail, one who only stands in the registry).

        Raises:
            ValueError: the name is nobody's.
        """
        if fields.get("name") and (unfit := unfit_as_a_name(fields["name"])):
            raise ValueError(unfit)
        person: Person = self.model(email=address(email) if email else None, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Create the first administrator, in office from today (manage.py createsuperuser)."""
        person = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        term = person.terms.create(role="administrator", starts_on=timezone.localdate())
        person_changed.send(
            sender=self.model,
            name="accounts:role:granted",
            actor=person,
            subject_kind="person",
            subject_id=person.uuid,
            details={"role": term.role, "from": str(term.starts_on)},
        )
        return person

    def get_by_natural_key(self, email: str) -> "Person":
        """The person of that address, whatever its case."""
        person: Person = self.get(email=address(email))
        return person

    def system(self) -> "Person":
        """The actor of ordinary transitions that no person performs: due dates and imports."""
        from credentialing.accounts.models import SYSTEM_PERSON_ID  # noqa: PLC0415 - models import this module

        system: Person = self.get_or_create(
            uuid=SYSTEM_PERSON_ID, defaults={"name": "The system", "is_active": False, "listed": False}
        )[0]
        return system


class TermQuerySet(SealedQuerySet["Term"]):
    """Terms of office."""

    def on(self, day: date) -> "TermQuerySet":
        """Those that run on that day, both ends included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def overlapping(self, starts_on: date, ends_on: date | None) -> "TermQuerySet":
        """Those that run on some day of that time; without an end it goes on for ever."""
        terms = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
        return terms if ends_on is None else terms.filter(starts_on__lte=ends_on)


class AppointmentQuerySet(SealedQuerySet["Appointment"]):
    """Offices proposed."""

    def waiting(self) -> "AppointmentQuerySet":
        """Neither confirmed, declined nor withdrawn; the oldest first."""
        return self.filter(outcome="").select_related("person", "proposed_by")


class MembershipQuerySet(SealedQuerySet["Membership"]):
    """Memberships."""

    def on(self, day: date) -> "MembershipQuerySet":
        """Those that run on that day, both ends included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)
