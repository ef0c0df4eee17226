"""The life of a credential: awarded, active, suspended, expired, revoked, resigned.

Suspending, revoking and reinstating carry a decision out and are none themselves: whoever does it, a society that has
said who decides (`CERTIFICATES_DECISION`) must have decided it at that very moment.

No Balint society publishes an expiry or a renewal rule (DOMAIN §0.6), so nothing expires unless it was awarded with
a last day; the states are there for those that have one.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string

from workflows.definitions import State, Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

COUNCIL = frozenset({"council", "system"})
KEEPERS = frozenset({"registrar", "council", "system"})


DECIDED = ("suspend", "reinstate", "revoke")


def _edge(
    name: str, source: str, target: str, roles: frozenset[str], label: str, *, reason: bool = False
) -> Transition:
    return Transition(
        name=name,
        source=source,
        target=target,
        roles=roles,
        label=label,
        reason_required=reason,
        guards=(*(("decided",) if name in DECIDED else ()), *(("term",) if target == "active" else ())),
    )


def decided(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """The society has decided it; an earlier holder is taken over as they stand."""
    credential: Any = subject
    if credential.basis == "import" and credential.state_since == context.now:
        return
    path = getattr(settings, "CERTIFICATES_DECISION", "")
    if not path:
        return
    ask: Callable[[Any, str, Any], bool] = import_string(path)
    if not ask(credential, context.transition.name, context.now):
        yield Unmet(code="decision", message="This is decided by a vote: put a motion about this credential.")


def term(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Nothing comes into force whose last day is over: it would read “expired” at once."""
    credential: Any = subject
    if context.transition.name != "award" and is_over(credential, timezone.localdate(context.now)):
        yield Unmet(
            code="term",
            message=f"Its last day was {date_format(credential.valid_until, 'F j, Y')}. "
            "It comes into force again by being renewed, with a new last day.",
        )


def is_over(credential: Any, on: date) -> bool:
    """Whether the last day of a credential has passed."""
    return credential.valid_until is not None and credential.valid_until < on


GUARDS: Mapping[str, Guard] = {"decided": decided, "term": term}


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
        _edge("suspend", "active", "suspended", COUNCIL | {"registrar"}, "Suspend", reason=True),
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
