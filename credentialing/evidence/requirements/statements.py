"""Agreement and attestation: what people sign and state."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from credentialing.applications.models import Application, Supervision
from credentialing.applications.requirements import content_digest
from credentialing.evidence.requirements.documents import Paper, papers_of, unbroken_since
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import in_words
from workflows.subjects import EvidenceReference

PARTIES = {"candidate": "you", "supervisor": "your supervisor"}
SIGNATURES = {"candidate": "your", "supervisor": "your supervisor's"}
NO_SUPERVISOR = "A supervisor must have accepted first."
PERCENT = 100


def statement_digest(text: str) -> str:
    """Which exact text was signed."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Said:
    """Something signed, stated or filed: since when, and until when it stood."""

    day: date
    until: date | None = None
    reference: EvidenceReference
    party: str = ""

    def stood_on(self, on: date) -> bool:
        """Whether it was there on that day."""
        return self.day <= on and (self.until is None or self.until > on)


def _day(instant: datetime | None) -> date | None:
    return timezone.localdate(instant) if instant else None


class Agreement:
    """A text that all parties must sign."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`statement`: the text's name in the pathway file; `parties`: who signs (candidate, supervisor)."""

        statement: str
        parties: tuple[str, ...]

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """Who has signed the present text when, and since when and until when there was a supervisor to sign with."""

        signed: tuple[Said, ...]
        supervised: tuple[tuple[date, date | None], ...] = ()

    lookups = ("supervisions", "signatures")

    def gather(self, requirement: Requirement, application: Application) -> "Agreement.Facts":
        digest = statement_digest(application.definition.statement(requirement.parameters.statement))
        supervisions = [row for row in application.supervisions.all() if row.accepted_at]
        return self.Facts(
            signed=tuple(
                Said(
                    day=timezone.localdate(s.signed_at),
                    until=_first(_day(s.withdrawn_at), _left(s.party, s.person_id, supervisions)),
                    party=s.party,
                    reference=EvidenceReference(
                        kind="signature",
                        id=str(s.uuid),
                        sha256=content_digest(s.party, s.person_id, s.statement_digest),
                    ),
                )
                for s in application.signatures.all()
                if s.requirement == requirement.slug and s.statement_digest == digest
            ),
            supervised=tuple((timezone.localdate(row.accepted_at), _day(row.ended_at)) for row in supervisions),
        )

    def assess(self, requirement: Requirement, facts: "Agreement.Facts", moment: Moment) -> Progress:
        """Signed by all parties on or before that day."""
        parties, on = requirement.parameters.parties, moment.on
        there = (s for s in facts.signed if s.stood_on(on))
        standing = sorted(there, key=lambda s: (s.day, s.reference.id), reverse=True)
        signed = {s.party: s.day for s in standing}
        missing = [party for party in parties if party not in signed]
        partner = any(begun <= on and (ended is None or ended > on) for begun, ended in facts.supervised)
        if "supervisor" in parties and not partner:
            return Progress(
                met=False, started=bool(signed), summary="Needs a supervisor first", waiting_on="",
                cannot_start=NO_SUPERVISOR,
            )  # fmt: skip
        return Progress(
            met=not missing,
            started=bool(signed),
            summary=f"Signed by {len(parties) - len(missing)} of {len(parties)}",
            have=str(len(parties) - len(missing)),
            need=str(len(parties)),
            waiting_on=missing[0] if missing else "",
            references=tuple(s.reference for s in standing),
            met_on=max(signed.values()) if not missing else None,
            next_step="Read the agreement and sign it." if "candidate" in missing else "",
            unit="signatures",
            lacks=tuple(f"{SIGNATURES.get(party, party)} signature" for party in missing),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        return "Sign the agreement: " + " and ".join(PARTIES.get(p, p) for p in requirement.parameters.parties) + "."


def _left(party: str, person: int, supervisions: list[Supervision]) -> date | None:
    """The day from which a supervisor's signature is that of nobody any more."""
    if party != "supervisor":
        return None
    mine = [_day(row.ended_at) for row in supervisions if row.supervisor_id == person]
    return None if None in mine else max((day for day in mine if day), default=date.min)


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


class Attestation:
    """A statement that the candidate makes; some are looked at afterwards."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `statement`: the text's name in the pathway file; `audit_percent`: how many of a hundred candidates are
        asked for papers. Who they are follows from the case's number and the digest of the published version, so the
        draw can be repeated by anybody and steered by nobody.
        """

        statement: str
        audit_percent: int = 0

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """When it was stated; whether papers were drawn for, and those that were uploaded."""

        stated: tuple[Said, ...]
        drawn: bool = False
        papers: tuple[Paper, ...] = ()

    lookups = ("attestations", "files", "pathway_version")

    def gather(self, requirement: Requirement, application: Application) -> "Attestation.Facts":
        digest = statement_digest(application.definition.statement(requirement.parameters.statement))
        return self.Facts(
            stated=tuple(
                Said(
                    day=timezone.localdate(row.attested_at),
                    until=_day(row.withdrawn_at),
                    reference=EvidenceReference(kind="attestation", id=str(row.uuid), sha256=row.statement_digest),
                )
                for row in application.attestations.all()
                if row.requirement == requirement.slug and row.statement_digest == digest
            ),
            drawn=is_drawn(
                str(application.uuid), application.pathway_version.digest, requirement.parameters.audit_percent
            ),
            papers=papers_of(application, requirement.slug),
        )

    def assess(self, requirement: Requirement, facts: "Attestation.Facts", moment: Moment) -> Progress:  # noqa: ARG002 - protocol
        """Stated on or before that day, and with papers where they were drawn for."""
        there = (row for row in facts.stated if row.stood_on(moment.on))
        stated = sorted(there, key=lambda row: (row.day, row.reference.id))
        papers_since = unbroken_since(facts.papers, moment.on) if facts.drawn else date.min
        met = bool(stated) and papers_since is not None
        summary = f"Stated on {in_words(stated[0].day)}" if stated else "Not stated yet"
        if stated and not met:
            summary += "; your case was drawn for a look at the papers: upload them"
        return Progress(
            met=met,
            started=bool(stated),
            summary=summary,
            waiting_on="" if met else "candidate",
            references=tuple(row.reference for row in stated),
            met_on=max(stated[0].day, papers_since) if stated and papers_since else None,
            next_step="" if met else ("Upload the papers." if stated else "Read the statement and make it."),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        words = f"Make the statement “{requirement.label}”."
        percent = requirement.parameters.audit_percent
        return words + (f" Of a hundred candidates {percent} are asked for papers." if percent else "")


def is_drawn(case: str, seed: str, percent: int) -> bool:
    """Whether a case is among so many of a hundred: the same answer for ever."""
    number = int.from_bytes(hashlib.sha256(f"{seed}\n{case}".encode()).digest()[:8])
    return number % PERCENT < percent
