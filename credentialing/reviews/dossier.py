"""A case as its judges read it: every requirement with its evidence, what was said of it, what this reader may do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credentialing.accounts.models import Person
from credentialing.accounts.ties import source
from credentialing.applications.assessments import Assessment, assess_case
from credentialing.applications.endorsing import missing_recommendations, signatures
from credentialing.applications.histories import History, history_of
from credentialing.applications.models import Application, RequirementProgress
from credentialing.applications.permissions import objection_to_judging
from credentialing.applications.presentation import TONES
from credentialing.applications.progress import next_stage, stage_is_ready
from credentialing.evidence.models import EvidenceFile
from credentialing.pathways.definitions import Stage
from credentialing.pathways.kinds import sentence_of
from credentialing.reviews.exhibits import Exhibit, exhibits_of
from credentialing.reviews.models import SignOff
from credentialing.reviews.services import objection_to_taking_back
from workflows.services import explain


@dataclass(frozen=True, kw_only=True)
class Word:
    """One reviewer's word, whether it still stands for what lies there, and whether this reader may take it back."""

    sign_off: SignOff
    outdated: bool
    may_take_back: bool
    taken_out: str = ""  # the tie of whoever gave it, in words: it counts no more


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One requirement on the case page."""

    item: Assessment
    sentence: str
    status: str
    tone: str
    exhibits: list[Exhibit]
    files: list[Any]
    out_of_sight: list[Any]
    words: list[Word]
    may_sign: bool
    may_return: bool
    may_waive: bool

    @property
    def history(self) -> History | None:
        """Its months, drawn against the rule; None where there is nothing to draw."""
        return history_of(self.item.progress)

    @property
    def slug(self) -> str:
        """Its address on the page."""
        return self.item.requirement.slug


@dataclass(frozen=True, kw_only=True)
class StageSheets:
    """One stage with its requirements."""

    stage: Stage
    sheets: list[Sheet]
    reached: bool


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """Who reads which case, in which roles, on which day."""

    application: Application
    reader: Person
    roles: frozenset[str]
    on: date


def dossier(application: Application, reader: Person, on: date) -> list[StageSheets]:
    """The whole case for one reader."""
    assessments = {item.requirement.slug: item for item in assess_case(application, on)}
    words: dict[str, list[SignOff]] = {}
    for row in application.sign_offs.told().select_related("reviewer"):
        words.setdefault(row.requirement, []).append(row)
    files = _by_requirement(application.files.standing())
    out_of_sight = _by_requirement(application.files.unreadable())
    reading = _Reading(application=application, reader=reader, roles=_judging_roles(application, reader, on), on=on)
    slugs = [stage.slug for stage in application.definition.stages]
    state = application.paused_from or application.state
    position = slugs.index(state) if state in slugs else -1
    return [
        StageSheets(
            stage=stage,
            reached=index <= position,
            sheets=[
                _sheet(
                    reading,
                    assessments[requirement.slug],
                    words.get(requirement.slug, []),
                    files.get(requirement.slug, []),
                    out_of_sight.get(requirement.slug, []),
                )
                for requirement in stage.requirements
            ],
        )
        for index, stage in enumerate(application.definition.stages)
    ]


def sheet_of(application: Application, slug: str, reader: Person, on: date) -> Sheet:
    """One requirement of the case for one reader (KeyError when the pinned version has none of that slug)."""
    wanted = application.requirement(slug)
    stages = dossier(application, reader, on)
    return next(sheet for part in stages for sheet in part.sheets if sheet.slug == wanted.slug)


def stages_within_reach(application: Application, actor: Person, on: date) -> list[Stage]:
    """The stages that a stage sign-off by this person would carry the case to: none, one, or several at once."""
    stage = next_stage(application)
    if stage is None or not explain(application, "advance", actor).permitted:
        return []
    assessments = assess_case(application, on)
    roles = application.roles_of(actor, on)
    stages = application.definition.stages
    reach: list[Stage] = []
    for candidate in stages[stages.index(stage) : -1]:
        if not (stage_is_ready(application, candidate, assessments) and roles & set(candidate.signed_by)):
            break
        if candidate is not stage and (candidate.quorum > 1 or missing_recommendations(application, candidate.slug)):
            break
        reach.append(candidate)
    return [] if missing_recommendations(application, stage.slug) or _has_signed(application, stage, actor) else reach


def _has_signed(application: Application, stage: Stage, person: Person) -> bool:
    return stage.quorum > 1 and person.pk in signatures(application, stage.slug)


def _judging_roles(application: Application, reader: Person, on: date) -> frozenset[str]:
    open_now = application.is_open and not application.is_paused and application.state != "draft"
    if not open_now or objection_to_judging(reader, application):
        return frozenset()
    return reader.roles_on(on)


def _by_requirement(files: Iterable[EvidenceFile]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for file in files:
        found.setdefault(file.requirement, []).append(file)
    return found


def _sheet(
    reading: _Reading, item: Assessment, words: Sequence[SignOff], files: list[Any], out_of_sight: list[Any]
) -> Sheet:
    application, reader, roles, on = reading.application, reading.reader, reading.roles, reading.on
    signing = [role for role in item.missing_roles if role in roles]
    spoken = any(
        word.reviewer_id == reader.pk and word.evidence_digest == item.digest and word.outcome == "approved"
        for word in words
        if not word.taken_back_at
    )
    judges = bool(roles & set(item.requirement.signed_by)) and not item.complete
    return Sheet(
        item=item,
        sentence=sentence_of(item.requirement),
        status=str(RequirementProgress.Status(item.status).label),
        tone=TONES[item.status],
        exhibits=exhibits_of(application, item.requirement),
        files=files,
        out_of_sight=out_of_sight,
        words=[
            Word(
                sign_off=word,
                outdated=word.evidence_digest != item.digest and word.outcome != SignOff.Outcome.WAIVED,
                taken_out=source(word.tie).told if word.tie else "",
                may_take_back=word.reviewer_id == reader.pk
                and word.outcome in {SignOff.Outcome.APPROVED, SignOff.Outcome.WAIVED}
                and not objection_to_taking_back(application, word, on),
            )
            for word in words
        ],
        may_sign=bool(signing) and item.progress.met and not spoken,
        may_return=judges and item.progress.started and item.returned is None,
        may_waive=bool(roles & set(item.requirement.waivable_by)) and not item.complete,
    )
