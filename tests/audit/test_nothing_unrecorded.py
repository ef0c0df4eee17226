"""An event that can't be written stops the act: the database refuses the event, and nothing at all has changed."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from certificates import issuing
from certificates import services as certificates
from certificates.designs import SigningOffice
from certificates.models import Certificate
from credentialing.accounts.models import CacheEntry, Person, Role
from credentialing.accounts.services import close_account, grant_role
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.services.drafts import start_application
from credentialing.applications.services.supervision import ask_supervisor
from credentialing.audit.models import AuditEvent
from credentialing.council.services import cast_ballot
from credentialing.evidence.services.log import add_log_entry
from credentialing.names.services import confirm_change, keep_what_stands, write_about_difference
from credentialing.operations.demo.walk import months_after, noon
from credentialing.operations.designs import choose_wording, offer_wording
from credentialing.operations.effective_settings import record_changed_settings
from credentialing.operations.services import try_effect_again
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.registry.importing.lists import read_holders
from credentialing.registry.services import import_holders
from credentialing.reviews.services import return_requirement
from tests.certificates.factories import prepared
from tests.factories import PASSWORD, PersonFactory, abs_version, make_walk
from tests.names.acts import approved, asked
from workflows import effects
from workflows.models import EffectRun

pytestmark = pytest.mark.django_db(transaction=True)  # as in production: what is committed stays

OWN = ("accounts", "account", "applications", "audit", "certificates", "correspondence", "council", "django_tasks_db",
       "evidence", "names", "pathways", "registry", "reviews", "workflows")  # fmt: skip
NEW_PASSWORD = "another quiet evening"
REFUSING = {
    "sqlite": (
        "CREATE TRIGGER no_room BEFORE INSERT ON audit_auditevent BEGIN SELECT RAISE(ABORT, 'no room'); END",
        "DROP TRIGGER IF EXISTS no_room",
    ),
    "postgresql": (
        """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$;
        CREATE TRIGGER no_room BEFORE INSERT ON audit_auditevent FOR EACH ROW EXECUTE FUNCTION no_room()""",
        "DROP FUNCTION IF EXISTS no_room CASCADE",
    ),
}


@pytest.fixture
def no_room_for_events() -> Iterator[Callable[[], None]]:
    """Call it, and from then on the database refuses every audit event."""
    refuse, allow = REFUSING[connection.vendor]

    def close() -> None:
        with connection.cursor() as cursor:
            cursor.execute(refuse)

    yield close
    with connection.cursor() as cursor:
        cursor.execute(allow)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, and who is logged in (an empty session is a visit, a count no change)."""
    rows = {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.app_label in OWN and model is not CacheEntry
    }
    sessions = (session.get_decoded() for session in Session.objects.order_by("pk"))
    return rows | {"logged in": [session["_auth_user_id"] for session in sessions if "_auth_user_id" in session]}


def signed_in(person: Person) -> Client:
    client = Client()
    assert client.login(email=person.email, password=PASSWORD)
    return client


def confirmed(person: Person, address: str, *, primary: bool = False) -> None:
    person.emailaddress_set.create(email=address, verified=True, primary=primary)


# One act of each source; each prepares what it needs and answers the act itself ---------------------------------------


def shown_again(client: Client) -> Client:
    """Addresses are changed only after the password has been entered once more."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def an_office():
    admin, person = PersonFactory(offices=[Role.ADMINISTRATOR]), PersonFactory()
    return lambda: grant_role(person=person, role=Role.TREASURER, actor=admin, starts_on=timezone.localdate())


def a_first_administrator():
    return lambda: Person.objects.create_superuser("first@recorded.example.org", PASSWORD, name="First")


def a_closed_account():
    admin, person = PersonFactory(offices=[Role.ADMINISTRATOR]), PersonFactory()
    return lambda: close_account(person=person, actor=admin)


def a_log_in():
    person, client = PersonFactory(), Client()
    confirmed(person, person.email, primary=True)
    return lambda: client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def a_log_out():
    client = signed_in(PersonFactory())
    return lambda: client.post("/accounts/logout/")


def a_new_account():
    data = {"name": "Ada", "email": "unrecorded@example.org", "password1": PASSWORD}
    return lambda: Client().post("/accounts/signup/", data)


def a_new_password():
    client = signed_in(PersonFactory())
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return lambda: client.post("/accounts/password/change/", data)


def another_main_address():
    person = PersonFactory()
    confirmed(person, person.email, primary=True)
    confirmed(person, "other.main@example.org")
    client = shown_again(signed_in(person))
    return lambda: client.post("/accounts/email/", {"email": "other.main@example.org", "action_primary": ""})


def a_removed_address():
    person = PersonFactory()
    confirmed(person, person.email, primary=True)
    confirmed(person, "old@example.org")
    client = shown_again(signed_in(person))
    return lambda: client.post("/accounts/email/", {"email": "old@example.org", "action_remove": ""})


def an_added_address():
    person = PersonFactory()
    confirmed(person, person.email, primary=True)
    client = shown_again(signed_in(person))
    return lambda: client.post("/accounts/email/", {"email": "added@example.org", "action_add": ""})


def a_published_pathway():
    admin = PersonFactory(offices=[Role.ADMINISTRATOR])
    return lambda: publish_pathway(source=shipped_source("abs-leader"), actor=admin, in_force_from=timezone.localdate())


def a_question_to_a_supervisor():
    walk = make_walk().submit()
    return lambda: ask_supervisor(
        application=walk.application, supervisor=walk.officers.supervisors[1], actor=walk.candidate,
        now=noon(walk.starts_on),
    )  # fmt: skip


def a_log_entry():
    abs_version()
    walk = make_walk().begin_supervision()
    return lambda: add_log_entry(
        application=walk.application, actor=walk.candidate, held_on=walk.starts_on + timedelta(days=60), minutes=90,
        role="co_led", setting="residency", present=8, co_leader_name="Jo", co_leader_email="jo@example.org",
        now=noon(walk.starts_on + timedelta(days=61)),
    )  # fmt: skip


def a_returned_requirement():
    walk = make_walk().submit()
    item = assess_requirement(walk.application, "admission", walk.starts_on)
    return lambda: return_requirement(
        application=walk.application, requirement="admission", actor=walk.officers.chair, seen_digest=item.digest,
        reason="Tell us more.", now=noon(walk.starts_on),
    )  # fmt: skip


def a_deciding_ballot():
    walk = make_walk(months_after(timezone.localdate(), -30)).reach_council()
    walk.vote("approve", votes=2)
    return lambda: cast_ballot(application=walk.application, actor=walk.officers.council[2], choice="approve")


def an_import():
    registrar, version = PersonFactory(offices=[Role.REGISTRAR]), abs_version()
    holders = read_holders(b"Name,Awarded\nEnid Old,2001-05-06\n", today=timezone.localdate())
    return lambda: import_holders(holders=holders, pathway=version.definition, actor=registrar)


def an_issued_certificate():
    certificate = prepared()
    return lambda: certificates.issue_certificate(certificate)


def a_refused_certificate():
    certificate = prepared(name="𓀀")
    return lambda: certificates.issue_certificate(certificate)


def a_name_asked_for():
    credential = prepared().credential
    return lambda: asked(credential)


def a_name_on_record():
    change = approved(prepared().credential, PersonFactory(offices=[Role.REGISTRAR]))
    president = PersonFactory(offices=[Role.PRESIDENT])
    return lambda: confirm_change(change=change, actor=president)


def a_kept_name():
    credential = prepared().credential
    Person.objects.filter(pk=credential.holder_id).update(certificate_name="Another")
    return lambda: keep_what_stands(credential=credential, actor=credential.holder)


def a_question_about_a_name():
    credential, registrar = prepared().credential, PersonFactory(offices=[Role.REGISTRAR])
    return lambda: write_about_difference(credential=credential, actor=registrar)


def a_kept_wording():
    admin, offices = PersonFactory(offices=[Role.ADMINISTRATOR]), [SigningOffice(office="president", title="Head")]
    return lambda: offer_wording(society="Another Society", offices=offices, actor=admin)


def an_adopted_wording():
    admin, offices = PersonFactory(offices=[Role.ADMINISTRATOR]), [SigningOffice(office="president", title="Head")]
    wording = offer_wording(society="Another Society", offices=offices, actor=admin)
    return lambda: choose_wording(wording=wording, actor=admin)


def the_standard_wording():
    admin = PersonFactory(offices=[Role.ADMINISTRATOR])
    return lambda: choose_wording(wording=None, actor=admin)


def another_try():
    admin = PersonFactory(offices=[Role.ADMINISTRATOR])
    prepared()
    EffectRun.objects.update(given_up_at=timezone.now(), attempts=effects.ATTEMPTS)
    return lambda: try_effect_again(run=EffectRun.objects.select_related("record").get(), actor=admin)


def changed_settings():
    system = Person.objects.system()
    return lambda: record_changed_settings(actor=system, now=timezone.now())


def a_draft_read_by_an_officer():
    walk = make_walk(months_after(timezone.localdate(), -1)).submit()
    client = signed_in(walk.officers.chair)
    return lambda: client.get(f"/reviews/cases/{walk.application.uuid}/")


ACTS = (
    an_office, a_first_administrator, a_closed_account, a_log_in, a_log_out, a_new_account, a_new_password,
    another_main_address,
    a_removed_address, an_added_address, a_published_pathway, a_question_to_a_supervisor, a_log_entry,
    a_returned_requirement, a_deciding_ballot, an_import, an_issued_certificate, a_refused_certificate,
    a_name_asked_for, a_name_on_record, a_kept_name, a_question_about_a_name,
    a_kept_wording, an_adopted_wording, the_standard_wording,
    another_try, changed_settings, a_draft_read_by_an_officer,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _drawn_quickly(monkeypatch):
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7")


@pytest.mark.parametrize("prepare", ACTS, ids=lambda prepare: prepare.__name__)
def test_act_whose_event_is_refused_leaves_nothing(prepare, no_room_for_events, mailoutbox):
    act = prepare()
    no_room_for_events()
    before = everything()
    with pytest.raises(DatabaseError, match="no room"):
        act()
    assert everything() == before
    assert mailoutbox == []


@pytest.mark.parametrize("prepare", ACTS, ids=lambda prepare: prepare.__name__)
def test_the_very_same_act_is_done_and_recorded_when_there_is_room(prepare):
    act = prepare()
    before = AuditEvent.objects.count()
    act()
    assert AuditEvent.objects.count() > before


def test_export_whose_event_is_refused_writes_no_file_and_no_line(no_room_for_events, tmp_path):
    start_application(actor=PersonFactory(), pathway=abs_version().pathway.slug)
    no_room_for_events()
    out = StringIO()
    for where in ([], ["--output", str(tmp_path / "steps.xes")]):
        with pytest.raises(DatabaseError, match="no room"):
            call_command("export_events", "--format", "xes", *where, stdout=out)
    assert (out.getvalue(), list(tmp_path.iterdir())) == ("", [])


def test_person_whose_log_in_is_not_recorded_is_not_logged_in(no_room_for_events):
    person, client = PersonFactory(), Client(raise_request_exception=False)
    confirmed(person, person.email, primary=True)
    no_room_for_events()
    assert client.post("/accounts/login/", {"login": person.email, "password": PASSWORD}).status_code == 500
    assert client.get("/my/").status_code == 302


def test_person_whose_log_out_is_not_recorded_stays_logged_in(no_room_for_events):
    person = PersonFactory()
    client = signed_in(person)
    client.raise_request_exception = False
    no_room_for_events()
    assert client.post("/accounts/logout/").status_code == 500
    assert client.get("/my/").status_code == 200


def test_certificate_whose_issue_is_not_recorded_is_issued_by_the_next_try(no_room_for_events):
    certificate = prepared()
    no_room_for_events()
    assert effects.attempt(EffectRun.objects.get()) is False
    assert Certificate.objects.get().status == "intent"
    assert "no room" in EffectRun.objects.get().last_error
    with connection.cursor() as cursor:
        cursor.execute(REFUSING[connection.vendor][1])
    assert effects.attempt(EffectRun.objects.get()) is True
    assert Certificate.objects.get(pk=certificate.pk).issued_at.date() >= date(2020, 1, 1)
