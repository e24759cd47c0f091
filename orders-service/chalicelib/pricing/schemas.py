"""Prices in answers."""

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.pricing.price import PricedLine, Quote
from chalicelib.pricing.rates import ShippingMethod
from common.schemas import Country, Money, Query


class QuoteLine(msgspec.Struct, kw_only=True):
    """One line of a quote or an order."""

    sku: str
    product_id: str
    name: str
    options: dict[str, str]
    quantity: int
    unit_price: Money
    line_total: Money
    discount: Money
    tax: Money


class QuoteView(msgspec.Struct, kw_only=True):
    """A price with all its parts."""

    items: list[QuoteLine]
    currency: str
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money


class ShippingMethods(msgspec.Struct, kw_only=True):
    """The shipping methods of a country, all on one page."""

    items: list[ShippingMethod]
    next_cursor: None = None


class ByCountry(Query):
    """`?country=DE`"""

    country: Country | UnsetType = UNSET


def present(quote: Quote) -> QuoteView:
    return QuoteView(
        items=present_lines(quote.lines, quote.currency),
        currency=quote.currency,
        subtotal=Money(quote.subtotal, quote.currency),
        discount=Money(quote.discount, quote.currency),
        shipping=Money(quote.shipping, quote.currency),
        tax=Money(quote.tax, quote.currency),
        total=Money(quote.total, quote.currency),
    )


def present_lines(lines: list[PricedLine], currency: str) -> list[QuoteLine]:
    return [
        QuoteLine(
            sku=line.sku,
            product_id=line.product_id,
            name=line.name,
            options=line.options,
            quantity=line.quantity,
            unit_price=Money(line.unit_price, currency),
            line_total=Money(line.total, currency),
            discount=Money(line.discount, currency),
            tax=Money(line.tax, currency),
        )
        for line in lines
    ]
