"""What letters say: the words of one template, to one person, written once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template import TemplateDoesNotExist
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates.models import Certificate, Credential
from certificates.services import issue_certificate
from certificates.signals import certificate_refused
from credentialing.accounts.appointments import confirm_office, propose_office
from credentialing.accounts.models import Person, Role
from credentialing.accounts.services import declare_conflict, end_term
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import Application
from credentialing.applications.services.answers import change_answers
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.applications.services.lifecycle import change_lifecycle, sign_off_stage
from credentialing.applications.services.moves import move_application
from credentialing.applications.services.overrides import answer_override, ask_override
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter, send_to_stranger
from credentialing.council.motions.models import Motion
from credentialing.council.motions.services import cast_vote, put_motion, second_motion, withdraw_motion
from credentialing.council.services import cast_ballot
from credentialing.council.witness import send_checkpoint
from credentialing.drafting.migrating import migrate_what_is_due
from credentialing.drafting.services import (
    approve_draft,
    begin_draft,
    examine_draft,
    propose_draft,
    publish_draft,
    refuse_draft,
)
from credentialing.evidence.services.credentials import enter_exam_result
from credentialing.evidence.services.log import add_log_entry, deny_log_entry
from credentialing.evidence.services.quarantine import destroy_file, quarantine_file, release_file
from credentialing.evidence.services.references import ask_reference, decline_reference, give_reference
from credentialing.evidence.services.scanning import scan_what_waits
from credentialing.names.services import confirm_change, refuse_change, withdraw_change, write_about_difference
from credentialing.operations.demo.walk import Officers, noon
from credentialing.operations.services import tell_administrators
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.pathways.writing import change_values
from credentialing.registry.sharing.services import send_link
from credentialing.reviews.services import return_requirement
from credentialing.reviews.waivers import waive_requirement
from tests.by_hand import write_by_hand
from tests.decided import decided
from tests.evidence.acts import upload
from tests.evidence.clamd import EICAR, scanner
from tests.evidence.samples import pdf
from tests.factories import PASSWORD, MembershipFactory, PersonFactory, make_officers, make_walk
from tests.names.acts import approved, asked
from tests.pathways.files import changed
from workflows.checkpoints import make_checkpoint

pytestmark = pytest.mark.django_db

LATER = "another quiet evening"

NOON = datetime(2026, 4, 14, 16, tzinfo=UTC)
STAGE = {"stage": "Applied", "path": "/my/"}
TEMPLATES = Path(django_settings.BASE_DIR) / "templates" / "correspondence"


@pytest.fixture
def ada():
    return PersonFactory(name="Ada", email="ada@example.org")


def test_letter_has_a_subject_a_greeting_a_link_and_a_sender(ada, settings):
    settings.BASE_URL = "https://credentials.example.org"
    settings.SOCIETY_NAME = "Society of Test"

    letter = send_letter(template="stage_reached", to=ada, context=STAGE, now=NOON)

    assert letter.subject == "You have reached “Applied”"
    assert letter.body.startswith("Hello Ada,\n")
    assert "\nhttps://credentials.example.org/my/\n" in letter.body
    assert letter.body.endswith("Society of Test\n")
    assert (letter.recipient, letter.to_address, letter.created_at) == (ada, "ada@example.org", NOON)
    assert str(letter) == "You have reached “Applied” to ada@example.org"


def test_letter_without_a_path_leads_to_the_front_page(ada):
    letter = send_letter(template="stage_reached", to=ada, context={"stage": "Applied"})

    assert f"\n{django_settings.BASE_URL}/\n" in letter.body


def test_words_of_people_are_neither_escaped_nor_able_to_break_the_subject(ada):
    letter = send_letter(template="stage_reached", to=ada, context={"stage": "A & B\r\nBcc: x@y.z <i>"})

    assert letter.subject == "You have reached “A & B"
    assert "&amp;" not in letter.body


def test_long_subject_is_cut_and_not_refused(ada):
    assert len(send_letter(template="stage_reached", to=ada, context={"stage": "x" * 400}).subject) == 250


def test_same_key_writes_and_queues_one_letter(ada):
    first = send_letter(template="stage_reached", to=ada, context=STAGE, dedupe_key="stage:1")
    again = send_letter(template="stage_reached", to=ada, context=STAGE, dedupe_key="stage:1")
    other = send_letter(template="stage_reached", to=ada, context=STAGE, dedupe_key="stage:2")

    assert first == again != other
    assert DBTaskResult.objects.count() == 2


def test_letters_without_a_key_may_be_written_again(ada):
    letters = {send_letter(template="stage_reached", to=ada, context=STAGE) for _ in range(2)}

    assert {letter.dedupe_key for letter in letters} == {None}
    assert len(letters) == 2


def test_earlier_holder_without_an_address_gets_no_letter():
    holder = Person.objects.create_user(None, name="Enid")

    assert send_letter(template="stage_reached", to=holder, context=STAGE) is None
    assert not Letter.objects.exists()


def test_somebody_without_an_account_is_written_to_by_address():
    context = {"date": "May 1", "days": 90, "path": "/confirm/x/"}
    letter = send_to_stranger(
        template="session_to_confirm", address="jo@example.org", actor=PersonFactory(name="Ada"), context=context
    )

    assert (letter.recipient, letter.to_address) == (None, "jo@example.org")
    assert letter.body.startswith("Hello,\n\nAda has logged")


def test_unknown_template_is_refused(ada):
    with pytest.raises(TemplateDoesNotExist):
        send_letter(template="no_such_letter", to=ada, context={})


# Every template, filled by the service that uses it (pytest refuses undefined variables) -----------------------------


def write_letters_of_a_candidacy(officers: Officers) -> None:
    walk = make_walk(candidate=PersonFactory(name="Ada O'Neil & <Co>"), society=officers)
    walk.submit()
    application = walk.application
    supervision = ask_supervisor(
        application=application, supervisor=officers.supervisors[1], actor=walk.candidate, now=noon(walk.starts_on)
    )
    answer_supervision(supervision=supervision, actor=officers.supervisors[1], accept=False, now=noon(walk.starts_on))
    second = ask_supervisor(
        application=application, supervisor=officers.supervisors[0], actor=walk.candidate, now=noon(walk.starts_on)
    )
    answer_supervision(supervision=second, actor=officers.supervisors[0], accept=True, now=noon(walk.starts_on))
    entry = add_log_entry(
        application=application, actor=walk.candidate, held_on=walk.starts_on, minutes=90, role="co_led",
        setting="residency", present=8, co_leader_name="Jo", co_leader_email="jo@example.org",
        now=noon(walk.starts_on),
    )  # fmt: skip
    deny_log_entry(entry=entry, role="supervisor", actor=officers.supervisors[0], reason="No", now=noon(walk.starts_on))
    item = assess_requirement(application, "admission", walk.starts_on)
    return_requirement(
        application=application, requirement="admission", actor=officers.chair, seen_digest=item.digest,
        reason="Tell us more & better", now=noon(walk.starts_on),
    )  # fmt: skip
    for name, reason in (("hold", "On leave"), ("resume", "")):
        change_lifecycle(
            application=application, name=name, actor=officers.coordinator, reason=reason, now=noon(walk.starts_on)
        )
    change_lifecycle(application=application, name="decline", actor=officers.chair, reason="Not now")


def write_letters_of_quarantine(officers: Officers) -> None:
    walk = make_walk(candidate=PersonFactory(name="Cy O'Neil & <Co>"), society=officers).submit()
    for end, content in ((release_file, pdf()), (destroy_file, pdf(pages=2))):
        file = upload(walk, content=content)
        quarantine_file(file=file, actor=officers.coordinator, reason="It names a patient & a ward")
        file.refresh_from_db()
        end(file=file, actor=officers.chair, reason="Looked at")


def write_letter_of_the_scanner(officers: Officers, settings: Any) -> None:
    walk = make_walk(candidate=PersonFactory(name="Di O'Neil & <Co>"), society=officers).submit()
    settings.CLAMD = "127.0.0.1:1"  # down: the file is held
    harmful = pdf(lambda document: setattr(document.Root, "Note", EICAR.decode()), object_stream_mode=0)
    upload(walk, content=harmful)
    with scanner(settings, behaves="too large"):
        assert scan_what_waits(timezone.now()) == 0
    with scanner(settings):
        assert scan_what_waits(timezone.now()) == 1
    settings.CLAMD = ""


def write_letters_of_the_whole_way(officers: Officers) -> None:
    walk = make_walk(candidate=PersonFactory(name="Bea O'Neil & <Co>"), society=officers)
    walk.reach_council()
    walk.vote("defer", reason="One more session")
    change_lifecycle(application=walk.application, name="withdraw", actor=walk.candidate)
    change_lifecycle(application=walk.application, name="reopen", actor=walk.officers.coordinator)
    walk.application.refresh_from_db()
    walk.vote("approve")
    credential = walk.candidate.credentials.get()
    registrar = PersonFactory(offices=[Role.REGISTRAR])
    certificate = Certificate.objects.get(credential=credential)
    issue_certificate(certificate)
    certificate.problem = "its fonts have no 𓀀"
    certificate_refused.send(sender=Certificate, certificate=certificate)
    assert Letter.objects.filter(template="certificate_refused", recipient=registrar).exists()
    certificate.refresh_from_db()
    send_link(certificate=certificate, address="clinic@example.org", actor=walk.candidate)
    write_letters_of_names(credential, registrar)
    for act in ("suspend", "reinstate"):
        decided(credential, act, reason="See the minutes & the letter")
    write_letters_about_motions(credential, walk.officers)


def write_letters_about_motions(credential: Credential, officers: Officers) -> None:
    registrar, coordinator, council = PersonFactory(offices=["registrar"]), officers.coordinator, officers.council

    def put(act: str, **more: bool) -> Motion:
        return put_motion(credential=credential, act=act, actor=registrar, reason="“A” & “B”", **more)

    withdraw_motion(motion=put("suspend"), actor=registrar, reason="A mistake")
    urgent = second_motion(motion=put("suspend", in_danger=True), actor=coordinator)
    for member in council[:3]:
        cast_vote(motion=urgent, actor=member, choice="for")
    credential.refresh_from_db()
    revoking = put("revoke")
    write_by_hand(revoking, appeal_days=30)
    for member in council[:3]:
        cast_vote(motion=revoking, actor=member, choice="for")


def write_letters_of_names(credential: Credential, registrar: Person) -> None:
    president = PersonFactory(offices=[Role.PRESIDENT])
    withdraw_change(change=asked(credential, name="An “O'Neil” & no other"), actor=credential.holder)
    refuse_change(change=asked(credential, name="O'Neil"), actor=registrar, reason="No proof & no word")
    confirm_change(change=approved(credential, registrar, name="Bea & Bo"), actor=president)
    write_about_difference(credential=credential, actor=registrar)


def write_letters_of_other_pathways(officers: Officers) -> None:
    coach, leader = (applicant(pathway) for pathway in ("icf-pcc", "uk-leader"))
    asked = {"application": coach, "requirement": "mentor_reference", "actor": coach.candidate}
    first, second = (
        ask_reference(referee_name=name, referee_email=f"{name}@example.net", **asked) for name in ("Rory", "Rita")
    )
    give_reference(reference=first, relation="teacher", text="A calm leader.", recommended=True)
    decline_reference(reference=second)
    enter_exam_result(
        application=coach,
        requirement="knowledge",
        actor=officers.coordinator,
        taken_on=timezone.localdate(),
        score=Decimal(470),
    )
    waive_requirement(
        application=leader, requirement="co_leading", actor=officers.chair, reason="Led & taught for ten years."
    )


def write_letters_of_accounts() -> None:
    client, ada = Client(), PersonFactory(email="ada@accounts.example.org")
    new, known = "new@accounts.example.org", ada.email
    ada.emailaddress_set.create(email=known, verified=True, primary=True)
    for address in (new, known):
        client.post("/accounts/signup/", {"name": "N", "email": address, "password1": PASSWORD})
    for address in (known, "nobody@accounts.example.org"):
        client.post("/accounts/password/reset/", {"email": address})
    client.force_login(ada)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": LATER, "password2": LATER})
    second = "second@accounts.example.org"
    client.post("/accounts/reauthenticate/", {"password": LATER})
    client.post("/accounts/email/", {"email": second, "action_add": ""})
    ada.emailaddress_set.filter(email=second).update(verified=True)
    client.post("/accounts/email/", {"email": second, "action_primary": ""})
    client.post("/accounts/email/", {"email": known, "action_remove": ""})


def applicant(pathway: str) -> Application:
    publish_pathway(source=shipped_source(pathway), actor=PersonFactory(), in_force_from=date(2015, 1, 1))
    candidate = MembershipFactory(person__name="Cleo").person
    application = start_application(actor=candidate, pathway=pathway)
    profile = {"psychodynamic_training": "no"}
    words = {"motivation": "a", "prior_experience": "b", "practice": "c"}
    save_application_form(application=application, actor=candidate, **words, profile=profile)
    submit_application(application=application, actor=candidate)
    application.refresh_from_db()
    return application


def write_letters_of_rules(officers: Officers) -> None:
    case = Application.objects.get(pathway_version__pathway__slug="uk-leader")
    change_answers(
        application=case, actor=officers.coordinator, answers={"psychodynamic_training": "yes"}, reason="A typo & more"
    )
    start_application(actor=MembershipFactory(person__name="Bo").person, pathway="uk-leader")
    source = change_values(case.pathway_version.source, (), {"version": "2030.1"})
    draft = begin_draft(slug="uk-leader", source=source, actor=officers.coordinator, what="Begun")
    asked = {
        "purpose": "It was too easy & too short.",
        "in_force_from": timezone.localdate(),
        "policy": PathwayVersion.Policy.PIN,
    }
    for _ in range(2):
        examine_draft(draft=draft, actor=officers.coordinator)
        propose_draft(draft=draft, actor=officers.coordinator, **asked)
        if not Letter.objects.filter(template="draft_refused").exists():
            refuse_draft(draft=draft, actor=officers.council[0], reason="Too hard & too long")
    for member in officers.council[:3]:
        approve_draft(draft=draft, actor=member, seen_revision=1)
    draft.refresh_from_db()
    version = publish_draft(draft=draft, actor=officers.coordinator)
    move_application(application=case, version=version, actor=officers.coordinator, reason="Asked & granted")
    publish_pathway(
        source=change_values(change_values(source, (), {"version": "2031.1"}), ("stages", 0), {"slug": "entered"}),
        actor=officers.coordinator,
        in_force_from=timezone.localdate(),
        policy=PathwayVersion.Policy.MIGRATE,
    )
    migrate_what_is_due(now=timezone.now())


def write_letters_of_consolation(officers: Officers) -> None:
    award = 'number_prefix = "SML"'
    source = changed(award, f'{award}\nconsolation = "Letter of Participation"')
    publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2015, 1, 1))
    candidate = MembershipFactory(person__name="Di").person
    application = start_application(actor=candidate, pathway="small")
    submit_application(application=application, actor=candidate)
    sign_off_stage(application=application, actor=officers.coordinator)
    for member in officers.council[:2]:
        cast_ballot(application=application, actor=member, choice="decline", reason="Not & yet", consolation=True)


def write_letters_of_offices(officers):
    one, two = PersonFactory(offices=[Role.ADMINISTRATOR]), PersonFactory(offices=[Role.ADMINISTRATOR])
    proposed = propose_office(
        person=PersonFactory(name="Noa"), role=Role.COUNCIL, actor=one, starts_on=timezone.localdate()
    )
    end_term(term=confirm_office(appointment=proposed, actor=two), actor=one)


def write_letters_of_ties(officers):
    """A vote and a word of somebody who turns out to be a cousin, before the decision and after it."""
    walk = make_walk(officers=officers, candidate=PersonFactory(name="Zoe")).reach_council()
    walk.vote(votes=1)
    declare_conflict(person=walk.candidate, other=officers.council[0], relation="cousin", actor=walk.candidate)
    for member in officers.council[1:4]:
        cast_ballot(application=walk.application, actor=member, choice="approve", now=noon(walk.reviewed_on))
    declare_conflict(person=walk.candidate, other=officers.council[1], relation="cousin", actor=walk.candidate)
    other = make_walk(officers=officers, candidate=PersonFactory(name="Yan")).submit()
    other.sign_off("admission", officers.coordinator, noon(other.starts_on))
    PersonFactory(name="Cleo", offices=[Role.COORDINATOR])
    declare_conflict(person=other.candidate, other=officers.coordinator, relation="cousin", actor=other.candidate)
    asked = ask_override(
        candidate=other.candidate, application=other.application, actor=officers.coordinator, reason="All are ill."
    )
    answer_override(override=asked, actor=officers.chair, permit=True, reason="Nobody else is left.")


def test_every_template_is_used_by_a_service_and_says_everything(settings):
    officers = make_officers()
    write_letters_of_a_candidacy(officers)
    write_letters_of_the_whole_way(officers)
    PersonFactory(name="Ines", offices=[Role.ADMINISTRATOR])
    tell_administrators(what="After 6 attempts this was given up: draw certificate.")

    write_letters_of_quarantine(officers)
    write_letter_of_the_scanner(officers, settings)
    write_letters_of_other_pathways(officers)
    write_letters_of_rules(officers)
    write_letters_of_consolation(officers)
    write_letters_of_offices(officers)
    write_letters_of_ties(officers)
    send_checkpoint(checkpoint=make_checkpoint(), on=date(2026, 5, 4))
    write_letters_of_accounts()

    letters = Letter.objects.all()
    assert {letter.template for letter in letters} == {path.stem for path in TEMPLATES.glob("*.txt")}
    for letter in letters:
        text = letter.subject + "\n" + letter.body
        assert letter.subject, letter.template
        assert letter.body.startswith("Hello " if letter.recipient else "Hello,"), letter.template
        assert not letter.body.startswith("Hello ,"), letter.template
        assert f"\n{django_settings.BASE_URL}{letter.context['path']}\n" in letter.body, letter.template
        assert not [odd for odd in ("None", "{{", "&amp;", "&lt;", "&#x27;", "<bound") if odd in text], text
