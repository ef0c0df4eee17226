"""TOML out: changing one thing in a pathway file leaves every other line, and every comment, as it was.

A place in a file is a path of keys and numbers, for example `("stages", 1, "requirements", 3)`.
"""

from collections.abc import Callable, Mapping, MutableSequence
from datetime import date
from decimal import Decimal
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array, InlineTable, Table

type Path = tuple[str | int, ...]
LONG_LIST = 100  # characters; a longer list is written over several lines


class NotThere(LookupError):
    """There is no such place in the text."""


def at(document: Any, path: Path) -> Any:
    """What stands at that place.

    Raises:
        NotThere: nothing does.
    """
    found = document
    try:
        for part in path:
            found = found[part]
    except (KeyError, IndexError, TypeError) as error:
        raise NotThere(path) from error
    return found


def change_values(source: str, path: Path, values: Mapping[str, Any]) -> str:
    """Set keys of a table; None takes a key away. What is there already and says the same stays as it is written."""
    return _changed(source, lambda document: _set(at(document, path), values))


def add_table(source: str, path: Path, key: str, values: Mapping[str, Any]) -> str:
    """Add another element at the end of a list of tables (`[[key]]`), which begins with it if there is none."""

    def add(document: Any) -> None:
        parent = at(document, path)
        held = parent.get(key)
        if isinstance(held, Array) and held:  # `key = [{ … }, { … }]` goes on like this
            held.append(_item(values))
            return
        if isinstance(parent, InlineTable):  # and within `{ … }` nothing can stand otherwise
            _put(parent, key, _item([values]))
            return
        if not isinstance(held, AoT):
            _put(parent, key, tomlkit.aot())
        fresh = tomlkit.table()
        _set(fresh, values)
        fresh.add(tomlkit.nl())
        parent[key].append(fresh)

    return _changed(source, add)


def begin_table(source: str, key: str) -> str:
    """Write an empty table (`[key]`) at the end unless there is one; what is none under that key gives way."""

    def begin(document: Any) -> None:
        if not isinstance(document.get(key), Mapping):
            document.pop(key, None)
            document.append(key, tomlkit.table())

    return _changed(source, begin)


def remove_table(source: str, path: Path) -> str:
    """Take an element out of its list of tables; the last one takes the list with it."""

    def remove(document: Any) -> None:
        *parents, key, number = path
        parent = at(document, tuple(parents))
        at(parent, (key, number))
        if len(parent[key]) == 1:
            del parent[key]
        else:
            del parent[key][number]

    return _changed(source, remove)


def move_table(source: str, path: Path, to: int) -> str:
    """Put an element of a list of tables at another place in its list."""

    def move(document: Any) -> None:
        *parents, number = path
        rows: MutableSequence[Any] = at(document, tuple(parents))
        if not 0 <= to < len(rows):
            raise NotThere((*parents, to))
        row = at(rows, (number,))
        del rows[number]
        rows.insert(to, row)

    return _changed(source, move)


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same, however each is written."""
    return bool(_plain(one) == _plain(other))


def written(value: Any) -> str:
    """A value as it is written behind the equals sign."""
    return str(_item(value).as_string())


def _changed(source: str, change: Callable[[Any], None]) -> str:
    document = tomlkit.parse(source)
    change(document)
    return tomlkit.dumps(document)


def _set(table: Any, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if value is None:
            if key in table:
                del table[key]
        elif key not in table or not same(table[key], value):
            _put(table, key, _item(value))


def _put(table: Any, key: str, item: Any) -> None:
    """A new key goes before the tables below, because whatever comes after their headers belongs to them."""
    if key in table and isinstance(table[key], AoT | Table) is not isinstance(item, AoT | Table):
        del table[key]  # another way to write it has another place
    if key in table:
        comment = table[key].trivia.comment if hasattr(table[key], "trivia") else ""
        table[key] = item
        if comment and hasattr(table[key], "comment"):
            table[key].comment(comment.lstrip("# "))
        return
    below = [name for name, held in table.items() if isinstance(held, AoT | Table)]
    moved = [(name, table.pop(name)) for name in below]
    table.append(key, item)
    for name, held in moved:
        table.append(name, held)


def _item(value: Any) -> Any:
    if isinstance(value, Decimal):
        return tomlkit.item(int(value) if value == int(value) else float(value))
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend([_item(part) for part in value])
        return array.multiline(multiline=len(array.as_string()) > LONG_LIST)
    if isinstance(value, Mapping):
        inline = tomlkit.inline_table()
        inline.update({key: _item(part) for key, part in value.items()})
        return inline
    if isinstance(value, str) and "\n" in value and not value.startswith("\n"):
        return tomlkit.string(value, multiline=True)
    return tomlkit.item(value)


def _plain(value: Any) -> Any:
    """What a value says, whoever wrote it."""
    if isinstance(value, Array | AoT | list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, InlineTable | Table | Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | date):
        return value.unwrap() if hasattr(value, "unwrap") else value
    return Decimal(str(value)) if not isinstance(value, date) else value.isoformat()
