"""The life of a motion about a credential: proposed, perhaps in effect at once, carried or not, in effect."""

from workflows.definitions import State, Transition, WorkflowDefinition

PROPOSED, AT_ONCE, CARRIED = "proposed", "at_once", "carried"
IN_EFFECT, LOST, WITHDRAWN, LAPSED, OVERTAKEN = "in_effect", "lost", "withdrawn", "lapsed", "overtaken"
VOTING = (PROPOSED, AT_ONCE)
OPEN = (*VOTING, CARRIED)

VOTER, OFFICER, PROPOSER, SYSTEM = (frozenset({role}) for role in ("voter", "officer", "proposer", "system"))

MOTION = WorkflowDefinition(
    name="motion",
    states=(
        State(slug=PROPOSED, label="Being voted on", kind="initial"),
        State(slug=AT_ONCE, label="Suspended at once, being voted on"),
        State(slug=CARRIED, label="Carried, takes effect when the time for an appeal is over"),
        State(slug=IN_EFFECT, label="In effect", kind="final"),
        State(slug=LOST, label="Not carried", kind="final"),
        State(slug=WITHDRAWN, label="Withdrawn", kind="final"),
        State(slug=LAPSED, label="Not confirmed in time", kind="final"),
        State(slug=OVERTAKEN, label="Overtaken", kind="final"),
    ),
    transitions=(
        Transition(
            name="second",
            source=PROPOSED,
            target=AT_ONCE,
            roles=OFFICER,
            guards=("in_danger", "possible"),
            label="Suspend at once",
        ),
        *(
            Transition(
                name="carry",
                source=source,
                target=target,
                roles=VOTER,
                guards=("majority_for", "possible"),
                irreversible=True,
                label="Carry",
            )
            for source, target in ((PROPOSED, IN_EFFECT), (PROPOSED, CARRIED), (AT_ONCE, IN_EFFECT))
        ),
        *(
            Transition(
                name="reject", source=source, target=LOST, roles=VOTER, guards=("majority_against",), label="Reject"
            )
            for source in VOTING
        ),
        Transition(
            name="withdraw",
            source=PROPOSED,
            target=WITHDRAWN,
            roles=PROPOSER,
            reason_required=True,
            label="Withdraw",
        ),
        Transition(
            name="take_effect",
            source=CARRIED,
            target=IN_EFFECT,
            roles=SYSTEM,
            guards=("possible",),
            irreversible=True,
            label="Take effect",
        ),
        Transition(name="lapse", source=AT_ONCE, target=LAPSED, roles=SYSTEM, label="Lapse"),
        *(
            Transition(
                name="overtake",
                source=source,
                target=OVERTAKEN,
                roles=OFFICER,
                guards=("impossible",),
                label="Close as overtaken",
            )
            for source in OPEN
        ),
    ),
)
MOTION.validate()
