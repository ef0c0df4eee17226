"""The life of an uploaded file: standing, withdrawn, in quarantine, destroyed.

A breach of confidentiality has an act of its own (DOMAIN §7): whoever may read the file hides it at once from
everybody but those who must deal with it. How that ends is decided by somebody else.
"""

from workflows.definitions import State, Transition, WorkflowDefinition

STANDING, WITHDRAWN, QUARANTINED, DESTROYED = "standing", "withdrawn", "quarantined", "destroyed"
CANDIDATE = frozenset({"candidate"})
COMMITTEE = frozenset({"coordinator", "ccc_chair"})
READERS = COMMITTEE | {"candidate", "supervisor", "reviewer", "council", "registrar"}

EVIDENCE_FILE = WorkflowDefinition(
    name="evidence_file",
    states=(
        State(slug=STANDING, label="On file", kind="initial"),
        State(slug=WITHDRAWN, label="Withdrawn"),
        State(slug=QUARANTINED, label="In quarantine"),
        State(slug=DESTROYED, label="Destroyed", kind="final"),
    ),
    transitions=(
        Transition(
            name="withdraw",
            source=STANDING,
            target=WITHDRAWN,
            roles=CANDIDATE,
            guards=("case_is_open",),
            label="Withdraw",
        ),
        Transition(
            name="restore",
            source=WITHDRAWN,
            target=STANDING,
            roles=CANDIDATE,
            guards=("case_is_open", "room_left", "no_copy_stands"),
            label="Restore",
        ),
        *(
            Transition(
                name="quarantine",
                source=source,
                target=QUARANTINED,
                roles=READERS,
                reason_required=True,
                label="Quarantine",
            )
            for source in (STANDING, WITHDRAWN)
        ),
        *(
            Transition(
                name="release",
                source=QUARANTINED,
                target=target,
                roles=COMMITTEE,
                reason_required=True,
                label="Release",
            )
            for target in (STANDING, WITHDRAWN)
        ),
        Transition(
            name="destroy",
            source=QUARANTINED,
            target=DESTROYED,
            roles=COMMITTEE,
            reason_required=True,
            irreversible=True,
            label="Destroy",
        ),
    ),
)
EVIDENCE_FILE.validate()
