"""What a purchase costs. Rounding: tax and discounts half up per line, so the parts add up to the cent."""

from collections.abc import Sequence
from typing import NoReturn

import msgspec

from chalicelib.errors import no_such_method, not_shipped_there
from chalicelib.pricing.price import Line, PricedLine, Quote
from chalicelib.pricing.rates import METHODS, TAXES, ShippingMethod, TaxRate
from common.problems import NotFound


def quote(lines: Sequence[Line], currency: str, country: str, method_id: str) -> Quote:
    """The price of `lines` sent to `country`; raises ValidationFailed when the method does not go there."""
    rate = TAXES.get(country) or _unreachable()
    subtotal = sum(line.total for line in lines)
    shipping = shipping_price(find_method(method_id), country, currency, subtotal)
    priced = [_priced(line, rate) for line in lines]
    tax = sum(line.tax for line in priced) + tax_of(shipping, rate)
    return Quote(
        lines=priced,
        currency=currency,
        subtotal=subtotal,
        discount=0,
        shipping=shipping,
        tax=tax,
        total=subtotal + shipping + (0 if rate.inclusive else tax),
        tax_rate_bps=rate.rate_bps,
        tax_inclusive=rate.inclusive,
    )


def _priced(line: Line, rate: TaxRate) -> PricedLine:
    return PricedLine(**msgspec.structs.asdict(line), discount=0, tax=tax_of(line.total, rate))


def tax_of(amount: int, rate: TaxRate) -> int:
    """The tax within an amount, or on top of it; half up."""
    whole = 10_000 + rate.rate_bps if rate.inclusive else 10_000
    return half_up(amount * rate.rate_bps, whole)


def half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded half up, for numbers that are not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def check_delivery(country: str, method_id: str) -> None:
    """Raise ValidationFailed now for what `quote` would refuse whatever is in the cart."""
    method = find_method(method_id)
    if country not in method.countries or country not in TAXES:
        raise not_shipped_there()


def find_method(method_id: str) -> ShippingMethod:
    """Raise ValidationFailed for `shipping_method` if there is none of this id."""
    if method_id not in METHODS:
        raise no_such_method()
    return METHODS[method_id]


def shipping_price(method: ShippingMethod, country: str, currency: str, subtotal: int) -> int:
    """The first rate that fits; raises ValidationFailed for `shipping_method` if none does."""
    fitting = (
        rate.price.amount
        for rate in method.rates
        if country in method.countries and rate.price.currency == currency and subtotal >= rate.min_subtotal.amount
    )
    price = next(fitting, None)
    return _unreachable() if price is None else price


def _unreachable() -> NoReturn:
    raise not_shipped_there()


def list_methods(country: str | None) -> list[ShippingMethod]:
    """All methods, or those that go to `country`."""
    return [method for method in METHODS.values() if country is None or country in method.countries]


def find_tax_rate(country: str) -> TaxRate:
    if country not in TAXES:
        raise NotFound
    return TAXES[country]
