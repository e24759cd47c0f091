"""Prices as the rules see them: plain values."""

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many of one variant, at one price in minor units; `weight_g` of one piece, None if it is not known."""

    sku: str
    product_id: str
    name: str
    options: dict[str, str]
    quantity: int
    unit_price: int
    weight_g: int | None = None

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price


class PricedLine(Line, frozen=True, kw_only=True):
    """A line with what falls to it; `tax` is within the price or on top of it, as the country's rate says."""

    discount: int
    tax: int


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """`total = subtotal - discount + shipping`, plus `tax` where prices are without it. Minor units of `currency`.

    The rate that the tax came from is kept with it, for the invoice.
    """

    lines: list[PricedLine]
    currency: str
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    tax_rate_bps: int | None = None
    tax_inclusive: bool | None = None
