"""Walking a case along the ABS pathway through the services, on the dates on which it would really happen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from random import Random

import pikepdf

from credentialing.accounts.models import Person
from credentialing.accounts.services import record_membership
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import Application
from credentialing.applications.progress import refreshed_once
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.applications.services.lifecycle import sign_off_stage
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor
from credentialing.council.services import cast_ballot
from credentialing.evidence.models import Event, EvidenceFile
from credentialing.evidence.services.events import claim_attendance, mark_attendance, save_event
from credentialing.evidence.services.fees import mark_fee
from credentialing.evidence.services.files import upload_file
from credentialing.evidence.services.log import add_log_entry, confirm_log_entries
from credentialing.evidence.services.observations import request_observation, save_observation
from credentialing.evidence.services.statements import attest, sign_agreement
from credentialing.evidence.services.supervision import file_report, record_supervision_session
from credentialing.reviews.services import sign_off_requirement

FEE = Decimal(900)
INTENSIVE_DAYS = 4


@dataclass(frozen=True, kw_only=True)
class Officers:
    """Those who act on cases."""

    coordinator: Person
    chair: Person
    treasurer: Person
    organiser: Person
    supervisors: Sequence[Person]
    observers: Sequence[Person]
    council: Sequence[Person]


def noon(day: date) -> datetime:
    """The middle of a working day of the society, as an instant."""
    return datetime.combine(day, time(18), tzinfo=UTC)


def months_after(day: date, months: int) -> date:
    """The 14th of a later month, which every month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 14)


def hold_intensive(officers: Officers, starts_on: date, place: str) -> Event:
    """The intensive of that day; it is entered in the books once."""
    held = Event.objects.filter(starts_on=starts_on, place=place).first()
    return held or save_event(
        actor=officers.organiser,
        name=f"Leadership Intensive, {place.split(',', maxsplit=1)[0]}",
        place=place,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=INTENSIVE_DAYS - 1),
        now=noon(starts_on - timedelta(days=30)),
    )


@dataclass(kw_only=True)
class CaseWalk:
    """One candidate's way; each method is one thing that really happens, `starts_on` is the day of submission."""

    officers: Officers
    candidate: Person
    starts_on: date
    supervisor: Person | None = None
    place: str = "Boston, MA"
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - the same demo every time
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        self.supervisor = self.supervisor or self.officers.supervisors[0]

    def draft(self) -> "CaseWalk":
        """Become a member and begin to write."""
        before = self.starts_on - timedelta(days=400)
        record_membership(person=self.candidate, actor=self.officers.coordinator, starts_on=before, now=noon(before))
        self.application = start_application(actor=self.candidate, now=noon(self.starts_on - timedelta(days=7)))
        return self

    def attend(self, starts_on: date, place: str, *, assessed: bool = False) -> Event:
        """Attend an intensive; the organizer marks it on the day after."""
        event = hold_intensive(self.officers, starts_on, place)
        after = noon(event.ends_on + timedelta(days=1))
        attendance = claim_attendance(event=event, actor=self.candidate, now=after)
        mark_attendance(
            attendance=attendance,
            actor=self.officers.organiser,
            status="attended",
            days_attended=INTENSIVE_DAYS,
            assessed=assessed,
            now=after,
        )
        return event

    def submit(self) -> "CaseWalk":
        """A first intensive three months before, the form, the submission."""
        self.draft()
        self.attend(months_after(self.starts_on, -3), self.place)
        now = noon(self.starts_on)
        save_application_form(
            application=self.application,
            actor=self.candidate,
            practice="Family physician in a community clinic; I teach residents two days a week.",
            prior_experience="A Balint group in residency for three years, then a peer group of eight colleagues.",
            motivation="I would like to offer our residents what a well-led group gave me.",
            now=now,
        )
        submit_application(application=self.application, actor=self.candidate, now=now)
        return self

    def ask(self) -> "CaseWalk":
        """Submit, and ask a supervisor, who has not answered yet."""
        self.submit()
        ask_supervisor(
            application=self.application,
            supervisor=self._supervisor,
            actor=self.candidate,
            note="I could meet on Tuesday evenings.",
            now=noon(self.starts_on + timedelta(days=1)),
        )
        return self

    def admit(self) -> "CaseWalk":
        """The supervisor accepts, coordinator and chair admit."""
        self.ask()
        now = noon(self.starts_on + timedelta(days=5))
        supervision = self.application.current_supervision
        assert supervision is not None  # noqa: S101 - just asked
        answer_supervision(supervision=supervision, actor=self._supervisor, accept=True, now=now)
        self.sign_off("admission", self.officers.coordinator, now)
        self.sign_off("admission", self.officers.chair, now + timedelta(days=1))
        return self

    def begin_supervision(self) -> "CaseWalk":
        """Agreement, consent, and the first year's fee: supervision can begin."""
        self.admit()
        now = noon(self.starts_on + timedelta(days=8))
        for party in (self.candidate, self._supervisor):
            sign_agreement(application=self.application, requirement="supervision_agreement", actor=party, now=now)
        attest(application=self.application, requirement="recording_consent", actor=self.candidate, now=now)
        self.pay("fee_first_year", now.date() + timedelta(days=1))
        return self

    def upload(self, requirement: str, title: str, original_name: str, now: datetime) -> EvidenceFile:
        """The candidate uploads a scan; in the demo its pages are blank."""
        blank = BytesIO()
        with pikepdf.new() as document:
            document.add_blank_page()
            document.docinfo["/Title"] = original_name
            document.save(blank)
        return upload_file(
            application=self.application,
            requirement=requirement,
            actor=self.candidate,
            title=title,
            original_name=original_name,
            content=blank.getvalue(),
            now=now,
        )

    def pay(self, requirement: str, on: date) -> None:
        """A fee is received."""
        mark_fee(
            application=self.application,
            requirement=requirement,
            actor=self.officers.treasurer,
            kind="paid",
            amount=FEE,
            received_on=on,
            reference=f"R-{on:%y%m}-{self.random.randint(100, 999)}",
            now=noon(on),
        )

    def lead(self, months: int, *, unconfirmed: int = 0) -> "CaseWalk":
        """Lead one session a month and be supervised every other month; the last ones may wait for confirmation."""
        with refreshed_once():
            self._lead(months, unconfirmed)
        return self

    def _lead(self, months: int, unconfirmed: int) -> None:
        for index in range(months):
            day = months_after(self.starts_on, index + 1)
            if index == 12:  # noqa: PLR2004 - the anniversary
                self.pay("fee_second_year", day - timedelta(days=5))
            entry = add_log_entry(
                application=self.application,
                actor=self.candidate,
                held_on=day,
                minutes=90,
                role="led" if index % 3 == 0 else "co_led",
                setting="residency",
                present=self.random.randint(6, 11),
                debriefed=index % 4 != 0,
                co_leader_name="" if index % 3 == 0 else "Jordan Wells",
                now=noon(day),
            )
            if index < months - unconfirmed:
                confirm_log_entries(entries=[entry], actor=self._supervisor, now=noon(day + timedelta(days=2)))
            if index % 2:
                record_supervision_session(
                    application=self.application,
                    actor=self._supervisor,
                    held_on=day + timedelta(days=2),
                    minutes=60,
                    mode="individual",
                    recording_reviewed=True,
                    recording_of=day,
                    recording_destroyed_on=day + timedelta(days=2),
                    now=noon(day + timedelta(days=2)),
                )

    def two_years(self) -> "CaseWalk":
        """Everything that two years of supervised leading ask for, the last intensive and its evaluations apart."""
        self.begin_supervision()
        self.lead(24)
        self.attend(months_after(self.starts_on, 11), self.place)
        now = noon(months_after(self.starts_on, 25) + timedelta(days=1))
        file_report(
            application=self.application,
            requirement="supervisor_report",
            actor=self._supervisor,
            strengths="Calm and warm; keeps the group with the relationship and protects the presenter.",
            growth="Can trust silence a little longer before speaking.",
            recommended=True,
            discussed=True,
            now=now,
        )
        return self

    def be_evaluated(self, *, filed: int = 2) -> "CaseWalk":
        """The credentialing intensive, the last of three: two evaluators rate, each alone."""
        self.two_years()
        event = self.attend(months_after(self.starts_on, 25) + timedelta(days=7), self.place, assessed=True)
        rubric = self.application.definition.rubric
        assert rubric is not None  # noqa: S101 - the pathway has one
        others = [person for person in self.officers.observers if person.pk != self._supervisor.pk]
        for index, evaluator in enumerate(others[:2]):
            asked = request_observation(
                application=self.application,
                event=event,
                evaluator=evaluator,
                actor=self.officers.coordinator,
                now=noon(event.ends_on),
            )
            if index < filed:
                ratings = {item.slug: (self.random.choice(["competent", "strong"]), "") for item in rubric.items}
                save_observation(
                    observation=asked,
                    actor=evaluator,
                    ratings=ratings,
                    comments="Leads with a light hand; the group worked well.",
                    outcome="ready",
                    file=True,
                    now=noon(event.ends_on + timedelta(days=3 + index)),
                )
        self.reviewed_on = event.ends_on + timedelta(days=10)
        return self

    def reach_council(self) -> "CaseWalk":
        """The coordinator signs the sessions off, and the case passes the middle stages."""
        self.be_evaluated()
        now = noon(self.reviewed_on)
        self.sign_off("group_sessions", self.officers.coordinator, now)
        self.application.refresh_from_db()
        sign_off_stage(application=self.application, actor=self.officers.coordinator, now=now)
        return self

    def vote(self, choice: str = "approve", *, votes: int = 3, reason: str = "", until: date | None = None) -> None:
        """Members of the council vote, one a day."""
        for index, member in enumerate(self.officers.council[:votes]):
            cast_ballot(
                application=self.application,
                actor=member,
                choice=choice,
                reason=reason,
                defer_until=until,
                now=noon(self.reviewed_on + timedelta(days=20 + index)),
            )
        self.application.refresh_from_db()

    def certify(self) -> "CaseWalk":
        """The whole way."""
        self.reach_council()
        self.vote()
        return self

    def sign_off(self, requirement: str, actor: Person, now: datetime) -> None:
        """An officer signs off what lies there that day."""
        item = assess_requirement(self.application, requirement, now.date())
        sign_off_requirement(
            application=self.application, requirement=requirement, actor=actor, seen_digest=item.digest, now=now
        )

    @property
    def _supervisor(self) -> Person:
        assert self.supervisor is not None  # noqa: S101 - set when the walk is made
        return self.supervisor
