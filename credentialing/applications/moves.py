"""What a move to another version would change for a case: what is newly asked, what falls away, what was signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from credentialing.applications.assessments import APPROVED, Assessment, assess_case
from credentialing.applications.models import Application
from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.kinds import SignOffFact, sentence_of
from credentialing.pathways.models import PathwayVersion
from workflows.guards import Unmet

# Why an approval that counts today would count no more.
NOT_ASKED = "the other version doesn't ask for this"
NO_SIGNATURE = "the other version doesn't ask for this signature"
OTHER_EVIDENCE = "other evidence counts there"


@dataclass(frozen=True, kw_only=True)
class RequirementChange:
    """One requirement before and after; None where a version doesn't ask for it."""

    slug: str
    before: Assessment | None
    after: Assessment | None

    @property
    def label(self) -> str:
        """What it is called, by the newer rules where there are any."""
        known = self.after or self.before
        return known.requirement.label if known else self.slug

    @property
    def is_new(self) -> bool:
        """Only the other version asks for it."""
        return self.before is None

    @property
    def is_dropped(self) -> bool:
        """The other version asks for it no more."""
        return self.after is None

    @cached_property
    def rule_before(self) -> str:
        """The rule as it is today; "" where there is none."""
        return sentence_of(self.before.requirement) if self.before else ""

    @cached_property
    def rule_after(self) -> str:
        """The rule as it would be; "" where there would be none."""
        return sentence_of(self.after.requirement) if self.after else ""

    @property
    def is_changed(self) -> bool:
        """Both ask for it, by different rules."""
        if self.before is None or self.after is None:
            return False
        before, after = self.before.requirement, self.after.requirement
        return (self.rule_before, before.signed_by, before.desirable, before.stage) != (
            self.rule_after,
            after.signed_by,
            after.desirable,
            after.stage,
        )

    @property
    def is_lost(self) -> bool:
        """Complete today, and still to be done there."""
        return bool(self.before and self.before.complete and self.after and not self.after.complete)

    @property
    def is_gained(self) -> bool:
        """Still to be done today, and complete there."""
        return bool(self.before and not self.before.complete and self.after and self.after.complete)

    @property
    def matters(self) -> bool:
        """Whether there is anything to say about it."""
        return self.is_new or self.is_dropped or self.is_changed or self.is_lost or self.is_gained


@dataclass(frozen=True, kw_only=True)
class LostSignOff:
    """An approval that counts today and would count no more, and why."""

    requirement: str
    label: str
    fact: SignOffFact
    why: str


@dataclass(frozen=True, kw_only=True)
class MoveImpact:
    """Everything that a move would change for one case, on one day; nothing is stored."""

    application: Application
    version: PathwayVersion
    before: Sequence[Assessment]
    after: Sequence[Assessment]

    @property
    def stage_before(self) -> str:
        """The stage in which the case stands (or rests)."""
        return self.application.paused_from or self.application.state

    @cached_property
    def stage_after(self) -> str:
        """The stage in which it would stand; "" where it can't go."""
        return self.application.stage_in(self.version.definition)

    @cached_property
    def changes(self) -> tuple[RequirementChange, ...]:
        """Requirement by requirement, in the order of the other version; what falls away comes last."""
        before = {part.requirement.slug: part for part in _parts(self.before)}
        after = {part.requirement.slug: part for part in _parts(self.after)}
        slugs = dict.fromkeys([*after, *before])
        return tuple(RequirementChange(slug=s, before=before.get(s), after=after.get(s)) for s in slugs)

    @property
    def mattering(self) -> tuple[RequirementChange, ...]:
        """The changes that there is something to say about."""
        return tuple(change for change in self.changes if change.matters)

    @cached_property
    def lost_sign_offs(self) -> tuple[LostSignOff, ...]:
        """Approvals that would count no more: nobody's signature is dropped without a word."""
        return tuple(lost for change in self.changes for lost in _lost_sign_offs(change))

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Questions of the other version that the candidate has not answered: what hangs on them isn't asked."""
        return tuple(q.label for q in self.version.definition.profile if q.slug not in self.application.profile)

    @property
    def ready_before(self) -> bool:
        """Whether the next step could be taken today."""
        return not self.blocking_before

    @property
    def ready_after(self) -> bool:
        """Whether the next step could be taken there."""
        return bool(self.stage_after) and not self.blocking_after

    @cached_property
    def blocking_before(self) -> tuple[Unmet, ...]:
        """What stands before the next step today."""
        return _blocking(self.application.definition, self.stage_before, self.before)

    @cached_property
    def blocking_after(self) -> tuple[Unmet, ...]:
        """What would stand before the next step there."""
        there = self.application.under(self.version).definition
        return _blocking(there, self.stage_after, self.after) if self.stage_after else ()


def impact_of_move(application: Application, version: PathwayVersion, on: date) -> MoveImpact:
    """Look at a case as it is and as it would be by another version."""
    return MoveImpact(
        application=application,
        version=version,
        before=assess_case(application, on),
        after=assess_case(application.under(version), on),
    )


def _parts(assessments: Sequence[Assessment]) -> Iterator[Assessment]:
    for item in assessments:
        yield from item.with_options()


def _lost_sign_offs(change: RequirementChange) -> Iterator[LostSignOff]:
    if change.before is None:
        return
    for fact in change.before.latest.values():
        if fact.outcome == APPROVED and fact.digest == change.before.digest and (why := _why_lost(change, fact)):
            yield LostSignOff(requirement=change.slug, label=change.label, fact=fact, why=why)


def _why_lost(change: RequirementChange, fact: SignOffFact) -> str:
    if change.after is None:
        return NOT_ASKED
    if fact.role not in change.after.requirement.signed_by:
        return NO_SIGNATURE
    return "" if fact.digest == change.after.digest else OTHER_EVIDENCE


def _blocking(definition: PathwayDefinition, stage: str, assessments: Sequence[Assessment]) -> tuple[Unmet, ...]:
    """What stands before the step into the next stage, but for the body's own decision on it."""
    slugs = [known.slug for known in definition.stages]
    if stage not in slugs[:-1]:
        return ()
    following = slugs[slugs.index(stage) + 1]
    voted = {body.slug for body in definition.bodies if body.by == "ballot"}
    wanted = {
        r.slug
        for r in definition.up_to(following)
        if not r.desirable and not (r.kind == "decision" and r.parameters.body in voted)
    }
    return tuple(unmet for item in assessments if item.requirement.slug in wanted for unmet in item.unmet)
