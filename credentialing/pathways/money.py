"""Amounts in words."""

from decimal import Decimal


def money(amount: Decimal, currency: str) -> str:
    """An amount as people of the society write it: `$900` or `EUR 85.50`."""
    shown = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"${shown}" if currency == "USD" else f"{currency} {shown}"
