"""What must be right about a pathway as a whole, beyond each key by itself."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice, product

from credentialing.accounts.models import Role
from credentialing.pathways.definitions import (
    SUBMIT_GATE,
    SUPERVISION_GATE,
    PathwayDefinition,
    Requirement,
    Stage,
)
from credentialing.pathways.groups import ANY_OF
from credentialing.pathways.loading.positions import Path

CASE_ROLES = frozenset({"candidate", "supervisor", "co_leader"})
ROLES = frozenset(Role.values) | CASE_ROLES
SIGNERS = frozenset(Role.values)
READERS = frozenset({"coordinator", "ccc_chair", "reviewer", "council", "registrar"})  # offices that open whole cases
GATES = frozenset({"", SUBMIT_GATE, SUPERVISION_GATE})
FEWEST_STAGES, FEWEST_OPTIONS = 2, 2
MOST_ANSWERS = 10_000  # sets of answers that are tried; a file with more has ten questions
RESERVED = frozenset({"draft", "on_hold", "deferred", "withdrawn", "declined"})

type Found = tuple[Path, str]


def faults_of(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    """Every mistake, with the place where it stands."""
    yield from _names(definition, places)
    yield from _stages(definition, places)
    for requirement in definition.all_requirements:
        place = places.get(f"requirement {requirement.slug}", ())
        for words in _requirement(definition, requirement):
            yield place, f"In requirement {requirement.slug!r} {words}."
    yield from _choices(definition, places)
    yield from _bodies(definition, places)
    yield from _standing(definition, places)
    yield from _profile(definition, places)
    yield from _rubric(definition, places)


def _repeated(slugs: Iterable[str]) -> list[str]:
    return sorted(slug for slug, times in Counter(slugs).items() if times > 1)


def _names(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    for words, slugs in (
        ("requirement", [r.slug for r in definition.all_requirements]),
        ("stage", [stage.slug for stage in definition.stages]),
        ("body", [body.slug for body in definition.bodies]),
        ("question", [question.slug for question in definition.profile]),
    ):
        for slug in _repeated(slugs):
            yield places.get(f"{words} {slug}", ()), f"The {words} “{slug}” stands twice: give each its own slug."
    for stage in definition.stages:
        if stage.slug in RESERVED:
            yield (
                places.get(f"stage {stage.slug}", ()),
                f"The stage “{stage.slug}” has a name that every case has for something else: choose another slug.",
            )


def _unknown_roles(owner: str, key: str, roles: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    for role in roles:
        if role not in ROLES:
            yield f"In {owner} there is no role “{role}”: use one of {', '.join(sorted(known))}."
        elif role not in known:
            yield f"In {owner} “{key}” names “{role}”, who judges nothing: use one of {', '.join(sorted(known))}."


def _stages(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    if len(definition.stages) < FEWEST_STAGES:
        yield (), "A pathway needs two stages at least, the first reached by applying, the last by a body's decision."
        return
    for stage in definition.stages:
        place = places[f"stage {stage.slug}"]
        owner = f"stage {stage.slug!r}"
        for key, roles in (("signed_by", stage.signed_by), ("recommended_by", stage.recommended_by)):
            for words in _unknown_roles(owner, key, roles, SIGNERS):
                yield place, words
    for stage in definition.stages[1:-1]:
        if not stage.signed_by:
            yield (
                places[f"stage {stage.slug}"],
                f"Nobody can sign off the stage {stage.slug!r}, so nobody would ever reach it: add signed_by.",
            )
    yield from _ends(definition, definition.stages[-1], places)


def _ends(definition: PathwayDefinition, last: Stage, places: Mapping[str, Path]) -> Iterator[Found]:
    decisions = [r for r in last.requirements if r.kind == "decision"]
    ballots = {body.slug for body in definition.bodies if body.by == "ballot"}
    voted = [r for r in decisions if r.parameters and r.parameters.body in ballots]
    if not voted:
        reached = f"The last stage {last.slug!r} is reached when a body votes"
        yield places[f"stage {last.slug}"], f"{reached}: add a requirement of the kind decision with one."
    elif voted[-1].applies_when:
        lost = f"Whoever is not asked for the last decision {voted[-1].slug!r} would never reach the end"
        yield places[f"requirement {voted[-1].slug}"], f"{lost}: take “applies_when” away."


def _requirement(definition: PathwayDefinition, requirement: Requirement) -> Iterator[str]:
    yield from _roles_of(requirement)
    yield from _gate(definition, requirement)
    if requirement.is_group:
        yield from _options(requirement)
    statement = getattr(requirement.parameters, "statement", None)
    if statement not in {None, "", *dict(definition.statements)}:
        yield f"the statement “{statement}” has no text: write it under [statements]"
    if requirement.kind == "observation" and definition.rubric is None:
        yield "evaluators need something to rate by: add [rubric]"
    if requirement.kind == "decision":
        yield from _decision(definition, requirement)
    yield from _conditions(definition, requirement)
    yield from _numbers(requirement)


def _numbers(requirement: Requirement) -> Iterator[str]:
    """Numbers and shares that don't go together."""
    rule = requirement.parameters
    if requirement.kind == "cadence" and not 0 <= rule.missed_months_allowed < rule.months:
        yield f"all {rule.months} months may be missed: write fewer as missed_months_allowed"
    if requirement.kind == "cadence" and rule.per_month < 1:
        yield "a month asks for nothing: write per_month = 1 or more"
    for first, second in combinations(getattr(rule, "at_most", ()), 2):
        if first.of != second.of or set(first.values) & set(second.values):
            yield (
                f"one session may fall under two shares of “at_most” ({first.label}; {second.label}): give them "
                "different values of the same key, or make two requirements"
            )


def _roles_of(requirement: Requirement) -> Iterator[str]:
    for key, roles, known in (
        ("signed_by", requirement.signed_by, SIGNERS),
        ("waivable_by", requirement.waivable_by, SIGNERS),
        ("done_by", (requirement.done_by,), ROLES),
    ):
        for words in _unknown_roles("it", key, roles, known):
            yield words.removeprefix("In it ").removesuffix(".")


def _gate(definition: PathwayDefinition, requirement: Requirement) -> Iterator[str]:
    if requirement.gate not in GATES:
        yield f"there is no gate “{requirement.gate}”: use {SUBMIT_GATE} or {SUPERVISION_GATE}, or leave it out"
    elif requirement.gate and requirement not in definition.requirements:
        yield "an option of a group can't be a gate: write gate at the group"
    elif requirement.gate == SUBMIT_GATE and requirement.signed_by:
        yield "nobody can sign what must be complete before the application is handed in: remove signed_by or the gate"
    if requirement.desirable and requirement.gate:
        yield "what is only desirable can't be a gate: remove one of the two"


def _options(requirement: Requirement) -> Iterator[str]:
    if len(requirement.options) < (FEWEST_OPTIONS if requirement.kind == ANY_OF else 1):
        yield "there is nothing to choose from: write at least two options"
    elif requirement.kind == ANY_OF and not 0 < requirement.parameters.at_least <= len(requirement.options):
        number = len(requirement.options)
        yield f"“at_least” is {requirement.parameters.at_least}, of {number} options: write a number from 1 to {number}"


def _choices(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    """Whoever is asked to choose has enough to choose from, whatever they have answered."""
    known = {question.slug: question for question in definition.profile}
    told: set[str] = set()
    for requirement in definition.requirements:
        named = {name for part in requirement.with_options() for name, _ in part.applies_when}
        if not named <= known.keys():  # which is told elsewhere
            continue
        answers = product(*([(slug, answer) for answer, _ in known[slug].choices] for slug in sorted(named)))
        for given in islice(answers, MOST_ANSWERS):
            for group, left in _too_few(requirement, dict(given)):
                if group.slug not in told:
                    told.add(group.slug)
                    who = ", ".join(f"{question} = {answer}" for question, answer in given)
                    least = f"In requirement {group.slug!r} “at_least” is {group.parameters.at_least}"
                    remedy = "add an option for them, or write “applies_when” for the whole"
                    words = f"{least}, but {who} leaves {left} to choose from: {remedy}."
                    yield places.get(f"requirement {group.slug}", ()), words


def _too_few(requirement: Requirement, profile: Mapping[str, str]) -> Iterator[tuple[Requirement, int]]:
    """The groups at which this person could not choose as many as they must, with the number that is left."""
    if not requirement.applies_to(profile):
        return
    if requirement.kind == ANY_OF:
        left = sum(option.for_profile(profile) is not None for option in requirement.options)
        if left < min(requirement.parameters.at_least, len(requirement.options)):
            yield requirement, left
    for option in requirement.options:
        yield from _too_few(option, profile)


def _decision(definition: PathwayDefinition, requirement: Requirement) -> Iterator[str]:
    bodies = {body.slug: body for body in definition.bodies}
    body = bodies.get(requirement.parameters.body)
    if body is None:
        yield f"there is no body “{requirement.parameters.body}”: use one of {', '.join(bodies)}, or add [[bodies]]"
    elif body.by == "sign_off" and not requirement.signed_by:
        yield f"the body “{body.slug}” decides by sign-offs, and nobody signs: add signed_by"


def _conditions(definition: PathwayDefinition, requirement: Requirement) -> Iterator[str]:
    questions = {question.slug: dict(question.choices) for question in definition.profile}
    for name, answers in requirement.applies_when:
        if name not in questions:
            yield f"“applies_when” asks for “{name}”, which is no question of [[profile]]: add it there"
            continue
        if not answers:
            yield f"“applies_when” names no answer to “{name}”: nobody would ever be asked for this"
        for answer in answers:
            if answer not in questions[name]:
                yield f"“{answer}” is no answer to “{name}”: use one of {', '.join(questions[name])}"


def _bodies(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    for body in definition.bodies:
        for key, roles in (("voters", (body.voters,)), ("recommended_by", body.recommended_by)):
            for words in _unknown_roles(f"body {body.slug!r}", key, roles, READERS):
                yield places[f"body {body.slug}"], words
    for role, _ in definition.role_labels:
        if role not in ROLES:
            yield ("roles", role), f"In [roles] there is no role “{role}”: use one of {', '.join(sorted(ROLES))}."


def _standing(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    """Credentials are decided about by a vote."""
    slug, ballots = definition.award.standing.body, [body.slug for body in definition.bodies if body.by == "ballot"]
    if slug and slug not in ballots:
        words = f"[award.standing]: “{slug}” is no body that votes: use one of {', '.join(ballots)}."
        yield places["standing"], words


def _profile(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    for question in definition.profile:
        place = places[f"question {question.slug}"]
        if len(question.choices) < FEWEST_OPTIONS:
            yield place, f"The question “{question.slug}” leaves no choice: write at least two choices."
        for slug in _repeated(slug for slug, _ in question.choices):
            yield place, f"The question “{question.slug}” has the choice “{slug}” twice: give each its own slug."


def _rubric(definition: PathwayDefinition, places: Mapping[str, Path]) -> Iterator[Found]:
    rubric = definition.rubric
    if rubric is None:
        return
    scale = [slug for slug, _ in rubric.scale]
    for key, named in (("text_required_for", rubric.text_required_for), ("unrated", rubric.unrated)):
        for slug in sorted(set(named) - set(scale)):
            yield places["rubric"], f"In [rubric] “{key}” names “{slug}”, which is no rating of the scale: correct it."
    for words, slugs in (("rating", scale), ("item", [item.slug for item in rubric.items])):
        for slug in _repeated(slugs):
            yield places["rubric"], f"In [rubric] the {words} “{slug}” stands twice: give each its own slug."
    if not rubric.items or len(scale) - len(rubric.unrated) < FEWEST_OPTIONS:
        yield places["rubric"], "In [rubric] there must be items, and two ratings that say something: add them."
