"""Carts in requests and answers."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.cart.cart import MAX_QUANTITY
from chalicelib.cart.domain import Shown
from chalicelib.catalog import Variant
from chalicelib.pricing.price import Line
from common.schemas import Body, Money


class SetItem(Body):
    quantity: Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]


class MergeCarts(Body):
    guest_access_token: Annotated[str, Meta(min_length=1, max_length=4096)]


class CartLine(msgspec.Struct, kw_only=True):
    """`available` is null while catalog is down."""

    sku: str
    product_id: str
    name: str
    options: dict[str, str]
    quantity: int
    unit_price: Money
    line_total: Money
    available: int | None
    thumb_url: str | None


class Warning(msgspec.Struct, kw_only=True):
    """Why a line can't be bought as it stands."""

    sku: str
    code: Literal["fewer_available", "out_of_stock", "no_longer_sold", "other_currency"]
    message: str


class CartView(msgspec.Struct, kw_only=True):
    """`stale`: catalog is down, so these are the prices that were last seen."""

    items: list[CartLine]
    subtotal: Money
    version: int
    stale: bool
    warnings: list[Warning]


def present(shown: Shown) -> CartView:
    cart, variants = shown.cart, shown.variants
    return CartView(
        items=[_present_line(line, (variants or {}).get(line.sku), shown) for line in cart.lines],
        subtotal=Money(sum(line.total for line in cart.lines), cart.currency),
        version=cart.version,
        stale=variants is None,
        warnings=[]
        if variants is None
        else [w for line in cart.lines if (w := _warning(line, variants.get(line.sku), cart.currency))],
    )


def _present_line(line: Line, variant: Variant | None, shown: Shown) -> CartLine:
    available = 0 if shown.variants is not None else None
    return CartLine(
        sku=line.sku,
        product_id=line.product_id,
        name=line.name,
        options=line.options,
        quantity=line.quantity,
        unit_price=Money(line.unit_price, shown.cart.currency),
        line_total=Money(line.total, shown.cart.currency),
        available=variant.available if variant else available,
        thumb_url=variant.thumb_url if variant else None,
    )


def _warning(line: Line, variant: Variant | None, currency: str) -> Warning | None:
    if variant is None:
        return Warning(sku=line.sku, code="no_longer_sold", message="This is not sold any more.")
    if variant.price.currency != currency:
        message = f"This is sold in {variant.price.currency} by now. Remove it, and buy it in an order of its own."
        return Warning(sku=line.sku, code="other_currency", message=message)
    if not variant.available:
        return Warning(sku=line.sku, code="out_of_stock", message="This is sold out.")
    if variant.available < line.quantity:
        return Warning(sku=line.sku, code="fewer_available", message=f"Only {variant.available} are left.")
    return None
