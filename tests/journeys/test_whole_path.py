"""One case from the draft to the certificate, through the services alone, with the dates it would really take."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from certificates.models import Certificate, Credential
from certificates.services import issue_certificate
from credentialing.accounts.models import Membership, Person, Role, Term
from credentialing.applications.assessments import assess_case, assess_requirement
from credentialing.applications.models import Application, AwaitedAct
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.applications.services.lifecycle import sign_off_stage
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor
from credentialing.council.services import cast_ballot
from credentialing.evidence.services.events import claim_attendance, mark_attendance, save_event
from credentialing.evidence.services.fees import mark_fee
from credentialing.evidence.services.log import add_log_entry, confirm_log_entries
from credentialing.evidence.services.observations import request_observation, save_observation
from credentialing.evidence.services.statements import attest, sign_agreement
from credentialing.evidence.services.supervision import file_report, record_supervision_session
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.reviews.services import sign_off_requirement
from workflows.errors import TransitionBlocked
from workflows.models import LedgerRecord
from workflows.verification import examine

pytestmark = pytest.mark.django_db

START = datetime(2024, 1, 10, 15, tzinfo=UTC)


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 18, tzinfo=UTC)


def person(name: str, *roles: str) -> Person:
    made = Person.objects.create_user(f"{name}@example.org", name=name.title())
    for role in roles:
        Term.objects.create(person=made, role=role, starts_on=date(2015, 1, 1))
    return made


def intensive(organiser: Person, candidate: Person, starts_on: date, *, assessed: bool = False) -> object:
    now = datetime(starts_on.year, starts_on.month, starts_on.day, 20, tzinfo=UTC) + timedelta(days=4)
    event = save_event(
        actor=organiser,
        name=f"Intensive {starts_on:%Y-%m}",
        place="Wellesley, MA",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=3),
        now=now,
    )
    attendance = claim_attendance(event=event, actor=candidate, now=now)
    mark_attendance(
        attendance=attendance, actor=organiser, status="attended", days_attended=4, assessed=assessed, now=now
    )
    return event


def sign_off(application: Application, requirement: str, actor: Person, now: datetime) -> None:
    item = assess_requirement(application, requirement, now.date())
    sign_off_requirement(
        application=application, requirement=requirement, actor=actor, seen_digest=item.digest, now=now
    )


def test_case_walks_from_draft_to_an_issued_certificate():
    coordinator, chair = person("coordinator", Role.COORDINATOR), person("chair", Role.CCC_CHAIR, Role.REVIEWER)
    treasurer, organiser = person("treasurer", Role.TREASURER), person("organiser", Role.ORGANISER)
    supervisor = person("supervisor", Role.SUPERVISOR)
    observers = [person(f"observer{n}", Role.OBSERVER) for n in (1, 2)]
    council = [person(f"council{n}", Role.COUNCIL) for n in (1, 2, 3)]
    Term.objects.create(person=council[0], role=Role.PRESIDENT, starts_on=date(2020, 1, 1))
    candidate = person("candidate")
    publish_pathway(source=shipped_source("abs-leader"), actor=coordinator, in_force_from=date(2020, 1, 1))

    application = start_application(actor=candidate, now=START)
    with pytest.raises(TransitionBlocked) as refused:
        submit_application(application=application, actor=candidate, now=START)
    assert {item.requirement for item in refused.value.unmet} == {"membership", "first_intensive", "application_form"}

    Membership.objects.create(person=candidate, starts_on=date(2023, 1, 1), recorded_by=coordinator, recorded_at=START)
    intensive(organiser, candidate, date(2023, 10, 5))
    save_application_form(
        application=application, actor=candidate, motivation="a", prior_experience="b", practice="c", now=START
    )
    submit_application(application=application, actor=candidate, now=START)
    application.refresh_from_db()
    assert application.state == "applied"

    ask_supervisor(application=application, supervisor=supervisor, actor=candidate, now=START)
    answer_supervision(supervision=application.current_supervision, actor=supervisor, accept=True, now=START)
    sign_off(application, "admission", coordinator, START)
    sign_off(application, "admission", chair, START)
    sign_agreement(application=application, requirement="supervision_agreement", actor=candidate, now=START)
    sign_agreement(application=application, requirement="supervision_agreement", actor=supervisor, now=START)
    fee = {"application": application, "actor": treasurer, "kind": "paid", "amount": Decimal(900)}
    mark_fee(**fee, requirement="fee_first_year", received_on=START.date(), now=START)
    attest(application=application, requirement="recording_consent", actor=candidate, now=START)

    for index in range(24):
        year, month = divmod(2024 * 12 + index, 12)
        day = at(year, month + 1, 20)
        entry = add_log_entry(
            application=application,
            actor=candidate,
            held_on=day.date(),
            role="co_led",
            setting="residency",
            present=8,
            co_leader_name="Dr. Co",
            now=day,
        )
        confirm_log_entries(entries=[entry], actor=supervisor, now=day)
        if index % 2:
            record_supervision_session(
                application=application,
                actor=supervisor,
                held_on=day.date(),
                minutes=60,
                mode="individual",
                recording_reviewed=True,
                now=day,
            )
    mark_fee(**fee, requirement="fee_second_year", received_on=date(2025, 1, 10), now=at(2025, 1, 11))
    file_report(
        application=application,
        requirement="supervisor_report",
        actor=supervisor,
        strengths="Calm.",
        growth="Silence.",
        recommended=True,
        discussed=True,
        now=at(2026, 1, 12),
    )
    intensive(organiser, candidate, date(2025, 4, 3))
    last = intensive(organiser, candidate, date(2026, 4, 9), assessed=True)
    for observer in observers:
        asked = request_observation(
            application=application, event=last, evaluator=observer, actor=coordinator, now=at(2026, 4, 13)
        )
        ratings = {item.slug: ("competent", "") for item in application.definition.rubric.items}
        save_observation(
            observation=asked, actor=observer, ratings=ratings, comments="", outcome="ready", file=True,
            now=at(2026, 4, 14),
        )  # fmt: skip
    done = at(2026, 5, 4)
    sign_off(application, "group_sessions", coordinator, done)
    application.refresh_from_db()
    incomplete = [item.requirement.slug for item in assess_case(application, done.date()) if not item.complete]
    assert incomplete == ["debriefs", "council_decision"]

    records = sign_off_stage(application=application, actor=coordinator, now=done)
    assert [record.target for record in records] == ["co_leading_logged", "observed", "workshop_attended"]
    assert AwaitedAct.objects.get(application=application).role == "council"

    for member in council:
        cast_ballot(application=application, actor=member, choice="approve", now=at(2026, 5, 20))
    application.refresh_from_db()
    assert application.state == "certified"
    credential = Credential.objects.get(holder=candidate)
    assert (credential.number, credential.state) == ("ABS-2026-0001", "active")
    certificate = issue_certificate(Certificate.objects.get(credential=credential))
    assert certificate.read().startswith(b"%PDF-")
    assert [r.transition for r in LedgerRecord.objects.of(application)] == [
        "submit", "advance", "advance", "advance", "certify",
    ]  # fmt: skip
    assert list(examine()) == []
    assert not AwaitedAct.objects.filter(application=application).exists()
