"""Stripe's units of money against ours, which are ISO 4217's minor units (https://docs.stripe.com/currencies).

Most are the same. ISK and UGX have no decimals any more, and Stripe still wants two, always 00; MGA it takes without
the two that it has. What has three decimals must end in 0.
"""

from fractions import Fraction

_FACTORS = {"ISK": Fraction(100), "UGX": Fraction(100), "MGA": Fraction(1, 100)}
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def smallest(currency: str) -> int:
    """The smallest amount that can be charged or refunded: others are its multiples."""
    return 10 if currency in _THREE_DECIMALS else _FACTORS.get(currency, Fraction(1)).denominator


class NotChargeable(Exception):
    """Stripe has no way to write this amount of this currency."""


def to_stripe(amount: int, currency: str) -> int:
    theirs = amount * _FACTORS.get(currency, Fraction(1))
    if theirs.denominator != 1 or (currency in _THREE_DECIMALS and amount % 10):
        raise NotChargeable
    return int(theirs)


def from_stripe(amount: int, currency: str) -> int:
    """`currency` in either case."""
    return int(amount / _FACTORS.get(currency.upper(), Fraction(1)))
