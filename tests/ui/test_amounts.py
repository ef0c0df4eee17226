"""Numbers and amounts are read as people write them, and never as a number that they may not have meant."""

from decimal import Decimal

import pytest
from django import forms

from credentialing.ui.amounts import AnotherCurrency, NumberField, TwoReadings, number_from

NBSP, THIN, NARROW = "\u00a0", "\u2009", "\u202f"


class Fee(forms.Form):
    amount = NumberField(max_digits=9, decimal_places=2)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = "USD"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("900", "900"), ("$900", "900"), ("$ 900", "900"), ("900 $", "900"), ("900 USD", "900"), ("USD 900", "900"),
        ("US$900", "900"), ("900,00", "900"), ("900.00", "900"), ("$900.00", "900"), ("900,5", "900.5"),
        ("1,200", "1200"), ("1,200.50", "1200.5"), ("1.200,50", "1200.5"), ("1 200,50", "1200.5"),
        (f"1{NBSP}200,50", "1200.5"), (f"1{NARROW}200", "1200"), (f"1{THIN}200", "1200"), ("1'200.50", "1200.5"),
        ("1’200.50", "1200.5"), ("1.200.000", "1200000"), ("1,200,000", "1200000"), ("900.-", "900"), ("900,--", "900"),
        ("900,–", "900"), ("  900\t", "900"), ("９００", "900"), ("٩٠٠", "900"), ("0,125", "0.125"), (".5", "0.5"),
        (",5", "0.5"), ("+900", "900"), ("-900", "-900"), ("−900", "-900"), ("\ufeff900", "900"), ("900\u200b", "900"),
        ("900.", "900"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_written(text, amount):
    assert number_from(text, "USD") == Decimal(amount)


@pytest.mark.parametrize("text", ["1.200", "12.345", "$1.200", "-1.200"])
def test_what_can_be_read_in_two_ways_is_asked_for_anew(text):
    with pytest.raises(TwoReadings):
        number_from(text, "USD")


@pytest.mark.parametrize(
    "text",
    ["", "$", "USD", "nine hundred", "12,34,567", "1,20,0.5", "1.2.3", "9-00", "900/2", "1e3", "0x10", "1.234.56",
     "1,2,3", "..", "90 0x", "NaN", "Infinity", "--9"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - every kind of refusal is one
        number_from(text, "USD")


@pytest.mark.parametrize("text", ["900 €", "EUR 900", "£900", "Fr. 900", "CHF 900", "900 SEK", "¥900"])
def test_another_currency_is_not_taken_for_the_one_that_is_asked_for(text):
    with pytest.raises(AnotherCurrency):
        number_from(text, "USD")


@pytest.mark.parametrize(
    ("currency", "text"), [("EUR", "900 €"), ("EUR", "EUR 900"), ("GBP", "£900"), ("CHF", "Fr. 900"), ("NZD", "$900")]
)
def test_a_currency_is_known_by_its_sign_and_its_code(currency, text):
    assert number_from(text, currency) == 900


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.200", "can be read in two ways"),
        ("900 €", "Enter the amount in USD"),
        ("many", "Enter a number"),
        ("900.555", "two ways"),
        ("900,5555", "2 decimal places"),
    ],
)
def test_a_refusal_says_what_to_write_and_keeps_what_was_typed(text, words):
    form = Fee({"amount": text})

    assert words in form.errors["amount"][0]
    assert f'value="{text}"' in str(form["amount"])
    assert 'inputmode="decimal"' in str(form["amount"])


def test_a_result_without_a_currency_takes_none():
    field = NumberField()

    assert field.clean("45,5") == Decimal("45.5")
    with pytest.raises(forms.ValidationError, match="Enter a number"):
        field.clean("$45")
    with pytest.raises(forms.ValidationError, match="required"):
        field.clean("  ")
    assert field.clean(Decimal(3)) == 3
