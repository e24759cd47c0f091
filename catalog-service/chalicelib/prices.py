"""What something costs in a currency; products and the offers of SKUs carry their prices in the same way."""

from collections.abc import Mapping

import msgspec

from chalicelib import config
from common.schemas import Money


class Price(msgspec.Struct, frozen=True):
    """In whole minor units of the currency under whose code it stands."""

    amount: int
    compare_at: int | None = None


def price_in(currency: str | None, own: Money, further: Mapping[str, Price]) -> Money:
    """The price in a currency, None for the shop's own; what has no price in it is shown and sold at its own."""
    wanted = currency or config.CURRENCY
    found = further.get(wanted)
    return Money(found.amount, wanted) if found and wanted != own.currency else own
