"""Numbers and amounts as people of different countries write them: $900, 900,00, 1.234,50 EUR."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

THOUSAND = 3  # digits between two separators
CODES = "USD|CAD|AUD|NZD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|ILS|JPY|CNY|INR|ZAR|BRL|MXN|SGD|HKD|US|FR|KR"
WORDS = re.compile(rf"(?<![A-Z])(?:{CODES})(?![A-Z])\.?|[$€£¥]")
SIGNS = {"$": ("USD", "CAD", "AUD", "NZD"), "€": ("EUR",), "£": ("GBP",), "¥": ("JPY",), "FR": ("CHF",), "US": ("USD",)}
GROUPING = str.maketrans("", "", " '\u2019_")
MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


class TwoReadings(ValueError):
    """It may be one number or another a thousand times as large."""


class AnotherCurrency(ValueError):
    """It is an amount in a currency that isn't asked for."""


def number_from(text: str, currency: str = "") -> Decimal:
    """The number that somebody wrote: with a currency, with a point or a comma, with or without separated thousands.

    A comma before three digits separates thousands, as in American English; a single point before three digits may be
    meant either way, and no sum of money has three decimal places, so it is asked for anew.

    Raises:
        TwoReadings: it can be read in two ways.
        AnotherCurrency: a currency stands beside it, and not the one that was asked for.
        ValueError: it is no number.
    """
    plain = unicodedata.normalize("NFKC", text).upper().translate(MINUS)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    marks = {mark.rstrip(".") for mark in WORDS.findall(plain)}
    if any(currency not in SIGNS.get(mark, (mark,)) for mark in marks):
        raise AnotherCurrency(text)
    plain = WORDS.sub("", plain)
    plain = re.sub(r"[.,]-{1,2}$", "", plain.strip()).translate(GROUPING)  # 900.- and 900,--
    plain = "".join(f"{unicodedata.decimal(c)}" if c.isdecimal() else c for c in plain)
    if not re.fullmatch(r"[+-]?[0-9.,]*[0-9][0-9.,]*", plain):
        raise ValueError(text)
    return _decimal(plain, text)


def _decimal(plain: str, text: str) -> Decimal:
    point, comma = plain.rfind("."), plain.rfind(",")
    if point >= 0 and comma >= 0:
        decimal, thousands = (".", ",") if point > comma else (",", ".")
    else:
        decimal = _single(plain, "." if point >= 0 else ",", text)
        thousands = "," if decimal == "." else "."
    whole, _, rest = plain.partition(decimal) if decimal else (plain, "", "")
    groups = whole.lstrip("+-").split(thousands)
    if any(len(group) != THOUSAND for group in groups[1:]) or (len(groups[0]) > THOUSAND and groups[1:]):
        raise ValueError(text)
    if not rest.isdigit() and rest:
        raise ValueError(text)
    try:
        return Decimal(f"{whole.replace(thousands, '')}.{rest or 0}")
    except InvalidOperation:
        raise ValueError(text) from None


def _single(plain: str, mark: str, text: str) -> str:
    """Which mark begins the decimal places where only one kind is there."""
    before, _, after = plain.rpartition(mark)
    if plain.count(mark) > 1:
        return "," if mark == "." else "."
    if mark in plain and len(after) == THOUSAND and before.lstrip("+-").strip("0"):
        if mark == ".":
            raise TwoReadings(text)
        return "."
    return mark


class NumberField(forms.DecimalField):
    """A number with decimal places, typed as its writer is used to; a text box, as a browser's own refuses the rest."""

    default_error_messages = {
        "invalid": "Enter a number, for example 900 or 85.50.",
        "currency": "Enter the amount in %(currency)s, as a number alone.",
        "two_readings": "This can be read in two ways. Write it without separated thousands, for example 1200 or 1.20.",
    }

    currency = ""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        """Read what was typed."""
        if not isinstance(value, str) or not value.strip():
            number: Decimal | None = super().to_python(value.strip() if isinstance(value, str) else value)
            return number
        try:
            return number_from(value, self.currency)
        except TwoReadings:
            raise ValidationError(self.error_messages["two_readings"], code="two_readings") from None
        except AnotherCurrency:
            code = "currency" if self.currency else "invalid"
            params = {"currency": self.currency}
            raise ValidationError(self.error_messages[code], code=code, params=params) from None
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
