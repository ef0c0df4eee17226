"""Everything that happened in a case, newest first: steps from the ledger, sign-offs, and the audit's events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from credentialing.accounts.models import Role
from credentialing.applications.models import Application
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.evidence.models import EvidenceFile
from credentialing.pathways.definitions import PathwayDefinition
from workflows.models import LedgerRecord, TreeLeaf

TITLES: Mapping[Event, str] = {
    Event.CASE_VIEWED: "Opened the case",
    Event.SUPERVISOR_ASKED: "Asked a supervisor",
    Event.SUPERVISOR_ANSWERED: "Answered the request",
    Event.SUPERVISOR_ENDED: "Ended the supervision",
    Event.FILE_UPLOADED: "Uploaded a file",
    Event.FILE_DOWNLOADED: "Downloaded a file",
    Event.FILE_WITHDRAWN: "Withdrew a file",  # until files had records of their own
    Event.MALWARE_REFUSED: "Sent a file in which the virus scanner found something harmful",
    Event.ITEM_ADDED: "Added a session",
    Event.ITEM_EDITED: "Changed a session",
    Event.ITEM_REMOVED: "Removed a session",
    Event.SESSION_CONFIRMED: "Confirmed a session",
    Event.SESSION_DENIED: "Said that a session is not right",
    Event.STATEMENT_SIGNED: "Signed",
    Event.STATEMENT_WITHDRAWN: "Took a statement back",
    Event.REPORT_FILED: "Filed a report",
    Event.FEE_MARKED: "Marked a fee",
    Event.OBSERVATION_REQUESTED: "Asked an evaluator",
    Event.OBSERVATION_FILED: "Filed an evaluation",
    Event.SIGN_OFF_TAKEN_BACK: "Took a sign-off back",
    Event.SIGN_OFF_TAKEN_OUT: "A sign-off counts no more: whoever gave it is tied to the candidate",
    Event.STAGE_WORD_TAKEN_OUT: "A word on the stage counts no more: whoever gave it is tied to the candidate",
    Event.OVERRIDE_ASKED: "Asked for permission to act in spite of a tie",
    Event.OVERRIDE_ANSWERED: "Answered a request for permission",
    Event.OVERRIDE_TAKEN_BACK: "Took a permission back",
    Event.RECUSAL_DECLARED: "Stepped aside because of a conflict of interest",
    Event.DECISION_MADE: "A body decided",
    Event.STAGE_RECOMMENDED: "Put the candidate forward",
    Event.STAGE_SIGNED: "Signed the stage, with others",
    Event.STAGE_WORD_TAKEN_BACK: "Took a word on the stage back",
    Event.PROFILE_ANSWERS_CHANGED: "Changed answers that decide what is asked for",
    Event.CASE_MOVED: "Moved the case to another version of the rules",
}
FILE_ACTS: Mapping[str, str] = {
    "withdraw": "Withdrew a file",
    "restore": "Restored a file",
    "quarantine": "Put a file into quarantine",
    "release": "Released a file from quarantine",
    "destroy": "Destroyed a file",
    "hold": "A file waits for the virus scanner",
    "clear": "The virus scanner found nothing in a file",
    "reject": "A file that waited for the virus scanner was destroyed",
    "discard": "Took back a file that waited for the virus scanner",
}
PARTS: Mapping[str, str] = {
    "candidate": "candidate",
    "supervisor": "supervisor",
    "system": "automatically",
    "co_leader": "co-leader",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened."""

    at: datetime
    title: str
    by: str
    text: str = ""
    tone: str = ""
    note: str = ""


def timeline(application: Application) -> list[Entry]:
    """What happened in this case; how a member of the council voted is not part of it, what was decided is."""
    entries = [*_steps(application), *_file_steps(application), *_sign_offs(application), *_events(application)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def role_in_words(role: str, definition: PathwayDefinition | None = None) -> str:
    """The office or the part somebody played, as the society calls it."""
    usual = str(Role(role).label) if role in Role.values else PARTS.get(role, role)
    return definition.role_label(role, usual) if definition else usual


def _steps(application: Application) -> list[Entry]:
    workflow = application.workflow_definition()
    labels = {state.slug: state.label for state in workflow.states}
    records = list(LedgerRecord.objects.of(application).select_related("actor", "kept_reason"))
    places = TreeLeaf.objects.places_of(record.uuid for record in records)
    return [
        Entry(
            at=record.recorded_at,
            title=f"Now: {labels.get(record.target, record.target)}",
            by=f"{record.actor}, {role_in_words(record.role, application.definition)}",
            text=record.reason,
            tone="good",
            note="" if places.get(record.uuid) else "Not in the public ledger yet: it gets its place in a moment.",
        )
        for record in records
    ]


def _file_steps(application: Application) -> list[Entry]:
    """What became of files; those that the system noted afterwards stand in the audit already."""
    labels = {requirement.slug: requirement.label for requirement in application.definition.requirements}
    about = {file.uuid: labels.get(file.requirement, file.requirement) for file in application.files.all()}
    records = LedgerRecord.objects.filter(subject_kind=EvidenceFile.subject_kind, subject_id__in=about)
    return [
        Entry(
            at=record.recorded_at,
            title=f"{FILE_ACTS[record.transition]}: {about[record.subject_id]}",
            by=f"{record.actor}, {role_in_words(record.role, application.definition)}",
            text=record.reason,
            tone="warning" if record.transition in {"quarantine", "destroy", "reject"} else "",
        )
        for record in records.exclude(role="system", transition="withdraw").select_related("actor", "kept_reason")
    ]


def _sign_offs(application: Application) -> list[Entry]:
    labels = {requirement.slug: requirement.label for requirement in application.definition.requirements}
    return [
        Entry(
            at=row.created_at,
            title=f"{row.get_outcome_display()}: {labels.get(row.requirement, row.requirement)}",
            by=f"{row.reviewer}, {role_in_words(row.role, application.definition)}",
            text=row.reason,
            tone="info" if row.outcome == "approved" else "warning",
        )
        for row in application.sign_offs.select_related("reviewer")
    ]


def _events(application: Application) -> list[Entry]:
    labels = {requirement.slug: requirement.label for requirement in application.definition.requirements}
    entries = []
    for row in AuditEvent.objects.about(application.subject_kind, application.uuid):
        title = TITLES.get(Event(row.event))
        if title is None:
            continue
        about = labels.get(row.details.get("requirement", ""), "")
        who = str(row.actor) if row.actor else role_in_words(row.details.get("as", "co_leader"))
        entries.append(Entry(at=row.recorded_at, title=f"{title}: {about}" if about else title, by=who))
    return entries
