"""What a loan does, told once more in plain dicts and without the engine: what the walks are compared with.

What a loan does is told without `workflows` and the loan's own definition: a fault there must not be repeated here.
"""

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from workflows.canonical import canonical
from workflows.merkle import RightEdge, leaf_hash
from workflows.models import LedgerRecord, Seal, TreeHead, TreeLeaf, TreeNode
from workflows.sequencer import sequence_entries

type Case = dict[str, Any]
type Wish = dict[str, Any]

PEOPLE = ("ann", "bob", "cyd")
ROLES = ("reader", "clerk", "chief")
STATES = ("asked", "lent", "paused", "returned", "lost")
EDGES: list[dict[str, Any]] = [
    {"act": "lend", "source": "asked", "target": "lent", "roles": {"clerk", "chief"}, "needs": ["fee_due"]},
    {"act": "give_back", "source": "lent", "target": "returned", "roles": {"reader", "clerk"}},
    {"act": "write_off", "source": "lent", "target": "lost", "roles": {"chief"}, "reason": True},
    {"act": "find_again", "source": "lost", "target": "lent", "roles": {"chief"}},
    {"act": "pause", "source": "asked", "target": "paused", "roles": {"reader", "clerk"}},
    {"act": "pause", "source": "lent", "target": "paused", "roles": {"clerk"}},
    {"act": "resume", "source": "paused", "target": "asked", "roles": {"reader", "clerk"}},
    {"act": "resume", "source": "paused", "target": "lent", "roles": {"clerk"}},
    {"act": "extend", "source": "lent", "target": "lent", "roles": {"reader"}, "needs": ["overdue", "fee_due"]},
    {"act": "settle", "source": "paused", "target": "returned", "roles": {"chief"}},
    {"act": "settle", "source": "paused", "target": "lost", "roles": {"clerk"}},
    {"act": "inspect", "source": "lent", "target": "lent", "roles": {"chief"}},
]
ACTS = sorted({edge["act"] for edge in EDGES})
OUTCOMES = ("done", "stale", "no such act", "not permitted", "blocked")
ENGINE = ("state", "version")  # what nothing but a step writes
ORDINARY = (
    "title",
    "note",
    "grants",
    "granted_until",
    "refuses",
    "fee_due",
    "overdue",
    "closed",
    "paused_from",
    "trail",
)


def new_case(**facts: Any) -> Case:
    """A loan that has just been asked for."""
    return {
        "state": "asked",
        "version": 0,
        "title": "A book",
        "note": "",
        "grants": {},
        "granted_until": None,
        "refuses": [],
        "fee_due": 0,
        "overdue": False,
        "closed": False,
        "paused_from": "",
        "trail": [],
        "records": [],
        **facts,
    }


def view_of(case: Case) -> Case:
    """What an object holds that was loaded now."""
    return {name: deepcopy(case[name]) for name in (*ENGINE, *ORDINARY)}


def roles_of(case: Case, person: str, day: date) -> set[str]:
    """The roles count until the day on which they end, that day included."""
    if case["granted_until"] and day > case["granted_until"]:
        return set()
    return set(case["grants"].get(person, []))


def answer(case: Case, wish: Wish) -> dict[str, Any]:
    """What the door must say to a wish (act, person, reason, expected_version, day), in the order of its checks."""
    if wish["expected_version"] not in {None, case["version"]}:
        return {"outcome": "stale"}
    ways = [edge for edge in EDGES if edge["act"] == wish["act"] and _leads(edge, case)]
    if not ways:
        return {"outcome": "no such act"}
    roles = roles_of(case, wish["person"], wish["day"])
    open_ways = [edge for edge in ways if edge["roles"] & roles]
    if not open_ways or (wish["act"] == "lend" and wish["person"] in case["refuses"]):
        return {"outcome": "not permitted"}
    edge = open_ways[0]
    missing = [need for need in edge.get("needs", []) if case[need]]
    if missing:
        return {"outcome": "blocked", "missing": missing}
    if edge.get("reason") and not wish["reason"].strip():
        return {"outcome": "blocked", "missing": ["reason_required"]}
    return {"outcome": "done", "target": edge["target"], "role": min(edge["roles"] & roles)}


def _leads(edge: dict[str, Any], case: Case) -> bool:
    if edge["source"] != case["state"]:
        return False
    if edge["act"] == "lend":
        return not case["closed"]
    return edge["act"] != "resume" or edge["target"] == case["paused_from"]


def wishes(case: Case, day: date, *outcomes: str) -> list[Wish]:
    """Every act by everybody that would come out so now."""
    everything: list[Wish] = [
        {"act": act, "person": person, "reason": "Because.", "expected_version": None, "day": day}
        for act in ACTS
        for person in PEOPLE
    ]
    return [wish for wish in everything if answer(case, wish)["outcome"] in outcomes]


def step(case: Case, wish: Wish, *, at: datetime) -> None:
    """Do what the wish says, which the door must have granted."""
    granted = answer(case, wish)
    case["records"].append(
        {
            "sequence": len(case["records"]) + 1,
            "act": wish["act"],
            "source": case["state"],
            "target": granted["target"],
            "person": wish["person"],
            "role": granted["role"],
            "reason": wish["reason"].strip(),
            "at": at,
        }
    )
    if wish["act"] == "pause":
        case["paused_from"] = case["state"]
    elif wish["act"] == "resume":
        case["paused_from"] = ""
    case["trail"].append(wish["act"])
    case["state"] = granted["target"]
    case["version"] += 1


def save(case: Case, view: Case, names: list[str] | None) -> None:
    """Store what an object holds: these fields or all it has loaded, but never what only a step writes."""
    for name in view if names is None else names:
        if name not in ENGINE:
            case[name] = deepcopy(view[name])


def tree_is_sound() -> bool:
    """Whether the tree, built anew from nothing but the records, is the one that is kept.

    Asked after every step of every walk: every record once, in its place, each node and the head as they must be.
    """
    while sequence_entries():
        pass
    rebuilt, nodes = RightEdge(), {}
    for leaf in TreeLeaf.objects.order_by("position"):
        model = {"step": LedgerRecord, "seal": Seal}[leaf.entry_kind]
        own = canonical(model.objects.get(uuid=leaf.entry_id).content())
        nodes |= {(level, index): node.hex() for level, index, node in rebuilt.append(leaf_hash(own))}
    kept = {(node.level, node.index): node.hash for node in TreeNode.objects.all()}
    head = TreeHead.objects.filter(pk=1).first() or TreeHead()
    entries = LedgerRecord.objects.count() + Seal.objects.count()
    return (kept, head.size, head.subtrees) == (nodes, entries, [subtree.hex() for subtree in rebuilt.subtrees])
