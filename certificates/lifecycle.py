"""The life of a credential: awarded, active, suspended, expired, revoked, resigned.

No Balint society publishes an expiry or a renewal rule (DOMAIN §0.6), so nothing expires unless it was awarded with
a last day; the states are there for those that have one.
"""

from workflows.definitions import State, Transition, WorkflowDefinition

COUNCIL = frozenset({"council"})
KEEPERS = frozenset({"registrar", "council", "system"})


def _edge(
    name: str, source: str, target: str, roles: frozenset[str], label: str, *, reason: bool = False
) -> Transition:
    return Transition(name=name, source=source, target=target, roles=roles, label=label, reason_required=reason)


CREDENTIAL = WorkflowDefinition(
    name="credential",
    states=(
        State(slug="pending", label="Being awarded", kind="initial"),
        State(slug="active", label="Active"),
        State(slug="suspended", label="Suspended"),
        State(slug="expired", label="Expired"),
        State(slug="revoked", label="Revoked", kind="final"),
        State(slug="resigned", label="Resigned", kind="final"),
    ),
    transitions=(
        _edge("award", "pending", "active", frozenset({"council", "registrar", "system"}), "Award"),
        _edge("suspend", "active", "suspended", frozenset({"council", "registrar"}), "Suspend", reason=True),
        _edge("reinstate", "suspended", "active", COUNCIL, "Reinstate", reason=True),
        _edge("expire", "active", "expired", KEEPERS, "Expire"),
        _edge("expire", "suspended", "expired", KEEPERS, "Expire"),
        _edge("renew", "expired", "active", KEEPERS, "Renew", reason=True),
        _edge("revoke", "active", "revoked", COUNCIL, "Revoke", reason=True),
        _edge("revoke", "suspended", "revoked", COUNCIL, "Revoke", reason=True),
        _edge("revoke", "expired", "revoked", COUNCIL, "Revoke", reason=True),
        _edge("resign", "active", "resigned", KEEPERS | {"holder"}, "Resign", reason=True),
        _edge("resign", "suspended", "resigned", KEEPERS | {"holder"}, "Resign", reason=True),
        _edge("resign", "expired", "resigned", KEEPERS | {"holder"}, "Resign", reason=True),
    ),
)
CREDENTIAL.validate()
