"""The life of a draft of rules: written, checked, before the council, approved, published; or discarded."""

from credentialing.accounts.models import Role
from workflows.definitions import State, Transition, WorkflowDefinition

DRAFT, CHECKED, PROPOSED, APPROVED = "draft", "checked", "proposed", "approved"
PUBLISHED, DISCARDED = "published", "discarded"
WRITERS = frozenset({str(Role.COORDINATOR), str(Role.ADMINISTRATOR)})
COUNCIL = frozenset({str(Role.COUNCIL)})
OPEN = (DRAFT, CHECKED, PROPOSED, APPROVED)

PATHWAY_DRAFT = WorkflowDefinition(
    name="pathway_draft",
    states=(
        State(slug=DRAFT, label="Draft", kind="initial"),
        State(slug=CHECKED, label="Checked"),
        State(slug=PROPOSED, label="Before the council"),
        State(slug=APPROVED, label="Approved"),
        State(slug=PUBLISHED, label="Published", kind="final"),
        State(slug=DISCARDED, label="Discarded", kind="final"),
    ),
    transitions=(
        Transition(
            name="examine", source=DRAFT, target=CHECKED, roles=WRITERS, guards=("publishable",), label="Check it"
        ),
        Transition(
            name="propose",
            source=CHECKED,
            target=PROPOSED,
            roles=WRITERS,
            guards=("publishable", "day_to_come"),
            label="Ask the council",
        ),
        Transition(
            name="approve", source=PROPOSED, target=APPROVED, roles=COUNCIL, guards=("enough_approve",), label="Approve"
        ),
        Transition(
            name="refuse", source=PROPOSED, target=DRAFT, roles=COUNCIL, reason_required=True, label="Send back"
        ),
        Transition(
            name="publish",
            source=APPROVED,
            target=PUBLISHED,
            roles=WRITERS,
            guards=("publishable", "day_to_come"),
            irreversible=True,
            label="Publish",
        ),
        *(
            Transition(name="revise", source=source, target=DRAFT, roles=WRITERS, label="Change it")
            for source in (CHECKED, PROPOSED, APPROVED)
        ),
        *(
            Transition(name="discard", source=source, target=DISCARDED, roles=WRITERS, label="Discard")
            for source in OPEN
        ),
        Transition(name="restore", source=DISCARDED, target=DRAFT, roles=WRITERS, label="Restore"),
    ),
    exits=frozenset({"restore"}),
)
PATHWAY_DRAFT.validate()
