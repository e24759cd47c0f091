"""Prices in answers, and what administrators set."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.pricing.price import PricedLine, Quote
from chalicelib.pricing.rates import ShippingMethod, ShippingRate, TaxRate
from common.problems import FieldError, ValidationFailed
from common.schemas import Body, Country, Money, Query, Text


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


class SetRate(Body, kw_only=True):
    """Without `min_subtotal` from nothing on, without `max_weight_g` for any weight."""

    min_subtotal: Money | None = None
    max_weight_g: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    price: Money


class SetMethod(Body, kw_only=True):
    name: Text
    countries: Annotated[list[Country], Meta(min_length=1, max_length=250)]
    rates: Annotated[list[SetRate], Meta(min_length=1, max_length=20)]


class SetTaxRate(Body, kw_only=True):
    """In hundredths of a percent; `inclusive`: the prices shown contain it."""

    rate_bps: Annotated[int, Meta(ge=0, le=10_000)]
    inclusive: bool


class TaxRates(msgspec.Struct, kw_only=True):
    """The tax rates of all countries that have one, all on one page."""

    items: list[TaxRate]
    next_cursor: None = None


def method_of(method_id: str, body: SetMethod) -> ShippingMethod:
    """Raises ValidationFailed with all that only a look at several fields shows."""
    errors = [
        FieldError(f"rates[{place}].min_subtotal", "currency_mismatch", "This must be in the currency of the price.")
        for place, rate in enumerate(body.rates)
        if rate.min_subtotal and rate.min_subtotal.currency != rate.price.currency
    ]
    errors += [
        FieldError(f"countries[{place}]", "duplicate", "This country is named twice.")
        for place, country in enumerate(body.countries)
        if country in body.countries[:place]
    ]
    if errors:
        raise ValidationFailed(errors)
    return ShippingMethod(method_id, body.name, body.countries, [_rate(rate) for rate in body.rates])


def _rate(rate: SetRate) -> ShippingRate:
    return ShippingRate(rate.min_subtotal or Money(0, rate.price.currency), rate.max_weight_g, rate.price)


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
