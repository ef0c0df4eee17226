"""Numbers as people write them."""

from decimal import Decimal


def number_in_words(amount: Decimal) -> str:
    """1, or 1.5: no more places than people need."""
    return f"{amount:.1f}".removesuffix(".0")
