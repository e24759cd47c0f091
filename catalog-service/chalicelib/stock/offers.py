"""What is sold under a SKU."""

import msgspec

from chalicelib.prices import Price, price_in
from common.schemas import Money


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold under a SKU, kept beside its counter so that one read answers a cart or a checkout.

    `prices` are those in further currencies by code, `names` the translated ones by language tag.
    """

    product_id: str
    name: str
    options: dict[str, str]
    price: Money
    weight_g: int
    thumb: str | None
    sellable: bool
    prices: dict[str, Price] = {}
    names: dict[str, str] = {}

    def cost(self, currency: str | None) -> Money | None:
        """In the currency asked for, None if it has no price in it.

        If none is asked for, at the price that carts and pages show to somebody who asks for none.
        """
        if currency in (None, self.price.currency) or currency in self.prices:
            return price_in(currency, self.price, self.prices)
        return None
