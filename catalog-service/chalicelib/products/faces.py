"""What is drawn of a product in lists: its name, and its price in a currency."""

import msgspec

from chalicelib import config
from chalicelib.products.models import Product, Status
from common.schemas import Money


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn of a card."""

    slug: str
    name: str
    status: Status
    price: Money | None
    compare_at_price: Money | None
    available: bool
    thumb: str | None
    has_larger: bool = False
    names: dict[str, str] = {}


def further_currencies(product: Product) -> list[str]:
    """Those beside the shop's own in which any variant has a price."""
    found = {code for one in product.variants for code in (one.price.currency, *one.prices)}
    return sorted(found - {config.CURRENCY})


def face_of(product: Product, currency: str | None = None) -> Face:
    """At the lowest price in this currency, without one in the shop's; if nothing has such a price, in its own."""
    price, compare_at = lowest(product, currency or config.CURRENCY) or _lowest_own(product)
    return Face(
        slug=product.slug,
        name=product.name,
        status=product.status,
        price=price,
        compare_at_price=compare_at,
        available=product.in_stock,
        thumb=product.thumb,
        has_larger=product.has_larger,
        names=product.names,
    )


def lowest(product: Product, currency: str) -> tuple[Money, Money | None] | None:
    """The lowest price in a currency, with what it is compared with."""
    found = (one.cost(currency) for one in product.variants)
    return min((one for one in found if one), key=lambda one: one[0].amount, default=None)


def _lowest_own(product: Product) -> tuple[Money | None, Money | None]:
    found = min(product.variants, key=lambda one: one.price.amount, default=None)
    return (found.price, found.compare_at_price) if found else (None, None)
