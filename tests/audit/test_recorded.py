"""What is recorded about accounts, certificates, pathways, exports and settings: by whom, on what, nothing personal."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from certificates import issuing
from certificates import services as certificates
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person, Role
from credentialing.accounts.services import AccountUnchanged, close_account, reopen_account
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor, end_supervision
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.operations.demo.walk import noon
from credentialing.operations.effective_settings import WATCHED, record_changed_settings
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.certificates.factories import prepared
from tests.factories import PASSWORD, PersonFactory, make_walk
from tests.names.acts import renamed
from workflows.models import LedgerRecord

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 4, 14, 16, tzinfo=UTC)


@pytest.fixture
def ada():
    person = PersonFactory(name="Ada", email="ada@recorded.example.org")
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def admin():
    return PersonFactory(offices=[Role.ADMINISTRATOR])


def only(event: str) -> AuditEvent:
    return AuditEvent.objects.get(event=event)


# Accounts ----------------------------------------------------------------------------------------------------------


def test_log_out_is_recorded_and_one_of_nobody_is_none(client, ada):
    client.force_login(ada)
    client.post("/accounts/logout/")
    client.post("/accounts/logout/")
    client.logout()  # of nobody: allauth tells nobody of it, Django does
    event = only("accounts:session:logged_out")
    assert (event.actor, event.subject_id) == (ada, ada.uuid)


def test_new_account_is_recorded(client):
    client.post("/accounts/signup/", {"name": "Bo", "email": "bo@recorded.example.org", "password1": PASSWORD})
    person = Person.objects.get(email="bo@recorded.example.org")
    event = only("accounts:account:opened")
    assert (event.actor, event.subject_id, event.details) == (person, person.uuid, {})


def test_office_of_the_first_administrator_is_recorded():
    first = Person.objects.create_superuser("first@recorded.example.org", PASSWORD, name="First")
    event = only("accounts:role:granted")
    assert (event.actor, event.subject_id, event.details["role"]) == (first, first.uuid, "administrator")


def test_changed_password_is_recorded_without_the_password(client, ada):
    client.force_login(ada)
    new = "another quiet evening"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    ada.refresh_from_db()
    assert ada.check_password(new)
    event = only("accounts:password:changed")
    assert (event.actor, event.subject_id, event.details) == (ada, ada.uuid, {})


def test_password_chosen_by_the_link_is_recorded(client, ada):
    client.post("/accounts/password/reset/", {"email": ada.email})
    link = Letter.objects.get().words.split("http://127.0.0.1:8000")[1].split()[0]
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another horse 8", "password2": "another horse 8"})
    assert only("accounts:password:changed").actor == ada


def test_changes_of_addresses_are_recorded_without_the_addresses(client, ada):
    client.force_login(ada)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    address = "second@recorded.example.org"
    client.post("/accounts/email/", {"email": address, "action_add": ""})
    assert only("accounts:email:added").subject_id == ada.uuid
    ada.emailaddress_set.filter(email=address).update(verified=True)
    client.post("/accounts/email/", {"email": address, "action_primary": ""})
    ada.refresh_from_db()
    assert ada.email == address
    assert only("accounts:email:changed").actor == ada
    client.post("/accounts/email/", {"email": "ada@recorded.example.org", "action_remove": ""})
    assert only("accounts:email:removed").actor == ada
    assert "recorded.example.org" not in json.dumps(list(AuditEvent.objects.values_list("details", flat=True)))


def test_confirmed_address_is_recorded(client):
    data = {"name": "Cy", "email": "cy@recorded.example.org", "password1": PASSWORD}
    client.post("/accounts/signup/", data)
    client.post(Letter.objects.get().words.split("http://127.0.0.1:8000")[1].split()[0])
    person = Person.objects.get(email=data["email"])
    assert person.emailaddress_set.get().verified
    assert only("accounts:email:confirmed").actor == person


def test_letter_about_an_account_is_not_posted_within_the_request(client, ada, mailoutbox):
    client.post("/accounts/password/reset/", {"email": ada.email})
    assert mailoutbox == []
    assert Letter.objects.get().state == Letter.State.QUEUED


def test_log_in_to_a_closed_account_is_refused_and_recorded(client, ada, admin):
    close_account(person=ada, actor=admin)
    answer = client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/inactive/"
    event = only("accounts:session:refused")
    assert (event.actor, event.subject_id) == (ada, ada.uuid)


def test_log_in_that_is_locked_after_too_many_failures_is_recorded_without_what_was_typed(client, ada):
    for _ in range(6):
        client.post("/accounts/login/", {"login": ada.email, "password": "wrong" + PASSWORD})
    events = AuditEvent.objects.filter(event="accounts:session:locked")
    assert events.count() == 1
    assert (events[0].actor, events[0].subject_id, events[0].details) == (None, SYSTEM_PERSON_ID, {})
    assert AuditEvent.objects.filter(event="accounts:session:login_failed").count() == 5


def test_administrator_closes_and_reopens_an_account_on_the_page(client, ada, admin):
    other = type(client)()
    other.force_login(ada)
    client.force_login(admin)
    address = reverse("accounts:person", args=[ada.uuid])
    assert "Close this account" in client.get(address).text
    assert "The account is closed." in client.post(f"{address}account/close/", follow=True).text
    assert other.get("/my/").status_code == 302  # from the next request on
    assert "Account closed" in client.get(address).text
    assert client.post(f"{address}account/close/").status_code == 409
    assert "open again" in client.post(f"{address}account/reopen/", follow=True).text
    assert client.post(f"{address}account/reopen/").status_code == 409
    for name in ("closed", "reopened"):
        event = only(f"accounts:account:{name}")
        assert (event.actor, event.subject_id) == (admin, ada.uuid)


def test_nobody_closes_their_own_account_or_another_without_the_office(client, ada, admin):
    client.force_login(admin)
    own = reverse("accounts:person", args=[admin.uuid])
    assert "Close this account" not in client.get(own).text
    assert client.post(f"{own}account/close/").status_code == 403
    clerk = PersonFactory(offices=[Role.COORDINATOR])
    client.force_login(clerk)
    assert "Close this account" not in client.get(reverse("accounts:person", args=[ada.uuid])).text
    assert client.post(f"{reverse('accounts:person', args=[ada.uuid])}account/close/").status_code == 403
    for change in (close_account, reopen_account):
        with pytest.raises(PermissionError):
            change(person=ada, actor=clerk)
    assert Person.objects.get(pk=ada.pk).is_active


def test_neither_the_system_nor_an_earlier_holder_has_an_account_to_open(admin):
    for person in (Person.objects.system(), Person.objects.create_user(None, name="Enid", is_active=False)):
        with pytest.raises(AccountUnchanged, match="no account"):
            reopen_account(person=person, actor=admin)


# Certificates, pathways, supervision -------------------------------------------------------------------------------


@pytest.fixture
def _drawn_quickly(monkeypatch):
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7")


@pytest.mark.usefixtures("_drawn_quickly")
def test_issue_of_a_certificate_is_recorded_with_the_digest_of_its_bytes():
    certificate = certificates.issue_certificate(prepared())
    event = only("certificates:certificate:issued")
    assert (event.actor.uuid, event.subject_kind, event.subject_id) == (
        SYSTEM_PERSON_ID, "certificate", certificate.uuid,
    )  # fmt: skip
    assert event.details == {"edition": 1, "sha256": certificate.sha256}


def test_refusal_of_a_certificate_and_change_of_a_name_are_recorded_without_the_name():
    certificate = certificates.issue_certificate(prepared(name="Nora 𓀀"))
    assert only("certificates:certificate:refused").details == {"edition": 1}
    change = renamed(certificate.credential, "Nora")
    for name, edition in (("names:change:asked", {}), ("names:change:recorded", {"edition": 1})):
        event = only(name)
        assert event.subject_id == change.uuid
        assert event.details == {"credential": str(certificate.credential.uuid), "kind": "name", **edition}


def test_publishing_a_pathway_is_recorded_once(admin):
    for _ in range(2):
        version = publish_pathway(source=shipped_source("abs-leader"), actor=admin, in_force_from=date(2026, 1, 2))
    event = only("pathways:version:published")
    assert (event.actor, event.subject_id) == (admin, version.uuid)
    assert event.details == {"version": str(version), "digest": version.digest, "from": "2026-01-02", "policy": "pin"}


def test_supervision_is_recorded_from_the_question_to_its_end():
    walk = make_walk().submit()
    supervisor, now = walk.officers.supervisors[1], noon(walk.starts_on)
    supervision = ask_supervisor(application=walk.application, supervisor=supervisor, actor=walk.candidate, now=now)
    answer_supervision(supervision=supervision, actor=supervisor, accept=True, now=now)
    end_supervision(supervision=supervision, actor=walk.candidate, now=now)
    events = AuditEvent.objects.about("application", walk.application.uuid).filter(event__contains=":supervisor:")
    assert [(event.event.split(":")[2], event.actor) for event in events.order_by("pk")] == [
        ("asked", walk.candidate), ("answered", supervisor), ("ended", walk.candidate),
    ]  # fmt: skip
    assert only("applications:supervisor:answered").details == {
        "supervisor": str(supervisor.uuid), "answer": "accepted",
    }  # fmt: skip


def test_declined_supervision_is_recorded_as_such():
    walk = make_walk().submit()
    supervisor, now = walk.officers.supervisors[1], noon(walk.starts_on)
    supervision = ask_supervisor(application=walk.application, supervisor=supervisor, actor=walk.candidate, now=now)
    answer_supervision(supervision=supervision, actor=supervisor, accept=False, now=now)
    assert only("applications:supervisor:answered").details["answer"] == "declined"


# What leaves the house, and what the house stands on ----------------------------------------------------------------


def export(*arguments: str) -> str:
    out = StringIO()
    call_command("export_events", "--format", "xes", *arguments, stdout=out)
    return out.getvalue()


def test_export_is_recorded_with_its_format_and_size():
    make_walk().submit()
    export()
    event = only("operations:events:exported")
    assert (event.actor.uuid, event.details) == (SYSTEM_PERSON_ID, {"format": "xes", "steps": 1})
    assert LedgerRecord.objects.count() == 1


def test_export_is_recorded_under_whoever_asked_for_it():
    clerk = PersonFactory(email="clerk@example.org", offices=[Role.COORDINATOR])
    export("--by", "Clerk@example.org")
    assert only("operations:events:exported").actor == clerk


def test_export_for_somebody_without_an_office_is_refused():
    PersonFactory(email="former@example.org")
    for by in ("former@example.org", "unknown@example.org"):
        with pytest.raises(CommandError, match="holds no office"):
            export("--by", by)
    assert not AuditEvent.objects.filter(event="operations:events:exported").exists()


def test_changed_settings_are_recorded_by_name_and_digest_and_never_by_value(settings):
    system = Person.objects.system()
    assert record_changed_settings(actor=system, now=NOON) == sorted(WATCHED)
    assert record_changed_settings(actor=system, now=NOON) == []
    settings.BASE_URL, settings.SOCIETY_NAME = "https://new.example.org", "Society of Change"
    assert record_changed_settings(actor=system, now=NOON) == ["BASE_URL", "SOCIETY_NAME"]
    first, second = AuditEvent.objects.filter(event="operations:settings:changed").order_by("pk")
    assert second.details["changed"] == ["BASE_URL", "SOCIETY_NAME"]
    assert first.details["digests"]["TIME_ZONE"] == second.details["digests"]["TIME_ZONE"]
    assert first.details["digests"]["BASE_URL"] != second.details["digests"]["BASE_URL"]
    text = json.dumps([first.details, second.details])
    assert "example.org" not in text
    assert "Society" not in text


def test_setting_that_is_no_longer_watched_is_recorded_as_changed(monkeypatch):
    system = Person.objects.system()
    record_changed_settings(actor=system, now=NOON)
    monkeypatch.setattr("credentialing.operations.effective_settings.WATCHED", WATCHED[1:])
    assert record_changed_settings(actor=system, now=NOON) == ["BASE_URL"]


def test_no_secret_is_watched():
    assert not [name for name in WATCHED if any(word in name for word in ("SECRET", "KEY", "PASSWORD", "DATABASE"))]


def test_tick_records_changed_settings_and_its_rehearsal_does_not(settings):
    call_command("tick", "--dry-run", stdout=StringIO())
    assert not AuditEvent.objects.exists()
    call_command("tick", stdout=StringIO())
    settings.TIME_ZONE = "UTC"
    timezone.get_default_timezone.cache_clear()
    out = StringIO()
    call_command("tick", stdout=out)
    assert "Settings that are new or have changed: TIME_ZONE." in out.getvalue()
    assert AuditEvent.objects.filter(event="operations:settings:changed").count() == 2
