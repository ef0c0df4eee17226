"""What every published version has had in whatever format: without it no program could go by the rules."""

from collections.abc import Iterator

from credentialing.pathways.definitions import PathwayDefinition

FEWEST_STAGES = 2


def breaks(definition: PathwayDefinition) -> Iterator[str]:
    """What has been broken since the publication; far fewer questions than are asked before one (`checks`)."""
    if len(definition.stages) < FEWEST_STAGES:
        yield "it has fewer than two stages"
        return
    for words, slugs in (
        ("stage", [stage.slug for stage in definition.stages]),
        ("requirement", [requirement.slug for requirement in definition.all_requirements]),
    ):
        if len(set(slugs)) < len(slugs):
            yield f"a {words} stands twice"
    bodies = {body.slug for body in definition.bodies}
    statements = dict(definition.statements)
    for requirement in definition.all_requirements:
        body, statement = (getattr(requirement.parameters, name, None) for name in ("body", "statement"))
        if requirement.kind == "decision" and body not in bodies:
            yield f"the body “{body}” of “{requirement.slug}” is missing"
        if statement not in {None, "", *statements}:
            yield f"the statement “{statement}” of “{requirement.slug}” is missing"
        if requirement.kind == "observation" and definition.rubric is None:
            yield f"the rubric by which “{requirement.slug}” is rated is missing"
    if not definition.balloted:
        yield "no body votes"
    if definition.award.standing.body not in {"", *bodies}:
        yield f"the body “{definition.award.standing.body}” is missing"
