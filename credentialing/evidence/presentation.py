"""How uploaded files are told: to the candidate with what comes next, to those who deal with a quarantine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from credentialing.evidence.lifecycle import DESTROYED, HELD, QUARANTINED, STANDING, WITHDRAWN
from credentialing.evidence.models import EvidenceFile
from workflows.models import LedgerRecord
from workflows.services import Action, available_actions

STORIES: Mapping[str, str] = {
    STANDING: "",
    HELD: "The virus scanner doesn't answer just now. As soon as it has found nothing harmful, this file counts by "
    "itself; until then nobody can open it, you neither.",
    WITHDRAWN: "It is kept, and counts no more.",
    QUARANTINED: "It may tell something that must not be seen, so nobody reads it now but the coordinator or the chair "
    "of the committee. They decide whether it is released or destroyed; you get an e-mail.",
    DESTROYED: "Nobody can read it any more.",
}
YOUR_TURN: Mapping[str, str] = {
    HELD: "You need not do anything. If the scanner finds something, you get an e-mail. You can take it back; then "
    "it is gone.",
    QUARANTINED: "You need not wait: remove everything confidential and upload that file.",
    DESTROYED: "If a file is still needed here, upload one from which everything confidential is removed.",
}
NOT_SCANNED = (
    "The virus scanner can't check this file; mostly it is too large for it. So it doesn't count, and nobody opens it."
)
REPLACE = "Take it back and upload a smaller one: a PDF with smaller pictures, or a smaller copy of the photograph."
TONES: Mapping[str, str] = {
    STANDING: "good",
    HELD: "info",
    WITHDRAWN: "neutral",
    QUARANTINED: "warning",
    DESTROYED: "neutral",
}


@dataclass(frozen=True, kw_only=True)
class FileLine:
    """One file as its candidate sees it: the title only while it may be seen."""

    file: EvidenceFile
    status: str
    tone: str
    story: str
    your_turn: str
    reason: str
    readable: bool
    acts: frozenset[str]

    @property
    def may_withdraw(self) -> bool:
        """Whether it can be withdrawn now."""
        return "withdraw" in self.acts

    @property
    def may_take_back(self) -> bool:
        """Whether it waits for the scanner and can be taken back for good."""
        return "discard" in self.acts

    @property
    def may_restore(self) -> bool:
        """Whether the withdrawal can be taken back now."""
        return "restore" in self.acts

    @property
    def may_quarantine(self) -> bool:
        """Whether the candidate can report a breach of their own."""
        return "quarantine" in self.acts


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """One file in quarantine as those see it who deal with it: who took it out of sight, why, and what they may do."""

    file: EvidenceFile
    by: str
    since: datetime
    reason: str
    acts: tuple[Action, ...]

    @property
    def ends(self) -> list[str]:
        """The acts that this officer may take."""
        return [action.transition.name for action in self.acts if action.possible]

    @property
    def objection(self) -> str:
        """Why somebody else must decide; "" when this officer may."""
        return next((action.refusal for action in self.acts if action.refusal), "")


def file_lines(files: Iterable[EvidenceFile], candidate: Person) -> list[FileLine]:
    """The files of one requirement, for their candidate."""
    found = list(files)
    records = last_records(found)
    held = {told_that_it_stays(file) for file in found if file.state == HELD}
    stays = set(Letter.objects.filter(dedupe_key__in=held).values_list("dedupe_key", flat=True)) if held else set()
    return [_line(file, candidate, records.get(file.uuid), stays) for file in found]


def told_that_it_stays(file: EvidenceFile) -> str:
    """The key of the one letter that says of a held file that the scanner can't check it."""
    return f"file_not_scanned:{file.uuid}"


def quarantine_of(file: EvidenceFile, reader: Person) -> Quarantine:
    """One file in quarantine, for an officer who must deal with it."""
    record = last_records([file])[file.uuid]
    return Quarantine(
        file=file,
        by=str(record.actor),
        since=file.state_since,
        reason=record.reason,
        acts=tuple(available_actions(file, reader)),
    )


def quarantines(reader: Person) -> list[Quarantine]:
    """Everything in quarantine that waits for this officer or a colleague, longest first."""
    files = EvidenceFile.objects.awaiting(reader).select_related("application__candidate")
    return [quarantine_of(file, reader) for file in files]


def last_records(files: Iterable[EvidenceFile]) -> dict[UUID, LedgerRecord]:
    """The last step of each file that has made one."""
    subjects = [file.uuid for file in files]
    records = LedgerRecord.objects.filter(subject_kind=EvidenceFile.subject_kind, subject_id__in=subjects)
    return {r.subject_id: r for r in records.in_order().select_related("actor", "kept_reason")}


def back_from(file: EvidenceFile, reader: Person, roles: frozenset[str]) -> str:
    """Where a reader of this file came from."""
    application = file.application
    if reader.pk == application.candidate_id:
        return reverse("evidence:files", args=[file.requirement])
    if roles & {"coordinator", "ccc_chair", "reviewer", "registrar"}:
        return reverse("reviews:case", args=[application.uuid]) + f"#{file.requirement}"
    if "council" in roles:
        return reverse("council:case", args=[application.uuid]) + f"#{file.requirement}"
    return reverse("evidence:supervision")


def _line(file: EvidenceFile, candidate: Person, record: LedgerRecord | None, stays: set[str | None]) -> FileLine:
    not_scanned = file.state == HELD and told_that_it_stays(file) in stays
    your_turn = REPLACE if not_scanned else YOUR_TURN.get(file.state, "")
    story = NOT_SCANNED if not_scanned else STORIES[file.state]
    if file.state == DESTROYED and record and record.transition == "discard":
        story, your_turn = "You took it back before the virus scanner had seen it.", ""
    return FileLine(
        file=file,
        status=file.workflow_definition().state(file.state).label,
        tone=TONES[file.state],
        story=story,
        your_turn=your_turn if file.application.is_open else "",
        reason=record.reason if record and file.state in {QUARANTINED, DESTROYED} else "",
        readable=file.state in {STANDING, WITHDRAWN},
        acts=frozenset(a.transition.name for a in available_actions(file, candidate) if a.possible),
    )
