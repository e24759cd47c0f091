"""Request and response types of reservations."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.reservations.models import State
from common.schemas import Body, Code, Currency, Id, Money


class Wanted(Body):
    sku: Code
    quantity: Annotated[int, Meta(ge=1, le=999)]


Items = Annotated[list[Wanted], Meta(min_length=1, max_length=50)]


class Reserve(Body):
    """Without a currency each line has its product's own."""

    items: Items
    ttl_seconds: Annotated[int, Meta(ge=1, le=3600)]
    currency: Currency | None = None


class ReturnItems(Body):
    return_id: Id
    items: Items


class ReservedItem(Struct, kw_only=True):
    """`weight_g` is that of one unit; null if it was not kept, in reservations of long ago."""

    sku: str
    product_id: str
    name: str
    quantity: int
    unit_price: Money
    weight_g: int | None
    thumb_url: str | None


class ReturnedItem(Struct, frozen=True):
    sku: str
    quantity: int


class ReturnView(Struct, kw_only=True):
    return_id: str
    items: list[ReturnedItem]


class ReservationView(Struct, kw_only=True):
    id: str
    state: State
    expires_at: str | None
    items: list[ReservedItem]
    returns: list[ReturnView] = []


def summed(items: list[Wanted]) -> dict[str, int]:
    """Quantity by SKU: a SKU that is named twice is wanted as often as both say."""
    total: dict[str, int] = {}
    for item in items:
        total[item.sku] = total.get(item.sku, 0) + item.quantity
    return total
