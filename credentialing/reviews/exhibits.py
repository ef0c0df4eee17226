"""The evidence of a requirement as a reader sees it: tables and texts, laid beside the decision."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.evidence.reports import is_one_of_several, report_lines
from credentialing.evidence.requirements.numbers import number_in_words
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.money import money
from credentialing.pathways.months import in_words


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One piece: a table (its head and rows) or a text, under a title."""

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""


def exhibits_of(application: Application, requirement: Requirement) -> list[Exhibit]:
    """What lies there for one requirement; nothing for kinds that are only counted or decided elsewhere."""
    if requirement.is_group:
        return [exhibit for option in requirement.options for exhibit in exhibits_of(application, option)]
    show = SHOWN.get(requirement.kind)
    return [exhibit for exhibit in show(application, requirement) if exhibit.rows or exhibit.text] if show else []


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Exhibit:
    return Exhibit(title=title, head=head, rows=tuple(tuple(str(cell) for cell in row) for row in rows))


def _form(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    if requirement.parameters.what != "application_form":
        return
    for name in ("practice", "prior_experience", "motivation"):
        label = str(Application._meta.get_field(name).verbose_name)
        yield Exhibit(title=label[:1].upper() + label[1:], text=getattr(application, name))


def _standing(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    if requirement.parameters.what == "membership":
        yield _table(
            "Memberships on record",
            ("From", "Until", "Number"),
            (
                (in_words(row.starts_on), in_words(row.ends_on) if row.ends_on else "running", row.number or "–")
                for row in application.candidate.memberships.all()
            ),
        )
    else:
        yield _table(
            "Supervisors",
            ("Who", "Asked", "Answer"),
            (
                (row.supervisor.printed_name, in_words(timezone.localdate(row.asked_at)), row.standing)
                for row in application.supervisions.select_related("supervisor")
            ),
        )


def _attendance(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    attendances = application.candidate.attendances.filter(event__kind=requirement.parameters.event)
    yield _table(
        "Attendance",
        ("Event", "Began", "Days there", "Evaluated", "Marked"),
        (
            (
                f"{row.event.name}, {row.event.place}",
                in_words(row.event.starts_on),
                f"{row.days_attended} of {row.event.days}",
                "yes" if row.assessed else "no",
                row.get_status_display(),
            )
            for row in attendances.select_related("event").order_by("event__starts_on")
        ),
    )


def _agreement(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    yield Exhibit(title="What is signed", text=application.definition.statement(requirement.parameters.statement))
    signatures = application.signatures.filter(requirement=requirement.slug, withdrawn_at__isnull=True)
    yield _table(
        "Signatures",
        ("Who", "As", "On"),
        (
            (row.person.printed_name, row.party, in_words(timezone.localdate(row.signed_at)))
            for row in signatures.select_related("person")
        ),
    )


def _attestation(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    yield Exhibit(title="What is stated", text=application.definition.statement(requirement.parameters.statement))
    stated = application.attestations.filter(requirement=requirement.slug, withdrawn_at__isnull=True)
    yield _table(
        "Stated",
        ("By", "On"),
        (
            (row.person.printed_name, in_words(timezone.localdate(row.attested_at)))
            for row in stated.select_related("person")
        ),
    )


def _fee(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    currency = application.definition.fee_currency
    yield _table(
        "The Treasurer's entries",
        ("What", "Amount", "On", "Reference"),
        (
            (
                row.get_kind_display(),
                money(row.amount, currency),
                in_words(row.received_on),
                row.reference or row.reason or "–",
            )
            for row in application.fee_payments.filter(requirement=requirement.slug)
        ),
    )


def _log(application: Application, _: Requirement) -> Iterable[Exhibit]:
    yield _table(
        "Sessions led or co-led",
        ("Date", "Role", "Co-leader", "Setting", "Minutes", "Present", "Debriefed", "Confirmed"),
        (
            (
                in_words(row.held_on),
                row.get_role_display(),
                row.co_leader_name or "–",
                f"{row.get_setting_display()}, {row.get_format_display().lower()}",
                row.minutes,
                row.present,
                "yes" if row.debriefed else "no",
                f"by the {row.confirmed_as.replace('_', '-')}" if row.confirmed_at else "not yet",
            )
            for row in application.log_entries.standing().order_by("held_on", "pk")
        ),
    )


def _count(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    if not requirement.parameters.unit.startswith("supervision"):
        yield from _log(application, requirement)
        return
    sessions = application.supervision_sessions.standing().order_by("held_on", "pk")
    yield _table(
        "Supervision sessions",
        ("Date", "Supervisor", "Minutes", "Recording reviewed", "Recording destroyed", "Confirmed"),
        (
            (
                in_words(row.held_on),
                row.supervisor.printed_name,
                row.minutes,
                "yes" if row.recording_reviewed else "no",
                in_words(row.recording_destroyed_on) if row.recording_destroyed_on else "not stated",
                "yes" if row.confirmed_at else "not yet",
            )
            for row in sessions.select_related("supervisor")
        ),
    )


def _observation(application: Application, _: Requirement) -> Iterable[Exhibit]:
    for row in application.observations.filed().select_related("evaluator", "event"):
        yield _table(
            f"{row.evaluator.printed_name}, {row.event.name}: {row.get_outcome_display()}",
            ("What was rated", "Rating", "Words"),
            ((line["item"], line["value"], line["text"] or "–") for line in row.in_words()),
        )
        yield Exhibit(title=f"{row.evaluator.printed_name}'s comments", text=row.comments)


def _report(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    for line in report_lines(application, requirement):
        row = line.report
        name = row.author.printed_name
        if is_one_of_several(requirement):
            name = f"{line.title}, for the time {line.period}, {name}"
        yield Exhibit(title=f"{name}: what the candidate does well", text=row.strengths)
        yield Exhibit(title=f"{name}: what to go on working on", text=row.growth)
        yield Exhibit(
            title="Recommendation",
            text="Recommends the candidate." if row.recommended else "Doesn't recommend the candidate yet.",
        )


def _qualifications(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    yield _table(
        "Stated",
        ("What", "From whom", "Since", "Valid until"),
        (
            (
                row.title,
                row.issuer,
                in_words(row.held_since),
                in_words(row.valid_until) if row.valid_until else "no end",
            )
            for row in application.qualifications.filter(requirement=requirement.slug, withdrawn_at__isnull=True)
        ),
    )


def _references(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    given = application.references.filter(requirement=requirement.slug, withdrawn_at__isnull=True)
    for row in given.filter(answered_at__isnull=False):
        words = "Recommends the candidate." if row.recommended else "Doesn't recommend the candidate."
        yield Exhibit(title=f"{row.referee_name}, who {row.get_relation_display()}", text=f"{row.text}\n\n{words}")


def _exam(application: Application, requirement: Requirement) -> Iterable[Exhibit]:
    yield _table(
        "Results",
        ("Day", "Result", "Entered by", "Note"),
        (
            (
                in_words(row.taken_on),
                number_in_words(row.score),
                row.entered_by.printed_name,
                row.annulled_because or "–",
            )
            for row in application.exam_results.filter(requirement=requirement.slug).select_related("entered_by")
        ),
    )


SHOWN: Mapping[str, Callable[[Application, Requirement], Iterable[Exhibit]]] = {
    "standing": _standing,
    "document": _form,
    "attendance": _attendance,
    "agreement": _agreement,
    "attestation": _attestation,
    "fee": _fee,
    "cadence": _log,
    "count": _count,
    "observation": _observation,
    "report": _report,
    "holding": _qualifications,
    "reference": _references,
    "exam": _exam,
}
