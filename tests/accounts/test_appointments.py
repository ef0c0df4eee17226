"""Offices that decide are given by two: proposed by an administrator, confirmed by another officer."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from credentialing.accounts.appointments import (
    CONFIRMERS,
    AppointmentOver,
    NotTheSecond,
    TwoOfficersExist,
    appoint_on_the_server,
    confirm_office,
    decline_office,
    propose_office,
    withdraw_office,
)
from credentialing.accounts.models import Appointment, Person, Role
from credentialing.accounts.rules import BY_TWO
from credentialing.accounts.services import (
    AlreadyInOffice,
    NeedsASecondOfficer,
    close_account,
    declare_conflict,
    end_term,
    grant_role,
)
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from tests.council.test_pages import as_person
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def admin():
    return PersonFactory(name="Root", offices=[Role.ADMINISTRATOR])


@pytest.fixture
def cora():
    return PersonFactory(name="Cora", offices=[Role.COORDINATOR])


@pytest.fixture
def ada():
    return PersonFactory(name="Ada")


def today():
    return timezone.localdate()


def propose(person, admin, role=Role.COUNCIL, **dates):
    return propose_office(person=person, role=role, actor=admin, **{"starts_on": today()} | dates)


@pytest.mark.parametrize("role", Role.values)
def test_one_administrator_alone_gives_no_office_that_decides(admin, ada, role):
    if role in BY_TWO:
        with pytest.raises(NeedsASecondOfficer):
            grant_role(person=ada, role=role, actor=admin, starts_on=today())
        propose(ada, admin, role)
        assert ada.roles_on(today()) == frozenset()
    else:
        grant_role(person=ada, role=role, actor=admin, starts_on=today())
        assert ada.roles_on(today()) == {role}


def test_whoever_confirms_or_votes_is_given_by_two():
    assert CONFIRMERS < BY_TWO
    assert {"council", "president", "administrator"} <= BY_TWO
    assert not {"supervisor", "observer", "organiser", "treasurer"} & BY_TWO


@pytest.mark.parametrize("role", sorted(CONFIRMERS))
def test_second_officer_confirms_and_the_office_runs_from_that_day(admin, ada, role):
    second = PersonFactory(offices=[role])
    proposed = propose(ada, admin, starts_on=today() - 30 * DAY)

    term = confirm_office(appointment=proposed, actor=second)

    assert (term.starts_on, ada.roles_on(today())) == (today(), {Role.COUNCIL})
    assert ada.offices_held_on(today() - DAY) == frozenset()
    proposed.refresh_from_db()
    assert (proposed.term, proposed.answered_by, proposed.outcome) == (term, second, "confirmed")
    events = AuditEvent.objects.filter(subject_id=ada.uuid).order_by("pk")
    assert [(event.event, event.actor) for event in events] == [
        ("accounts:appointment:proposed", admin),
        ("accounts:appointment:confirmed", second),
        ("accounts:role:granted", second),
    ]


def test_office_to_come_begins_on_its_day(admin, cora, ada):
    term = confirm_office(appointment=propose(ada, admin, starts_on=today() + 30 * DAY), actor=cora)
    assert term.starts_on == today() + 30 * DAY


def test_nobody_but_a_second_officer_confirms(admin, cora, ada):
    admin.terms.create(role=Role.COORDINATOR, starts_on=date(2015, 1, 1))
    proposed = propose(ada, admin)
    relative = PersonFactory(offices=[Role.COUNCIL])
    declare_conflict(person=relative, other=ada, relation="sister", actor=relative)
    for person, why in (
        (admin, "You have proposed this"),
        (ada, "This is about you"),
        (PersonFactory(offices=[Role.TREASURER, Role.REVIEWER]), "Only officers"),
        (relative, "declared conflict of interest"),
    ):
        with pytest.raises(NotTheSecond, match=why):
            confirm_office(appointment=proposed, actor=person)
        with pytest.raises(NotTheSecond, match=why):
            decline_office(appointment=proposed, actor=person)
    assert not ada.terms.exists()


def test_database_takes_no_confirmation_by_the_proposer(admin, ada):
    with pytest.raises(IntegrityError, match="appointment_confirmed_by_a_second_person"), transaction.atomic():
        Appointment.objects.create(
            person=ada, role=Role.COUNCIL, starts_on=today(), proposed_by=admin, outcome="confirmed",
            answered_by=admin, answered_at=timezone.now(),
        )  # fmt: skip


def test_only_administrators_propose_and_nobody_themself(admin, cora, ada):
    with pytest.raises(PermissionError):
        propose(ada, cora)
    with pytest.raises(PermissionError):
        propose(admin, admin)


def test_office_is_proposed_once_and_not_to_whoever_holds_it(admin, cora, ada):
    proposed = propose(ada, admin)
    with pytest.raises(AlreadyInOffice, match="already been proposed"):
        propose(ada, admin)
    ada.terms.create(role=Role.COUNCIL, starts_on=today())
    with pytest.raises(AlreadyInOffice):
        confirm_office(appointment=proposed, actor=cora)
    with pytest.raises(AlreadyInOffice):
        propose(ada, admin)


def test_what_was_declined_or_withdrawn_is_over(admin, cora, ada):
    declined, withdrawn = propose(ada, admin), propose(ada, admin, Role.PRESIDENT)
    decline_office(appointment=declined, actor=cora)
    with pytest.raises(PermissionError):
        withdraw_office(appointment=withdrawn, actor=cora)
    withdraw_office(appointment=withdrawn, actor=admin)
    for proposed in (declined, withdrawn):
        with pytest.raises(AppointmentOver):
            confirm_office(appointment=proposed, actor=cora)
        with pytest.raises(AppointmentOver):
            withdraw_office(appointment=proposed, actor=admin)
    assert not ada.terms.exists()
    assert propose(ada, admin).outcome == ""


def test_office_whose_time_is_over_is_not_confirmed(admin, cora, ada):
    proposed = propose(ada, admin, starts_on=today() - 30 * DAY, ends_on=today() - DAY)
    with pytest.raises(AppointmentOver, match="over already"):
        confirm_office(appointment=proposed, actor=cora)


def test_letters_go_to_who_can_confirm_then_to_whom_it_concerns(admin, cora, ada):
    member = PersonFactory(offices=[Role.COUNCIL])
    relative = PersonFactory(offices=[Role.COUNCIL], is_active=False)
    proposed = propose(ada, admin)
    asked = {letter.recipient for letter in Letter.objects.filter(template="office_proposed")}
    assert asked == {cora, member}
    confirm_office(appointment=proposed, actor=cora)
    told = Letter.objects.filter(template="office_answered")
    assert {letter.recipient for letter in told} == {admin, ada, member}
    assert relative not in {letter.recipient for letter in told}
    decline_office(appointment=propose(ada, admin, Role.PRESIDENT), actor=cora)
    assert Letter.objects.filter(template="office_answered").count() == 4


@pytest.mark.parametrize("end", ["term", "account"])
def test_those_who_decide_hear_when_one_administrator_removes_one_of_them(admin, cora, end):
    member, other = (PersonFactory(offices=[Role.COUNCIL]) for _ in range(2))
    if end == "term":
        end_term(term=member.terms.get(), actor=admin)
    else:
        close_account(person=member, actor=admin)
    assert {letter.recipient for letter in Letter.objects.filter(template="office_ended")} == {cora, member, other}


def test_end_of_another_office_is_no_letter(admin, cora):
    end_term(term=PersonFactory(offices=[Role.TREASURER]).terms.get(), actor=admin)
    close_account(person=PersonFactory(), actor=admin)
    assert not Letter.objects.filter(template="office_ended").exists()


def appoint(person, role="council", reason="The first."):
    out = StringIO()
    call_command("appoint", person.email, role, "--reason", reason, stdout=out)
    return out.getvalue()


def test_command_on_the_server_gives_offices_until_two_officers_exist(ada):
    root = Person.objects.create_superuser("root@example.org", name="Root")

    assert "recorded with your reason" in appoint(ada)

    assert ada.roles_on(today()) == {Role.COUNCIL}
    event = AuditEvent.objects.get(event="accounts:appointment:made_on_the_server")
    assert (event.actor, event.details) == (Person.objects.system(), {"role": "council", "reason": "The first."})
    with pytest.raises(CommandError, match="they give this office on the site"):
        appoint(PersonFactory())
    close_account(person=ada, actor=root)
    appoint(PersonFactory())


def test_command_helps_where_the_only_second_officer_is_the_one_in_question(admin, ada):
    ada.terms.create(role=Role.COUNCIL, starts_on=today())
    appoint(ada, "president")
    assert Role.PRESIDENT in ada.roles_on(today())


def test_command_says_what_is_wrong(ada):
    with pytest.raises(CommandError, match="Nobody with an open account"):
        call_command("appoint", "nobody@example.org", "council", "--reason", "x")
    with pytest.raises(CommandError, match="Say why"):
        appoint(ada, reason="  ")
    appoint(ada)
    with pytest.raises(CommandError, match="already holds"):
        appoint(ada)
    PersonFactory(offices=[Role.ADMINISTRATOR])
    somebody = PersonFactory()
    with pytest.raises(TwoOfficersExist):
        appoint_on_the_server(person=somebody, role="council", reason="x")


def test_pages_lead_from_the_proposal_to_the_office(admin, cora, ada):
    root, second = as_person(admin), as_person(cora)
    data = {"term-role": "council", "term-starts_on": str(today()), "term-ends_on": ""}
    said = root.post(f"/people/{ada.uuid}/offices/", data, follow=True).text
    assert "It counts once a second officer has confirmed it" in said
    assert "You have proposed this, so a second officer confirms it." in said
    assert root.post(f"/people/{ada.uuid}/offices/", data).status_code == 409
    (proposed,) = Appointment.objects.all()
    address = f"/people/offices/{proposed.uuid}/"
    assert "Offices to be confirmed (1)" in root.get("/people/").text
    assert root.post(address + "confirm/").status_code == 403
    assert "Confirmed. The office is in the books." in second.post(address + "confirm/", follow=True).text
    assert second.post(address + "decline/").status_code == 409
    assert root.post(address + "withdraw/").status_code == 409
    assert "Nothing waits to be confirmed" in second.get("/people/offices/").text
    assert ada.roles_on(today()) == {Role.COUNCIL}


def test_list_of_proposals_asks_as_often_for_three_as_for_one(admin, cora, django_assert_num_queries):
    client = as_person(cora)
    counts = []
    for number in (1, 3):
        while Appointment.objects.count() < number:
            propose(PersonFactory(), admin)
        with django_assert_num_queries(QUERIES) as asked:
            assert client.get("/people/offices/").text.count(">Confirm<") == number
        counts.append(len(asked))


QUERIES = 6


def test_candidate_names_who_must_not_judge_them(cora, ada):
    client = as_person(ada)
    page = client.get("/my/conflicts/").text
    assert "Cora" in page
    assert client.post("/my/conflicts/", {"other": "", "relation": "x"}).status_code == 422
    said = client.post("/my/conflicts/", {"other": str(cora.pk), "relation": "my employer"}, follow=True).text
    assert "Cora: my employer" in said
    assert "Ada: my employer" in as_person(cora).get("/my/conflicts/").text


def test_coordinator_declares_between_two_others(cora, ada):
    other = PersonFactory(name="Otto", email="otto@example.org")
    client = as_person(cora)
    address = f"/people/{ada.uuid}/conflicts/"
    for email in ("nobody@example.org", ada.email, ""):
        assert client.post(address, {"conflict-email": email, "conflict-relation": "x"}).status_code == 422
    said = client.post(address, {"conflict-email": "Otto@example.org", "conflict-relation": "couple"}, follow=True).text
    assert "Otto: couple" in said
    assert client.post(f"/people/{cora.uuid}/conflicts/", {}).status_code == 404
    assert other.conflicts.count() == 0
