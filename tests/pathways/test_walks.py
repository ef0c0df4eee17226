"""Other societies' candidates walk their whole way on the same engine: through services, on real dates, to the end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from certificates.models import Credential
from credentialing.accounts.models import Role
from credentialing.accounts.services import record_membership
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import AwaitedAct
from credentialing.applications.progress import refreshed_once
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.applications.services.endorsing import recommend_candidate
from credentialing.applications.services.lifecycle import sign_off_stage
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor
from credentialing.council.models import Decision
from credentialing.council.services import VoteRefused, cast_ballot
from credentialing.evidence.services.events import claim_attendance, mark_attendance, save_event
from credentialing.evidence.services.fees import mark_fee
from credentialing.evidence.services.files import upload_file
from credentialing.evidence.services.log import add_log_entry, confirm_log_entries
from credentialing.evidence.services.statements import attest, sign_agreement
from credentialing.evidence.services.supervision import file_report, record_supervision_session
from credentialing.operations.demo.walk import months_after, noon
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.reviews.services import sign_off_requirement
from tests.evidence.samples import pdf
from tests.factories import PersonFactory, make_officers
from workflows.errors import TransitionBlocked
from workflows.verification import examine

pytestmark = pytest.mark.django_db

BEGIN = date(2021, 2, 1)


class Way:
    """One candidate on one pathway."""

    def __init__(self, slug, **answers):
        self.officers = make_officers()
        self.candidate = PersonFactory(name="Ida Other")
        self.supervisor = self.officers.supervisors[0]
        publish_pathway(
            source=shipped_source(slug),
            actor=PersonFactory(offices=[Role.ADMINISTRATOR]),
            in_force_from=date(2020, 1, 1),
        )
        record_membership(
            person=self.candidate, actor=self.officers.coordinator, starts_on=date(2020, 1, 1), now=noon(BEGIN)
        )
        self.case = start_application(actor=self.candidate, pathway=slug, now=noon(BEGIN))
        save_application_form(
            application=self.case,
            actor=self.candidate,
            motivation="a",
            prior_experience="b",
            practice="c",
            profile=answers,
            now=noon(BEGIN),
        )

    def refreshed(self):
        self.case.refresh_from_db()
        return self.case

    def submit(self):
        submit_application(application=self.case, actor=self.candidate, now=noon(BEGIN))

    def sign(self, requirement, *people, on):
        for person in people:
            item = assess_requirement(self.refreshed(), requirement, on)
            sign_off_requirement(
                application=self.case, requirement=requirement, actor=person, seen_digest=item.digest, now=noon(on)
            )

    def supervise(self, on):
        ask_supervisor(application=self.case, supervisor=self.supervisor, actor=self.candidate, now=noon(on))
        answer_supervision(supervision=self.case.current_supervision, actor=self.supervisor, accept=True, now=noon(on))

    def log(self, on, role, *, cases=1, minutes=90):
        entry = add_log_entry(
            application=self.case,
            actor=self.candidate,
            held_on=on,
            minutes=minutes,
            role=role,
            setting="practice",
            present=8,
            cases=cases,
            co_leader_name="" if role == "member" else "Jo Leader",
            now=noon(on),
        )
        if role != "member":
            confirm_log_entries(entries=[entry], actor=self.supervisor, now=noon(on + timedelta(days=1)))

    def attend(self, kind, on, days=2):
        event = save_event(
            actor=self.officers.organiser,
            kind=kind,
            name=f"{kind} {on}",
            place="Oxford",
            starts_on=on,
            ends_on=on + timedelta(days=days - 1),
            now=noon(on - timedelta(days=20)),
        )
        after = noon(event.ends_on + timedelta(days=1))
        attendance = claim_attendance(event=event, actor=self.candidate, now=after)
        mark_attendance(
            attendance=attendance, actor=self.officers.organiser, status="attended", days_attended=days, now=after
        )

    def report(self, requirement, on, *, recommended=True):
        file_report(
            application=self.case,
            requirement=requirement,
            actor=self.supervisor,
            strengths="Warm.",
            growth="Silence.",
            recommended=recommended,
            discussed=True,
            now=noon(on),
        )

    def pay(self, requirement, amount, on):
        mark_fee(
            application=self.case,
            requirement=requirement,
            actor=self.officers.treasurer,
            kind="paid",
            amount=Decimal(amount),
            received_on=on,
            reference=requirement,
            now=noon(on),
        )

    def vote(self, on):
        for member in self.officers.council[:3]:
            cast_ballot(application=self.refreshed(), actor=member, choice="approve", now=noon(on))
        self.refreshed()

    def advance(self, on):
        return [
            record.target
            for record in sign_off_stage(application=self.refreshed(), actor=self.officers.coordinator, now=noon(on))
        ]


def test_candidate_of_the_uk_is_accredited_by_the_criteria_before_june_2023():
    way = Way("uk-leader", psychodynamic_training="no")
    way.submit()
    way.sign("advice", way.officers.coordinator, on=BEGIN + timedelta(days=3))
    assert way.refreshed().admitted_at
    way.supervise(BEGIN + timedelta(days=5))
    with refreshed_once():
        for week in range(19):
            way.log(BEGIN + timedelta(weeks=week + 1), "member")
            way.log(BEGIN + timedelta(weeks=week + 1, days=2), "co_led")
    way.attend("weekend", date(2021, 9, 4))
    with pytest.raises(TransitionBlocked) as refusal:
        way.advance(date(2021, 10, 1))
    assert {unmet.requirement for unmet in refusal.value.unmet} == {
        "twenty_sessions",
        "co_leading",
        "leadership_weekends",
    }
    way.log(date(2021, 10, 4), "member")
    way.log(date(2021, 10, 6), "co_led")
    way.attend("weekend", date(2022, 3, 5))
    assert way.advance(date(2022, 4, 1)) == ["experienced"]

    way.report("supervision_report", date(2022, 5, 1), recommended=False)
    with pytest.raises(TransitionBlocked):
        way.advance(date(2022, 5, 2))
    way.report("supervision_report", date(2022, 9, 1))
    assert way.advance(date(2022, 9, 5)) == ["ready"]
    way.vote(date(2022, 9, 20))

    credential = Credential.objects.get()
    assert way.case.state == "certified"
    assert (credential.designation, credential.number[:2]) == ("Accredited Balint Group Leader", "UK")
    assert list(examine()) == []


def test_candidate_of_australia_and_new_zealand_is_accepted_and_accredited_by_the_board():
    way = Way("bsanz-leader")
    attest(application=way.case, requirement="indemnity", actor=way.candidate, now=noon(BEGIN))
    way.submit()
    assert {(act.requirement, act.role) for act in AwaitedAct.objects.all()} >= {("acceptance", "council")}
    way.vote(BEGIN + timedelta(days=10))
    assert way.case.admitted_at
    way.supervise(BEGIN + timedelta(days=12))
    way.pay("enrolment_fee", 300, BEGIN + timedelta(days=13))
    for slug, parties in (
        ("agreement_supervisor", (way.candidate, way.supervisor)),
        ("agreement_committee", (way.supervisor,)),
    ):
        for party in parties:
            sign_agreement(application=way.case, requirement=slug, actor=party, now=noon(BEGIN + timedelta(days=14)))
    with refreshed_once():
        for month in range(24):
            day = months_after(BEGIN, month + 1)
            if month < 20:
                way.log(day, "led", cases=2 if month < 10 else 1)
            record_supervision_session(
                application=way.case,
                actor=way.supervisor,
                held_on=day + timedelta(days=3),
                minutes=60,
                mode="group",
                recording_reviewed=False,
                now=noon(day + timedelta(days=3)),
            )
    way.pay("second_year_fee", 200, months_after(BEGIN, 12))
    way.attend("intensive", date(2021, 8, 6), days=4)
    way.attend("international", date(2022, 8, 5), days=4)
    for number in range(1, 5):
        way.report("reports", months_after(BEGIN, 6 * number), recommended=number == 4)
    upload_file(
        application=way.case,
        requirement="record",
        actor=way.candidate,
        title="Yearly record",
        original_name="record.pdf",
        content=pdf(),
        now=noon(date(2023, 1, 10)),
    )
    way.sign("intensives", way.officers.coordinator, on=date(2023, 2, 1))
    with pytest.raises(TransitionBlocked) as refusal:
        way.advance(date(2023, 2, 2))
    assert {unmet.requirement for unmet in refusal.value.unmet} == {"reports"}
    way.report("reports", months_after(BEGIN, 30))
    assert way.advance(date(2023, 8, 20)) == ["in_training"]

    with pytest.raises(VoteRefused):
        way.vote(date(2023, 8, 22))
    recommend_candidate(application=way.refreshed(), actor=way.officers.chair, now=noon(date(2023, 8, 25)))
    way.vote(date(2023, 9, 1))

    assert way.case.state == "certified"
    assert [decision.requirement for decision in Decision.objects.order_by("pk")] == ["acceptance", "board_decision"]
    assert [report.number for report in way.case.reports.order_by("number")] == [1, 2, 3, 4, 5]
    assert Credential.objects.get().number.startswith("BSANZ")
    assert list(examine()) == []
