"""What a purchase costs.

Each line's discount is taken off first, then its tax is worked out, each rounded half up to the minor unit; sums are
sums of rounded parts, so they add up to the cent. Shipping is taxed like the goods, at the country's one rate.

- A percentage is rounded half up for each line.
- A fixed amount, at most the subtotal, is dealt out over the lines in proportion to their totals: each gets the whole
  part of its share, and the units that are left go to the largest remainders, the earlier line first.
- Free shipping makes shipping 0 and is no part of `discount`.
- Inclusive: prices contain the tax, `tax = amount * rate / (1 + rate)`, and the total stays. Exclusive:
  `tax = amount * rate`, on top of the total.
- The shipping rate goes by the subtotal before any discount, and by the weight of all lines.
"""

from collections.abc import Sequence
from typing import NoReturn

import msgspec

from chalicelib.discounts.discount import Discount
from chalicelib.errors import no_such_method, not_shipped_there
from chalicelib.pricing.price import Line, PricedLine, Quote
from chalicelib.pricing.rates import Rates, ShippingMethod, ShippingRate, TaxRate


def quote(
    lines: Sequence[Line],
    currency: str,
    country: str,
    method_id: str,
    rates: Rates,
    discount: Discount | None = None,
) -> Quote:
    """The price of `lines` sent to `country`; raises ValidationFailed when the method does not go there.

    Whether the discount may be used is not looked at here: see discounts.domain.
    """
    rate = rates.find_tax(country) or _unreachable()
    shipping = shipping_price(find_method(method_id, rates), country, currency, lines)
    if discount and discount.kind == "free_shipping":
        shipping = 0
    off = discounts_of([line.total for line in lines], discount)
    priced = [_priced(line, taken, rate) for line, taken in zip(lines, off, strict=True)]
    return _summed(priced, currency, shipping, rate)


def _summed(lines: list[PricedLine], currency: str, shipping: int, rate: TaxRate) -> Quote:
    subtotal, discount = sum(line.total for line in lines), sum(line.discount for line in lines)
    tax = sum(line.tax for line in lines) + tax_of(shipping, rate)
    return Quote(
        lines=lines,
        currency=currency,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        tax=tax,
        total=subtotal - discount + shipping + (0 if rate.inclusive else tax),
        tax_rate_bps=rate.rate_bps,
        tax_inclusive=rate.inclusive,
    )


def _priced(line: Line, discount: int, rate: TaxRate) -> PricedLine:
    return PricedLine(**msgspec.structs.asdict(line), discount=discount, tax=tax_of(line.total - discount, rate))


def discounts_of(totals: Sequence[int], discount: Discount | None) -> list[int]:
    """What is taken off each line; never more than it costs."""
    match discount:
        case Discount(kind="percent", value=percent):
            return [half_up(total * percent, 100) for total in totals]
        case Discount(kind="fixed", value=amount):
            return spread(min(amount, sum(totals)), totals)
    return [0] * len(totals)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """The amount dealt out in proportion to the weights, to the unit, by largest remainder."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [divmod(amount * weight, whole) for weight in weights]
    left = amount - sum(share for share, _ in shares)
    first = sorted(range(len(shares)), key=lambda place: -shares[place][1])[:left]
    return [share + (place in first) for place, (share, _) in enumerate(shares)]


def tax_of(amount: int, rate: TaxRate) -> int:
    """The tax within an amount, or on top of it; half up."""
    whole = 10_000 + rate.rate_bps if rate.inclusive else 10_000
    return half_up(amount * rate.rate_bps, whole)


def half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded half up, for numbers that are not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def check_delivery(country: str, method_id: str, rates: Rates) -> None:
    """Raise ValidationFailed now for what `quote` would refuse whatever is in the cart."""
    method = find_method(method_id, rates)
    if country not in method.countries or rates.find_tax(country) is None:
        raise not_shipped_there()


def find_method(method_id: str, rates: Rates) -> ShippingMethod:
    """Raise ValidationFailed for `shipping_method` if there is none of this id."""
    method = rates.find_method(method_id)
    if method is None:
        raise no_such_method()
    return method


def shipping_price(method: ShippingMethod, country: str, currency: str, lines: Sequence[Line]) -> int:
    """The first rate that fits; raises ValidationFailed for `shipping_method` if none does."""
    subtotal, weight = sum(line.total for line in lines), weight_of(lines)
    fitting = (rate.price.amount for rate in method.rates if _fits(rate, currency, subtotal, weight))
    price = next(fitting, None) if country in method.countries else None
    return _unreachable() if price is None else price


def _fits(rate: ShippingRate, currency: str, subtotal: int, weight: int | None) -> bool:
    light = rate.max_weight_g is None or (weight is not None and weight <= rate.max_weight_g)
    return light and rate.price.currency == currency and subtotal >= rate.min_subtotal.amount


def weight_of(lines: Sequence[Line]) -> int | None:
    """Grams; None, which fits only rates for any weight, if that of a line is not known."""
    weights = [line.weight_g * line.quantity for line in lines if line.weight_g is not None]
    return sum(weights) if len(weights) == len(lines) else None


def _unreachable() -> NoReturn:
    raise not_shipped_there()
