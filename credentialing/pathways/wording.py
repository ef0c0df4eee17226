"""A rule as people read it: its sentence, and everything else that holds for it, line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from credentialing.accounts.models import Role
from credentialing.pathways.bodies import Body
from credentialing.pathways.definitions import SUBMIT_GATE, SUPERVISION_GATE, PathwayDefinition, Requirement, Variation
from credentialing.pathways.kinds import sentence_of
from credentialing.pathways.months import in_words

CASE_ROLES = {"candidate": "the candidate", "supervisor": "the supervisor", "co_leader": "the co-leader"}
GATES = {SUBMIT_GATE: "Before applying.", SUPERVISION_GATE: "Before supervision begins."}
COUNTS_FROM = {
    "ever": "Evidence counts from any time.",
    "application": "Evidence counts from the application on.",
    "admission": "Evidence counts from the admission on.",
    "supervision": "Evidence counts from the start of supervision on.",
}


def role_in_words(definition: PathwayDefinition | None, role: str) -> str:
    """A role as this society calls it."""
    known = str(Role(role).label) if role in Role.values else CASE_ROLES.get(role, role)
    return definition.role_label(role, known) if definition else known


MAJORITIES = {"simple": "a simple majority", "two_thirds": "two thirds", "unanimous": "all votes"}


def body_in_words(body: Body) -> str:
    """How a body decides."""
    if body.by == "sign_off":
        return "The officers who sign the decision approve one by one."
    after = " and ".join(role_in_words(None, role) for role in body.recommended_by)
    words = f"Holders of the office {role_in_words(None, body.voters)} vote: {body.quorum} or more, by "
    return f"{words}{MAJORITIES[body.majority]}{f', after a recommendation of {after}' if after else ''}."


def rule_lines(definition: PathwayDefinition | None, requirement: Requirement) -> tuple[str, ...]:
    """The sentence of a requirement first, then whatever else is laid down about it."""
    return tuple(_lines(definition, requirement))


def _lines(definition: PathwayDefinition | None, requirement: Requirement) -> Iterator[str]:
    def named(roles: Iterable[str]) -> str:
        return " and ".join(role_in_words(definition, role) for role in roles)

    yield sentence_of(requirement)
    if requirement.desirable:
        yield "Advice only: it never blocks."
    if requirement.gate in GATES:
        yield GATES[requirement.gate]
    if requirement.done_by != "candidate":
        yield f"Done by: {named([requirement.done_by])}."
    if requirement.signed_by:
        yield f"Signed off by: {named(requirement.signed_by)}."
    if requirement.waivable_by:
        yield f"May be waived by: {named(requirement.waivable_by)}."
    yield from _restrictions(definition, requirement)
    if requirement.takes_files:
        yield "Files can be uploaded."


def _restrictions(definition: PathwayDefinition | None, requirement: Requirement) -> Iterator[str]:
    if requirement.counts_from:
        yield COUNTS_FROM[requirement.counts_from]
    for question, answers in requirement.applies_when:
        yield f"Only for those who answered {_answers(definition, question, answers)}."
    for variation in requirement.variations:
        yield f"{variation_in_words(requirement, variation)} ({variation.reason})"


def variation_in_words(requirement: Requirement, variation: Variation) -> str:
    """For which days another rule holds, and which."""
    days = f"Evidence from {in_words(variation.starts_on)} to {in_words(variation.ends_on)}"
    return f"{days}: {sentence_of(replace(requirement, parameters=variation.parameters, variations=()))}"


def _answers(definition: PathwayDefinition | None, question: str, answers: tuple[str, ...]) -> str:
    asked = next((q for q in definition.profile if q.slug == question), None) if definition else None
    words = dict(asked.choices) if asked else {}
    chosen = " or ".join(f"“{words.get(answer, answer)}”" for answer in answers)
    return f"{chosen} to “{asked.label if asked else question}”"
