"""Prices in further currencies, and names in further languages, as products and the offers of SKUs both carry them."""

import msgspec


class Price(msgspec.Struct, frozen=True):
    """In whole minor units of the currency under whose code it stands."""

    amount: int
    compare_at: int | None = None
