"""The state machine of an application: lifecycle verbs are code, stages are the pinned version's data (DESIGN §3).

The states of the ABS pathway are applied, co_leading_logged, observed, workshop_attended and certified, with draft
before. They are milestones: evidence for all of them is collected in parallel, gates alone impose order.
"""

from dataclasses import replace
from functools import cache

from credentialing.pathways.definitions import PathwayDefinition
from workflows.definitions import State, Transition, WorkflowDefinition

DRAFT, ON_HOLD, DEFERRED, WITHDRAWN, DECLINED = "draft", "on_hold", "deferred", "withdrawn", "declined"
OUTSIDE_THE_PATH = {
    ON_HOLD: "On hold",
    DEFERRED: "Deferred",
    WITHDRAWN: "Withdrawn",
    DECLINED: "Declined",
}
CANDIDATE = frozenset({"candidate"})
COMMITTEE = frozenset({"coordinator", "ccc_chair"})
KEEPERS = frozenset({"coordinator", "ccc_chair", "system"})
MOVERS = frozenset({"coordinator", "system"})
MOVE = "move"


@cache
def compile_workflow(definition: PathwayDefinition) -> WorkflowDefinition:
    """The machine of one pathway version: every edge with the roles that may take it and the guards it must pass.

    Whether people could get stuck in it is asked when the version is published (`pathways.kinds.workflow_of`).
    """
    stages = [stage.slug for stage in definition.stages]
    first, last, before_last = stages[0], stages[-1], stages[-2]
    under_way = stages[:-1]
    council = frozenset({definition.council.voters})
    states = [
        State(slug=DRAFT, label="Draft", kind="initial"),
        *(State(slug=s.slug, label=s.label, kind="final" if s.slug == last else "normal") for s in definition.stages),
        State(slug=ON_HOLD, label="On hold"),
        State(slug=DEFERRED, label="Deferred"),
        State(slug=WITHDRAWN, label="Withdrawn"),
        State(slug=DECLINED, label="Declined", kind="final"),
    ]
    edges = [
        Transition(name="submit", source=DRAFT, target=first, roles=CANDIDATE, guards=("gate_met",), label="Submit"),
        *(
            Transition(
                name="advance",
                source=source,
                target=target.slug,
                roles=frozenset(target.signed_by),
                guards=("stage_met",),
                label=f"Sign off: {target.label}",
            )
            for source, target in zip(stages, definition.stages[1:-1], strict=False)
        ),
        Transition(
            name="certify",
            source=before_last,
            target=last,
            roles=council,
            guards=("stage_met",),
            label="Certify",
            irreversible=True,
        ),
        Transition(
            name="defer",
            source=before_last,
            target=DEFERRED,
            roles=council | COMMITTEE,
            guards=("deferrable",),
            reason_required=True,
            label="Defer",
        ),
        *(
            Transition(
                name="decline",
                source=source,
                target=DECLINED,
                roles=roles,
                guards=(guard,),
                reason_required=True,
                irreversible=True,
                label="Decline",
            )
            for source, (roles, guard) in _decliners(definition).items()
        ),
        Transition(name="withdraw", source=DRAFT, target=WITHDRAWN, roles=CANDIDATE, label="Withdraw"),
    ]
    for position, stage in enumerate(under_way):
        edges += [_move(stage, reached) for reached in under_way[: position + 1]]
        edges += [
            Transition(
                name="hold", source=stage, target=ON_HOLD, roles=KEEPERS, reason_required=True, label="Put on hold"
            ),
            Transition(name="resume", source=ON_HOLD, target=stage, roles=KEEPERS, label="Resume"),
            Transition(name="withdraw", source=stage, target=WITHDRAWN, roles=CANDIDATE, label="Withdraw"),
            Transition(
                name="reopen",
                source=WITHDRAWN,
                target=stage,
                roles=COMMITTEE,
                guards=("no_other_case",),
                label="Reopen",
            ),
        ]
    edges += [
        _move(ON_HOLD, ON_HOLD),
        Transition(name="reopen", source=DEFERRED, target=before_last, roles=KEEPERS, label="Reopen"),
        Transition(name="withdraw", source=ON_HOLD, target=WITHDRAWN, roles=CANDIDATE, label="Withdraw"),
        Transition(name="withdraw", source=DEFERRED, target=WITHDRAWN, roles=CANDIDATE, label="Withdraw"),
        Transition(
            name="reopen",
            source=WITHDRAWN,
            target=DRAFT,
            roles=CANDIDATE | COMMITTEE,
            guards=("no_other_case",),
            label="Reopen",
        ),
    ]
    return WorkflowDefinition(
        name=f"{definition.slug} {definition.version}", states=tuple(states), transitions=tuple(edges)
    )


def _decliners(definition: PathwayDefinition) -> dict[str, tuple[frozenset[str], str]]:
    """In which states who may decline, and the guard: the committee before admission, a body where it decides."""
    first = definition.stages[0].slug
    found: dict[str, tuple[frozenset[str], str]] = {}
    if not any(requirement.stage == first for requirement in definition.balloted):
        found[first] = (COMMITTEE, "not_admitted")
    for requirement in definition.balloted:
        state = definition.state_before(requirement)
        voters = frozenset({definition.body(requirement.parameters.body).voters})
        before, guard = found.get(state, (frozenset(), ""))
        found[state] = (before | voters, "declinable" if guard in {"not_admitted", "declinable"} else "council_decided")
    return found


def _move(source: str, target: str) -> Transition:
    """To another version of the pathway: into the stage of the same name there, or the nearest one before it."""
    return Transition(
        name=MOVE,
        source=source,
        target=target,
        roles=MOVERS,
        guards=("version_fits",),
        reason_required=True,
        label="Move to another version",
    )


def without_moves(workflow: WorkflowDefinition) -> WorkflowDefinition:
    """The machine as it is drawn: a move to other rules leads nowhere that people are on their way to."""
    return replace(workflow, transitions=tuple(edge for edge in workflow.transitions if edge.name != MOVE))
