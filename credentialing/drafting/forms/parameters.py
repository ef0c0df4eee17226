"""Form fields made from the typed parameters of a kind: a new kind has its form by being a dataclass."""

import re
import tomllib
import types
import typing
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from credentialing.pathways.writing import written
from credentialing.ui.amounts import NumberField
from credentialing.ui.forms import DateField

LARGEST = 999_999


class TextsField(forms.CharField):
    """Several texts, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """One line for each."""
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """What stands on the lines, without empty ones."""
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class TablesField(forms.CharField):
    """A list of tables, or one, as it is written in the file; few rules need it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As TOML, on one line."""
        if isinstance(value, str):
            return value
        return written(value) if value else ""

    def to_python(self, value: Any) -> Any:
        """The value; refused where it isn't TOML."""
        if not (value or "").strip():
            return None
        try:
            return tomllib.loads(f"value = {value}")["value"]
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            msg = 'This can\'t be read. Write it as in the file, for example [{ role = "led", percent = 50 }].'
            raise ValidationError(msg) from error


def parameter_fields(cls: type[Any], choices: dict[str, list[tuple[str, str]]]) -> dict[str, forms.Field]:
    """A field for each parameter of a kind, with the words of its docstring; `choices` are the file's own names."""
    hints = typing.get_type_hints(cls)
    words = _words_of(cls)
    return {item.name: _field(item, hints[item.name], words.get(item.name, ""), choices) for item in fields(cls)}


def default_of(item: "Field[Any]") -> Any:
    """What holds when the key is left out; MISSING where it can't be."""
    return item.default if item.default_factory is MISSING else item.default_factory()


def _words_of(cls: type[Any]) -> dict[str, str]:
    """From “`key`: what it means; …” in the docstring, which docs/pathways.md repeats and a test compares.

    A key that has no words of its own gets those in which it is mentioned.
    """
    found: dict[str, str] = {}
    parts = re.split(r"; |\. (?=`)", " ".join((cls.__doc__ or "").split()))
    for part in parts:
        told = re.search(r"((?:`\w+`, )*`\w+`):? (.+)", part)
        if told:
            found |= {key: _a_sentence(told[2]) for key in re.findall(r"`(\w+)`", told[1]) if key not in found}
    for item in fields(cls):
        mentioned = next((part for part in parts if f"`{item.name}`" in part), "")
        if item.name not in found and mentioned:
            found[item.name] = _a_sentence(mentioned)
    return found


def _a_sentence(words: str) -> str:
    plain = words.strip().rstrip(".").replace("`", "")
    return f"{plain[:1].upper()}{plain[1:]}."


def _field(item: "Field[Any]", hint: Any, words: str, choices: dict[str, list[tuple[str, str]]]) -> forms.Field:
    if isinstance(hint, typing.TypeAliasType):
        hint = hint.__value__
    if isinstance(hint, types.UnionType):
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    default = default_of(item)
    about: dict[str, Any] = {
        "label": item.name.replace("_", " ").capitalize(),
        "help_text": words,
        "required": default is MISSING,
        "initial": None if default is MISSING else default,
    }
    if item.name in choices:
        return forms.ChoiceField(choices=choices[item.name], **about)
    if typing.get_origin(hint) is typing.Literal:
        named = [(value, value.replace("_", " ") or "–") for value in typing.get_args(hint)]
        return forms.ChoiceField(choices=named, **{**about, "required": "" not in typing.get_args(hint)})
    if typing.get_origin(hint) is tuple:
        return _several(typing.get_args(hint)[0], about)
    if is_dataclass(hint):
        return TablesField(**about)
    makers: dict[Any, Any] = {
        bool: lambda: forms.BooleanField(**{**about, "required": False}),
        int: lambda: forms.IntegerField(max_value=LARGEST, **about),
        Decimal: lambda: NumberField(max_value=LARGEST, decimal_places=2, **about),
        date: lambda: DateField(**about),
        str: lambda: forms.CharField(max_length=200, **about),
    }
    return makers[hint]()


def _several(of: Any, about: dict[str, Any]) -> forms.Field:
    if isinstance(of, typing.TypeAliasType):
        of = of.__value__
    if is_dataclass(of):
        return TablesField(**about)
    if typing.get_origin(of) is typing.Literal:
        named = [(value, value.replace("_", " ")) for value in typing.get_args(of)]
        return forms.MultipleChoiceField(choices=named, widget=forms.CheckboxSelectMultiple, **about)
    return TextsField(**{**about, "help_text": f"{about['help_text']} One on each line.".strip()})
