"""Numbers as people write them."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def number_in_words(amount: Decimal) -> str:
    """1, 1.5 or 3.75: no more places than people need, and never rounded up to what isn't there yet."""
    shown = amount.quantize(HUNDREDTH, ROUND_DOWN)
    if shown != amount:
        shown = amount.quantize(TENTH, ROUND_DOWN) or amount.quantize(HUNDREDTH, ROUND_UP)
    words = f"{shown:f}"
    return words.rstrip("0").rstrip(".") if "." in words else words
