"""The life of a change of a vouched name: asked for, approved on a proof, confirmed by a second person, on record.

Who changes what the public reads as vouched for has seen a proof, and is never the one it is about. A change of the
name, spelling included, needs two people; degrees alone need the registrar.
"""

from workflows.definitions import State, Transition, WorkflowDefinition

ASKED, APPROVED, RECORDED, REFUSED, WITHDRAWN = "asked", "approved", "recorded", "refused", "withdrawn"
OPEN = (ASKED, APPROVED)
APPROVERS = frozenset({"registrar", "administrator"})  # administrators where no registrar may (models.NameChange)
CONFIRMERS = frozenset({"registrar", "president", "coordinator", "ccc_chair", "administrator"})
HOLDER = frozenset({"holder"})

NAME_CHANGE = WorkflowDefinition(
    name="name_change",
    states=(
        State(slug=ASKED, label="Waits for the registrar", kind="initial"),
        State(slug=APPROVED, label="Waits for a second person"),
        State(slug=RECORDED, label="On record", kind="final"),
        State(slug=REFUSED, label="Refused", kind="final"),
        State(slug=WITHDRAWN, label="Withdrawn", kind="final"),
    ),
    transitions=(
        *(
            Transition(
                name="approve", source=ASKED, target=target, roles=APPROVERS, guards=("proof_seen",), label="Approve"
            )
            for target in (APPROVED, RECORDED)
        ),
        Transition(
            name="confirm",
            source=APPROVED,
            target=RECORDED,
            roles=CONFIRMERS,
            irreversible=True,
            label="Confirm",
        ),
        Transition(name="refuse", source=ASKED, target=REFUSED, roles=APPROVERS, reason_required=True, label="Refuse"),
        Transition(
            name="refuse", source=APPROVED, target=REFUSED, roles=CONFIRMERS, reason_required=True, label="Refuse"
        ),
        *(
            Transition(name="withdraw", source=source, target=WITHDRAWN, roles=HOLDER, label="Withdraw")
            for source in OPEN
        ),
    ),
)
NAME_CHANGE.validate()
