"""Filling the demo society: earlier holders, and candidates whose cases stand in every state."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from credentialing.accounts.models import Person
from credentialing.accounts.services import declare_conflict
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.models import Letter
from credentialing.correspondence.tasks import deliver_letter
from credentialing.evidence.services.quarantine import quarantine_file
from credentialing.operations.demo.people import make_candidate, make_officers
from credentialing.operations.demo.walk import CaseWalk, Officers, months_after, noon
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.registry.importing.lists import read_holders
from credentialing.registry.services import import_holders
from credentialing.reviews.services import return_requirement

HOLDERS = Path(__file__).parent / "holders.csv"
PATHWAY_SINCE = date(2015, 1, 1)
LETTERS_KEPT = 25
PLACES = ("Boston, MA", "Santa Rosa, CA", "Charleston, SC", "Pittsburgh, PA")
type Story = Callable[[CaseWalk, Officers], object]


def fill_society(*, candidates: int, password: str) -> Iterator[str]:
    """Make the whole society; yields a line for each part as it is done."""
    random = Random(1999)  # noqa: S311 - the same society every time
    with transaction.atomic():
        officers = make_officers(password)
        admin = Person.objects.get(email="admin1@example.org")
        version = publish_pathway(source=shipped_source("abs-leader"), actor=admin, in_force_from=PATHWAY_SINCE)
        yield "officers and pathway"
        registrar = Person.objects.get(email="registrar1@example.org")
        holders = read_holders(HOLDERS.read_bytes(), today=timezone.localdate())
        import_holders(holders=holders, pathway=version.definition, actor=registrar)
        yield f"{len(holders)} earlier holders"
        for number in range(1, candidates + 1):
            person = make_candidate(number, password)
            story = STORIES[number - 1] if number <= len(STORIES) else MORE[number % len(MORE)]
            story(_walk(officers, person, random, number), officers)
            yield f"{person.name}: {story.__doc__}"
        _verify_addresses()
        _post_the_latest_letters()
        system = Person.objects.system()
        record_event(
            event=Event.DEMO_FILLED,
            actor=system,
            subject_kind="person",
            subject_id=system.uuid,
            details={"candidates": candidates, "holders": len(holders)},
        )


def months_ago(months: int) -> date:
    """The 14th of the month so many months ago."""
    return months_after(timezone.localdate(), -months)


def _walk(officers: Officers, person: Person, random: Random, number: int) -> CaseWalk:
    return CaseWalk(
        officers=officers,
        candidate=person,
        starts_on=months_ago(30),
        supervisor=officers.supervisors[number % len(officers.supervisors)],
        place=PLACES[number % len(PLACES)],
        random=random,
    )


def in_the_first_year(walk: CaseWalk, _: Officers) -> None:
    """In the first year of supervision, two sessions to be confirmed, a file in quarantine."""
    walk.starts_on = months_ago(10)
    walk.supervisor = walk.officers.supervisors[0]
    walk.begin_supervision().lead(9, unconfirmed=2)
    lately = noon(timezone.localdate() - timedelta(days=4))
    walk.upload("supervision_agreement", "Signed agreement", "agreement.pdf", lately)
    consent = walk.upload("recording_consent", "Consent forms of the group", "consent-forms.pdf", lately)
    quarantine_file(
        file=consent,
        actor=walk.supervisor,
        reason="The group members' own signed forms, with their names. You keep those; upload only your statement.",
        now=lately + timedelta(days=1),
    )


def writing_a_draft(walk: CaseWalk, _: Officers) -> None:
    """Writes a draft."""
    walk.starts_on = timezone.localdate() + timedelta(days=5)
    walk.draft()


def waiting_for_admission(walk: CaseWalk, _: Officers) -> None:
    """Has applied and asked a supervisor."""
    walk.starts_on = timezone.localdate() - timedelta(days=18)
    walk.supervisor = walk.officers.supervisors[0]
    walk.ask()


def before_the_council(walk: CaseWalk, _: Officers) -> None:
    """Before the council, one vote cast."""
    walk.reach_council()
    walk.vote(votes=1)


def certified(walk: CaseWalk, _: Officers) -> None:
    """Certified."""
    walk.starts_on = months_ago(34)
    walk.certify()


def returned(walk: CaseWalk, officers: Officers) -> None:
    """The sessions were returned for changes."""
    walk.be_evaluated()
    item = assess_requirement(walk.application, "group_sessions", walk.reviewed_on)
    return_requirement(
        application=walk.application,
        requirement="group_sessions",
        actor=officers.coordinator,
        seen_digest=item.digest,
        reason="Two sessions in one residency block look like one longer session. Please check dates and lengths.",
        now=noon(walk.reviewed_on),
    )


def on_hold(walk: CaseWalk, officers: Officers) -> None:
    """On hold."""
    walk.starts_on = months_ago(8)
    walk.begin_supervision().lead(4)
    _change(walk, "hold", officers, "Parental leave until next summer, as agreed.", months_after(walk.starts_on, 5))


def declined(walk: CaseWalk, officers: Officers) -> None:
    """Declined."""
    walk.starts_on = months_ago(6)
    walk.submit()
    reason = "No group to lead is in sight at present. You are welcome to apply again once there is one."
    _change(walk, "decline", officers, reason, walk.starts_on + timedelta(days=20))


def deferred(walk: CaseWalk, _: Officers) -> None:
    """Deferred by the council."""
    walk.starts_on = months_ago(31)
    walk.reach_council()
    walk.vote(
        "defer",
        reason="Lead six more sessions with your supervisor's attention on silence, then come back.",
        until=months_after(timezone.localdate(), 6),
    )


def withdrawn(walk: CaseWalk, _: Officers) -> None:
    """Withdrew."""
    walk.starts_on = months_ago(5)
    walk.submit()
    change_lifecycle(
        application=walk.application,
        name="withdraw",
        actor=walk.candidate,
        reason="We are moving abroad.",
        now=noon(walk.starts_on + timedelta(days=40)),
    )


def in_conflict(walk: CaseWalk, officers: Officers) -> None:
    """Admitted, the first fee is due; in conflict with reviewer1 and council2."""
    walk.starts_on = months_ago(1)
    walk.admit()
    for officer in (officers.chair, officers.council[1]):
        declare_conflict(person=officer, other=walk.candidate, relation="worked together until 2024", actor=officer)


def being_evaluated(walk: CaseWalk, _: Officers) -> None:
    """Evaluated at the last intensive, one of two evaluations filed."""
    walk.be_evaluated(filed=1)


STORIES: tuple[Story, ...] = (
    in_the_first_year,
    writing_a_draft,
    waiting_for_admission,
    before_the_council,
    certified,
    returned,
    on_hold,
    declined,
    deferred,
    withdrawn,
    in_conflict,
    being_evaluated,
)
MORE: tuple[Story, ...] = (writing_a_draft, waiting_for_admission, in_the_first_year)


def _change(walk: CaseWalk, name: str, officers: Officers, reason: str, on: date) -> None:
    walk.application.refresh_from_db()
    change_lifecycle(application=walk.application, name=name, actor=officers.coordinator, reason=reason, now=noon(on))


def _verify_addresses() -> None:
    people = Person.objects.exclude(email=None)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people
    )


def _post_the_latest_letters() -> None:
    """Deliver the last few letters; the thousand before them would only bury what a visitor of the demo does."""
    DBTaskResult.objects.filter(task_path=deliver_letter.module_path).delete()
    for letter in reversed(Letter.objects.order_by("-pk")[:LETTERS_KEPT]):
        EmailMessage(subject=letter.subject, body=letter.body, to=[letter.to_address]).send()
    Letter.objects.update(state=Letter.State.SENT, sent_at=timezone.now())
