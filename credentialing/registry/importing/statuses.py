"""What a society's words for a standing count as here; for those without a state of their own somebody is asked."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from certificates.same_text import folded
from credentialing.registry.importing.dates import DateColumn, NoDate
from credentialing.registry.importing.guesses import Deciding

KNOWN: Mapping[str, str] = {
    "active": "active", "current": "active", "in good standing": "active", "good standing": "active",
    "valid": "active", "certified": "active",
    "suspended": "suspended", "on leave": "suspended", "leave of absence": "suspended", "active on leave": "suspended",
    "expired": "expired", "lapsed": "expired",
    "retired": "resigned", "resigned": "resigned", "withdrawn": "resigned", "withdrew": "resigned",
}  # fmt: skip
STATES = {
    "active": "counts as active", "suspended": "counts as suspended", "expired": "counts as expired",
    "resigned": "counts as resigned",
}  # fmt: skip
LEAVE_OUT = "leave-out"
DEAD = frozenset(["deceased", "died", "dead", "death", "late", "†", "✝", "+", "rip", "passed"]) | {
    "passed away",
    "in memoriam",
}
HONORED = frozenset(["emerita", "emeritus", "emeriti", "emer", "honorary", "hon"]) | {
    "life member",
    "lifetime",
    "founding member",
}
REVOKED = frozenset({"revoked", "expelled", "removed", "terminated", "rescinded"})
UNTIL = re.compile(r"(?:active|valid|current|certified)?\s*(?:until|till|to|through|thru)\s+(.+)", re.IGNORECASE)


def decide_statuses(
    texts: Sequence[str], *, where: str, today: date, deciding: Deciding
) -> dict[str, tuple[str, date | None]]:
    """For each printed word what it counts as, and until when; an empty state is not decided yet."""
    found: dict[str, tuple[str, date | None]] = {}
    for text in dict.fromkeys(texts):
        if not text:
            found[text] = ("active", None)
            continue
        plain = folded(text)
        key = f"status:{plain or text.strip()}"
        until = _until(text, today)
        known = KNOWN.get(plain, "")
        options = list(STATES.items())
        if until:
            options = [(f"until-{until}", f"counts as active until {until}"), *options]
        options.append((LEAVE_OUT, "these rows are left out"))
        proposed = f"until-{until}" if until else known
        label = f"{where}: “{text}”" if proposed else f"{where}: {_why(text, plain)}"
        sure = bool(known) or (until is not None and not _only_year(text))
        chosen = deciding.decide(key, label, options, proposed=proposed, asked=not sure)
        if chosen.startswith("until-"):
            found[text] = ("active", date.fromisoformat(chosen.removeprefix("until-")))
        else:
            found[text] = (chosen, None)
    return found


def _why(text: str, plain: str) -> str:
    if text.strip() in DEAD or set(plain.split()) & DEAD or plain in DEAD:
        return f"“{text}” says that somebody has died. There is no such standing here; say what it counts as."
    if set(plain.split()) & HONORED or plain in HONORED:
        return f"“{text}” is an honor, and no standing here; say what it counts as."
    if plain in REVOKED:
        return (
            f"“{text}”: Only the council revokes. Import the holder as active or suspended, then let the council "
            "decide; or leave these rows out."
        )
    known = ", ".join(sorted(KNOWN))
    return f"“{text}” is not a status known here ({known}); say what it counts as."


def _until(text: str, today: date) -> date | None:
    match = UNTIL.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return DateColumn(order="", partial="last", epoch="1900", today=today).read(match[1])
    except NoDate:
        return None


def _only_year(text: str) -> bool:
    return bool(re.search(r"\D(19|20)\d{2}$", text.strip())) and len(re.findall(r"\d+", text)) == 1
