"""The typed parameters of a kind, read from the keys of its requirement."""

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from credentialing.pathways.loading.tables import Table


def parameters_of(cls: type[Any], table: Table) -> Any:
    """An instance of a kind's dataclass; what is wrong is noted, and then it may hold nothing usable."""
    hints = typing.get_type_hints(cls)
    values = {item.name: _value(table, item.name, hints[item.name], _default(item)) for item in fields(cls)}
    return cls(**values)


def _default(item: Any) -> Any:
    return item.default if item.default_factory is MISSING else item.default_factory()


def _value(table: Table, key: str, hint: Any, default: Any) -> Any:
    if isinstance(hint, typing.TypeAliasType):
        hint = hint.__value__
    if isinstance(hint, types.UnionType):  # only ever “or None”: not said
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
        if key not in table:
            table.used.add(key)
            return default
    if typing.get_origin(hint) is typing.Literal:
        return table.one_of(key, default, typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return _list(table, key, typing.get_args(hint)[0], default)
    if is_dataclass(hint):
        below = table.table(key, f"{key} of {table.place}")
        return None if below is None else _finished(typing.cast("type[Any]", hint), below)
    readers: dict[Any, Any] = {
        bool: table.flag,
        int: table.whole,
        Decimal: table.amount,
        date: table.day,
        str: table.text,
    }
    return readers[hint](key, default)


def _list(table: Table, key: str, of: Any, default: Any) -> tuple[Any, ...]:
    if isinstance(of, typing.TypeAliasType):
        of = of.__value__
    if is_dataclass(of):
        rows = table.tables(key, default)
        return tuple(_finished(typing.cast("type[Any]", of), row) for row in rows if isinstance(row, Table))
    chosen = table.texts(key, default)
    if typing.get_origin(of) is typing.Literal and (unknown := sorted(set(chosen) - set(typing.get_args(of)))):
        table.refuse(key, f"made of {', '.join(typing.get_args(of))}", unknown[0])
        return ()
    return chosen


def _finished(cls: type[Any], table: Table) -> Any:
    value = parameters_of(cls, table)
    table.finish()
    return value
