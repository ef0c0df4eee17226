"""The life of an uploaded file: standing, waiting for the virus scanner, withdrawn, in quarantine, destroyed.

A breach of confidentiality has an act of its own (DOMAIN §7): whoever may read the file hides it at once from
everybody but those who must deal with it. How that ends is decided by somebody else.
"""

from workflows.definitions import State, Transition, WorkflowDefinition

STANDING, HELD, WITHDRAWN = "standing", "held", "withdrawn"
QUARANTINED, DESTROYED = "quarantined", "destroyed"
TAKEN_BACK = "taken_back"  # what a destroyed file was before: it waited, and its candidate took it back
SYSTEM = frozenset({"system"})
CANDIDATE = frozenset({"candidate"})
COMMITTEE = frozenset({"coordinator", "ccc_chair"})
READERS = COMMITTEE | {"candidate", "supervisor", "reviewer", "council", "registrar"}

EVIDENCE_FILE = WorkflowDefinition(
    name="evidence_file",
    states=(
        State(slug=STANDING, label="On file", kind="initial"),
        State(slug=HELD, label="Waiting for the virus scanner"),
        State(slug=WITHDRAWN, label="Withdrawn"),
        State(slug=QUARANTINED, label="In quarantine"),
        State(slug=DESTROYED, label="Destroyed", kind="final"),
    ),
    transitions=(
        # Nobody but the scanner decides whether a file that waits for it is ever seen; its candidate can take it back,
        # and then it is gone: restored, it would pass the scanner by.
        Transition(name="hold", source=STANDING, target=HELD, roles=SYSTEM, label="Hold"),
        Transition(name="clear", source=HELD, target=STANDING, roles=SYSTEM, label="Clear"),
        Transition(
            name="reject",
            source=HELD,
            target=DESTROYED,
            roles=SYSTEM,
            reason_required=True,
            irreversible=True,
            label="Reject",
        ),
        Transition(
            name="discard",
            source=HELD,
            target=DESTROYED,
            roles=CANDIDATE,
            guards=("case_is_open",),
            irreversible=True,
            label="Take back",
        ),
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
