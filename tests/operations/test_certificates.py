"""Certificates by the thousand: how far they are, paused and resumed, tried again, and made for those who have none."""

from dataclasses import replace

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates import issuing
from certificates.models import Certificate
from certificates.rendering import RenderingFailed
from certificates.services import DRAWING, issue_certificate, supersede_certificate, take_up_waiting
from credentialing.accounts.models import Person, Role
from credentialing.audit.models import AuditEvent
from credentialing.operations.certificates import issue_progress, pause_issue, prepare_missing
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory
from workflows import effects
from workflows.models import EffectRun

pytestmark = pytest.mark.django_db
PAGE = "/operations/certificates/"


@pytest.fixture
def registrar():
    return PersonFactory(offices=["registrar"])


@pytest.fixture
def desk(client, registrar):
    client.force_login(registrar)
    return client


@pytest.fixture(autouse=True)
def press(monkeypatch):
    """Draws at once; what is drawn is another matter."""
    drawn = []

    def draw(certificate):
        drawn.append(certificate.credential.number)
        return b"%PDF-1.7 " + certificate.token.encode()

    monkeypatch.setattr(issuing, "document_of", draw)
    return drawn


def work() -> None:
    """What a worker would do, in the test's own transaction."""
    for asked in DBTaskResult.objects.filter(task_path__endswith="prepare_missing"):
        prepare_missing.func(*asked.args_kwargs["args"])
    for run in EffectRun.objects.open():
        effects.attempt(run)


def run_of(certificate: Certificate) -> EffectRun:
    return EffectRun.objects.get(record__subject_id=certificate.credential.uuid, effect=DRAWING)


def events(*names: str) -> list[str]:
    return [event.event for event in AuditEvent.objects.order_by("pk") if event.event.split(":")[-1] in names]


def press_is_broken(monkeypatch) -> None:
    def fail(certificate):
        msg = "no ink"
        raise RenderingFailed(msg)

    monkeypatch.setattr(issuing, "document_of", fail)


@pytest.mark.parametrize("role", sorted(Role))
def test_only_registrar_and_administrators_look_after_them(client, role):
    client.force_login(PersonFactory(offices=[role]))
    allowed = role in {Role.REGISTRAR, Role.ADMINISTRATOR}
    assert client.get(PAGE).status_code == (200 if allowed else 403)
    for act in ("pause", "resume", "again", "missing"):
        assert client.get(f"{PAGE}{act}/").status_code == (405 if allowed else 403)
    assert client.post(f"{PAGE}resume/").status_code == (409 if allowed else 403)
    assert (f'href="{PAGE}"' in client.get("/my/profile/").text) is allowed


def test_somebody_without_the_office_is_refused_by_the_service():
    with pytest.raises(PermissionError):
        pause_issue(actor=PersonFactory(offices=["council"]))


def test_page_says_how_far_it_is(desk):
    issue_certificate(prepared())
    prepared(awarded(holder=PersonFactory()))
    text = desk.get(PAGE).text
    assert "1 of 2 issued; 1 wait for their turn." in text
    assert '<progress max="2" value="1"' in text
    assert "Given up" not in text
    assert "Another spelling" not in text
    assert "without a certificate" not in text


def test_paused_issue_draws_nothing_and_goes_on_where_it_was(desk, press):
    first = prepared()
    assert desk.post(f"{PAGE}pause/").status_code == 302
    assert desk.post(f"{PAGE}pause/").status_code == 409
    second = prepared(awarded(holder=PersonFactory()))
    work()
    assert press == []
    assert "Paused: nothing is drawn" in desk.get(PAGE).text
    assert [row.status for row in Certificate.objects.all()] == ["intent", "intent"]
    assert desk.post(f"{PAGE}resume/").status_code == 302
    work()
    assert sorted(press) == sorted([first.credential.number, second.credential.number])
    assert issue_progress().waiting == 0
    assert events("paused", "resumed") == ["certificates:issue:paused", "certificates:issue:resumed"]


def test_all_that_was_given_up_is_tried_again_at_once(desk, press, monkeypatch):
    certificates = [prepared(awarded(holder=PersonFactory())) for _ in range(3)]
    with monkeypatch.context() as patch:
        press_is_broken(patch)
        for certificate in certificates[:2]:
            for _ in range(effects.ATTEMPTS):
                effects.attempt(run_of(certificate), now=timezone.now() + timezone.timedelta(days=1))
    assert "2 could not be drawn or signed" in desk.get(PAGE).text
    assert desk.post(f"{PAGE}again/").status_code == 302
    work()
    assert issue_progress().issued == 3
    assert len(events("tried_again")) == 2
    assert desk.post(f"{PAGE}again/").status_code == 409


def test_drawing_that_somebody_else_has_taken_up_is_not_counted(desk, monkeypatch):
    certificate = prepared()
    with monkeypatch.context() as patch:
        press_is_broken(patch)
        for _ in range(effects.ATTEMPTS):
            effects.attempt(run_of(certificate), now=timezone.now() + timezone.timedelta(days=1))
    monkeypatch.setattr("credentialing.operations.certificates.try_again", lambda run: False)
    assert desk.post(f"{PAGE}again/").status_code == 409


def test_refused_ones_are_counted(desk):
    issue_certificate(prepared(name="𓀀"))
    assert "1 can’t be drawn" in desk.get(PAGE).text


def test_holders_without_a_certificate_get_theirs(desk, press):
    PersonFactory(name="Josephine Abara", offices=["president"])
    old = awarded(number="1987/4", basis="import", holder=PersonFactory(name="Ruth Adler"))
    gone = awarded(number="1988/1", basis="import", holder=PersonFactory(), valid_until=old.awarded_on)
    assert issue_progress().missing == 1, gone.number
    assert "1 in good standing have none" in desk.get(PAGE).text
    assert desk.post(f"{PAGE}missing/").status_code == 302
    work()
    certificate = Certificate.objects.get()
    assert (certificate.credential, certificate.status) == (old, "issued")
    facts = certificate.printed
    assert (facts.name, facts.number, facts.awarded_on) == ("Ruth Adler", "1987/4", old.awarded_on)
    assert [(one.name, one.office) for one in facts.signatories] == [("Josephine Abara", "President")]
    assert desk.post(f"{PAGE}missing/").status_code == 409


def test_preparing_that_was_broken_off_goes_on_and_prepares_nobody_twice(registrar, monkeypatch):
    for number in ("1987/1", "1987/2", "1987/3"):
        awarded(number=number, basis="import", holder=PersonFactory())
    prepare = issuing.prepare_certificate
    calls = []

    def stops(**facts):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return prepare(**facts)

    with monkeypatch.context() as patch:
        patch.setattr("credentialing.operations.certificates.prepare_certificate", stops)
        with pytest.raises(KeyboardInterrupt):
            prepare_missing.func(str(registrar.uuid))
    assert Certificate.objects.count() == 1
    prepare_missing.func(str(registrar.uuid))
    assert Certificate.objects.count() == 3
    assert DBTaskResult.objects.count() == 3


def test_taking_up_what_waits_tells_how_many():
    prepared()
    assert take_up_waiting() == 1


def test_new_edition_takes_the_place_and_the_old_address_says_so(client, registrar):
    old = issue_certificate(prepared())
    content = old.read()
    new = supersede_certificate(certificate=old, facts=replace(old.printed, name="Adaeze Obi-Nwosu"), actor=registrar)
    assert (new.edition, new.status, new.token != old.token) == (2, "intent", True)
    issue_certificate(new)
    old.refresh_from_db()
    assert (old.status, old.read()) == ("superseded", content)
    assert old.credential.current_certificate == new
    assert "newer" in client.get(f"/v/{old.token}").text
    with pytest.raises(ValueError, match="Only the edition in force"):
        supersede_certificate(certificate=old, facts=old.printed, actor=registrar)


def test_edition_in_force_stays_when_the_new_one_could_not_be(registrar):
    old = issue_certificate(prepared())
    for facts, words in (
        (old.printed, "would say the same"),
        (replace(old.printed, name="𓀀"), "U\\+13000"),
    ):
        with pytest.raises(ValueError, match=words):
            supersede_certificate(certificate=old, facts=facts, actor=registrar)
    old.refresh_from_db()
    assert old.status == "issued"


def test_missing_certificates_say_what_is_on_record_whatever_the_profile_says():
    credential = awarded(holder=PersonFactory(name="Enid Old", post_nominals="MD"), number="1987/4", basis="import")
    Person.objects.filter(pk=credential.holder_id).update(certificate_name="Prof. Old", post_nominals="MD, PhD")
    prepare_missing.func(str(PersonFactory().uuid))
    printed = credential.certificates.get().printed
    assert (printed.name, printed.post_nominals) == ("Enid Old", "MD")
