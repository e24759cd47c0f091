"""A cart as the rules see it: plain values, without table or HTTP."""

import msgspec

from chalicelib.pricing.price import Line

MAX_LINES = 50
MAX_QUANTITY = 99


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """What a shopper means to buy, at the prices last seen.

    `version` never repeats: it counts the edits, from the second in which the cart was begun. `order_id` is the mark of
    the order that is buying this cart.
    """

    owner: str
    version: int = 0
    currency: str = "EUR"
    lines: list[Line] = []
    order_id: str | None = None
