"""What each column of a list holds, by its heading; of two that seem to mean the same, somebody chooses."""

import re
from collections.abc import Mapping, Sequence

from certificates.same_text import TITLES, folded
from credentialing.registry.importing.guesses import UNUSED, Deciding

HEADERS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"name", "full name", "holder", "leader", "leader name", "person", "certified leader", "member",
                       "member name", "nom complet", "nombre completo", "names"}),
    "prefix": frozenset({"prefix", "salutation", "honorific", "anrede", "titel"}),
    "first_name": frozenset({"first name", "first", "given name", "forename", "given names", "firstname", "vorname",
                             "prenom", "nombre"}),
    "middle_name": frozenset({"middle name", "middle", "middle names", "middle initial", "mi", "second name",
                              "middlename"}),
    "last_name": frozenset({"last name", "last", "surname", "family name", "lastname", "nachname", "nom de famille",
                            "apellido", "apellidos", "familienname"}),
    "suffix": frozenset({"suffix", "name suffix", "generation"}),
    "number": frozenset({"number", "no", "certificate no", "certificate number", "credential number", "cert no", "id",
                         "certificate", "cert number", "credential no", "certificate id", "member id", "member no",
                         "member number", "membership number", "registration number", "nr", "nummer"}),
    "awarded_on": frozenset(
        {"awarded", "awarded on", "date", "award date", "date awarded", "certified", "certified on", "issued",
         "credentialed", "credentialed on", "date credentialed", "date certified", "issue date", "date issued",
         "certification date", "date of award", "certified since", "since", "datum"}
    ),
    "valid_until": frozenset({"valid until", "expires", "expires on", "expiry", "expiry date", "expiration", "until",
                              "expiration date", "valid to", "valid through"}),
    "status": frozenset({"status", "standing", "state of credential", "membership status", "member status"}),
    "post_nominals": frozenset({"degrees", "degree", "post nominals", "credentials", "letters", "postnominals"}),
    "title": frozenset({"title"}),
    "profession": frozenset({"profession", "discipline", "specialty", "occupation"}),
    "city": frozenset({"city", "place", "town", "location", "city or region", "city state", "city/state"}),
    "country": frozenset({"country", "nation"}),
    "email": frozenset({"email", "e mail", "email address", "e mail address", "mail"}),
    "listed": frozenset({"listed", "public", "in registry", "show", "publish"}),
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "name": "name", "prefix": "title before the name", "first_name": "first name", "middle_name": "middle name",
    "last_name": "last name", "suffix": "what follows the name (Jr.)", "number": "certificate number",
    "awarded_on": "date of the award", "valid_until": "valid until", "status": "status", "post_nominals": "degrees",
    "profession": "profession", "city": "city", "country": "country", "email": "e-mail", "listed": "publicly listed",
    UNUSED: "not read",
}  # fmt: skip
PLAIN = {plain: field for field, names in HEADERS.items() for plain in names}


class NoHeadings(Exception):
    """Columns that every list needs are missing; says which."""

    def __init__(self, messages: Sequence[str]) -> None:
        self.messages = tuple(messages)
        super().__init__(" ".join(messages))


def field_of(heading: str) -> str:
    """What a heading stands for; empty for one that is not known."""
    plain = re.sub(r"[\s._#:*-]+", " ", heading.casefold()).strip()
    return PLAIN.get(plain, "") or PLAIN.get(folded(heading), "")


def letter_of(index: int, head: Sequence[str]) -> str:
    """A column as spreadsheets call it, with its heading."""
    letters = letters_of(index)
    return f"{letters} ({head[index]})" if index < len(head) and head[index] else letters


def letters_of(index: int) -> str:
    """A, B, …, Z, AA: as spreadsheets call their columns."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def columns_of(head: Sequence[str], rows: Sequence[Sequence[str]], deciding: Deciding) -> dict[str, int]:
    """The column of each field.

    Raises:
        NoHeadings: none for the name or the date of the award.
    """
    fields = [field_of(heading) or UNUSED for heading in head]
    doubtful: dict[int, str] = {}
    for index, field in enumerate(fields):
        if field == "title":
            _place_title(index, fields, head, rows, doubtful)
    chosen = [deciding.choices.get(f"column:{letters_of(i)}", field) for i, field in enumerate(fields)]
    chosen = [field if field in WORDS else fields[i] for i, field in enumerate(chosen)]
    doubtful = {i: why for i, why in doubtful.items() if f"column:{letters_of(i)}" not in deciding.choices}
    for field in WORDS:
        same = [index for index, other in enumerate(chosen) if other == field != UNUSED]
        if len(same) > 1:
            doubtful |= dict.fromkeys(same, _both(same, head, field))
    if {"name", "first_name", "last_name"} <= set(chosen):
        same = [chosen.index(field) for field in ("name", "first_name", "last_name")]
        doubtful.setdefault(same[0], _both(same, head, "name"))
    options = list(WORDS.items())
    for index, field in enumerate(chosen):
        where = f"Column {letter_of(index, head)}"
        label = f"{where}: {doubtful[index]}" if index in doubtful else where
        _column(index, label, field, options, deciding, asked=index in doubtful)
    columns: dict[str, int] = {}
    for index, field in enumerate(chosen):
        if field != UNUSED:
            columns.setdefault(field, index)
    if "name" in columns and "first_name" in columns and "last_name" not in columns:
        columns["last_name"] = columns.pop("name")
        deciding.tell("family-name", "Beside a column of first names, “Name” is read as the last name.")
    _require(columns)
    return columns


def _column(
    index: int, label: str, field: str, options: Sequence[tuple[str, str]], deciding: Deciding, *, asked: bool
) -> None:
    key = f"column:{letters_of(index)}"
    if asked:  # also where a choice was made that contradicts another
        without = Deciding(guesses=deciding.guesses)
        without.decide(key, label, options, proposed=field, asked=True)
    else:
        deciding.decide(key, label, options, proposed=field)


def _both(same: Sequence[int], head: Sequence[str], field: str) -> str:
    named = " and ".join(f"“{head[index]}” ({letters_of(index)})" for index in same)
    if len({folded(head[index]) for index in same}) == 1:
        return f"This heading stands twice: {named}. Say which of them is the {WORDS[field]}; the other is not read."
    return f"{named} both seem to mean the {WORDS[field]}. Say which of them it is, and what the other is."


def _place_title(
    index: int, fields: list[str], head: Sequence[str], rows: Sequence[Sequence[str]], doubtful: dict[int, str]
) -> None:
    cells = [cells[index] for cells in rows if index < len(cells) and cells[index]]
    titles = [all(word in TITLES for word in folded(cell).split()) for cell in cells]
    fields[index] = "prefix" if any(titles) else "post_nominals"
    rival = next((i for i, heading in enumerate(head) if field_of(heading) == "post_nominals"), None)
    if rival is not None:
        doubtful[index] = (
            f"“{head[index]}” and “{head[rival]}” can both mean the degrees. Say whether “{head[index]}” stands "
            "before the name, holds degrees, or is not read."
        )
    elif any(titles) and not all(titles):
        doubtful[index] = "Some cells are titles before a name, others are not. Say what the column holds."


def _require(columns: Mapping[str, int]) -> None:
    messages = []
    if "name" not in columns and not {"first_name", "last_name"} <= columns.keys():
        messages.append("No column for the name. Call it “Name”, or “First name” and “Last name”.")
    if "awarded_on" not in columns:
        messages.append("No column for the date of the award. Call it “Awarded”.")
    if messages:
        raise NoHeadings(messages)
