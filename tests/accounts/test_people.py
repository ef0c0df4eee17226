"""Who is in the society's books, and how they are found."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction

from credentialing.accounts.models import Person, Role
from credentialing.accounts.rules import offices_of
from credentialing.accounts.services import update_profile
from credentialing.audit.models import AuditEvent
from tests.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db


def test_address_is_kept_in_lower_case_so_that_nobody_has_two_accounts():
    Person.objects.create_user("Ada@Example.org", name="Ada")

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create_user("ADA@example.ORG", name="Ada again")


def test_person_is_known_by_the_address_whatever_its_case():
    ada = PersonFactory(email="ada@example.org")

    assert Person.objects.get_by_natural_key("ADA@Example.org") == ada


def test_several_earlier_holders_stand_in_the_registry_without_an_address():
    holders = [Person.objects.create_user(None, name=name) for name in ("Enid", "Michael")]

    assert [holder.email for holder in holders] == [None, None]
    assert not any(holder.has_usable_password() for holder in holders)


def test_first_administrator_is_in_office_from_the_day_of_creation():
    with time_machine.travel(date(2025, 3, 1)):
        admin = Person.objects.create_superuser("root@example.org", PASSWORD, name="Root")

    assert admin.is_staff
    assert admin.is_superuser
    assert admin.check_password(PASSWORD)
    assert admin.roles_on(date(2025, 3, 1)) == {Role.ADMINISTRATOR}
    assert admin.roles_on(date(2025, 2, 27)) == frozenset()


def test_system_is_one_actor_who_cannot_log_in_and_is_listed_nowhere():
    system = Person.objects.system()

    assert Person.objects.system() == system
    assert (system.is_active, system.listed, system.email) == (False, False, None)
    assert system not in Person.objects.found("")


def test_system_holds_its_own_office_and_people_hold_theirs():
    day = date(2025, 1, 1)
    treasurer = PersonFactory(offices=[Role.TREASURER])

    assert offices_of(Person.objects.system(), day) == {"system"}
    assert offices_of(treasurer, day) == {Role.TREASURER}


def test_people_are_found_by_a_part_of_name_or_address():
    maria = PersonFactory(name="María Núñez", email="mn@clinic.example")
    wei = PersonFactory(name="Wei Zhang", email="wei@uni.example")

    assert list(Person.objects.found("núñ")) == [maria]
    assert list(Person.objects.found("UNI.ex")) == [wei]
    assert list(Person.objects.found("")) == [maria, wei]
    assert not Person.objects.found("nobody of that name").exists()


@pytest.mark.parametrize(
    ("name", "email", "shown"),
    [("Ada", "ada@example.org", "Ada"), ("", "ada@example.org", "ada@example.org"), ("", None, "(no name yet)")],
)
def test_person_is_called_by_name_else_by_address(name, email, shown):
    person = Person(name=name, email=email)

    assert str(person) == shown
    assert person.get_full_name() == person.get_short_name() == name


def test_certificate_bears_the_name_chosen_for_it_else_the_full_name():
    assert Person(name="Ada Lovelace").printed_name == "Ada Lovelace"
    assert Person(name="Ada Lovelace", certificate_name="A. Lovelace").printed_name == "A. Lovelace"


def test_everybody_changes_their_own_profile_and_only_the_named_fields_are_stored():
    ada = PersonFactory(name="Ada", city="London")
    ada.name, ada.city = "Ada L.", "Paris"

    update_profile(person=ada, actor=ada, changed=["name"])

    ada.refresh_from_db()
    assert (ada.name, ada.city) == ("Ada L.", "London")
    event = AuditEvent.objects.get()
    assert (event.event, event.actor, event.details) == ("accounts:profile:changed", ada, {"fields": ["name"]})


def test_nobody_changes_the_profile_of_somebody_else_whatever_their_office():
    ada, admin = PersonFactory(name="Ada"), PersonFactory(offices=[Role.ADMINISTRATOR])
    ada.name = "Changed"

    with pytest.raises(PermissionError, match="own profile"):
        update_profile(person=ada, actor=admin, changed=["name"])

    ada.refresh_from_db()
    assert ada.name == "Ada"
