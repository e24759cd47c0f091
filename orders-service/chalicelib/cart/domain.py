"""Filling a cart. Prices are catalog's, now; those in the cart are only the last ones seen."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from chalicelib.cart import models
from chalicelib.cart.cart import MAX_LINES, MAX_QUANTITY, Cart
from chalicelib.cart.models import LineRefused
from chalicelib.catalog import Variant
from chalicelib.errors import CatalogDown, CurrencyMismatch, LimitReached, SkuUnknown
from chalicelib.pricing.price import Line
from common.problems import Unavailable

MAX_RACES = 8

find_cart, ref, cart_of = models.find_cart, models.ref, models.cart_of
mark, empty_if_bought, unmark = models.mark, models.empty_if_bought, models.unmark


class Variants(Protocol):
    """Where variants are looked up: catalog-service."""

    def variants(self, skus: Sequence[str]) -> dict[str, Variant]: ...


class Shown(msgspec.Struct, frozen=True):
    """A cart with what catalog says of its lines; `variants` is None while catalog is down."""

    cart: Cart
    variants: Mapping[str, Variant] | None


def show_cart(owner: str, catalog: Variants) -> Shown:
    return shown(models.find_cart(owner), catalog)


def shown(cart: Cart, catalog: Variants) -> Shown:
    """With today's prices, or the last known ones if catalog is down."""
    try:
        variants = catalog.variants([line.sku for line in cart.lines])
    except CatalogDown:
        return Shown(cart, None)
    return Shown(priced(cart, variants), variants)


def priced(cart: Cart, variants: Mapping[str, Variant]) -> Cart:
    """What has no price in the cart's currency now keeps the last one that was seen, and can't be bought."""
    kept = {line.sku for line in cart.lines if line.sku not in variants} | strangers(cart, variants)
    lines = [line if line.sku in kept else line_of(variants[line.sku], line.quantity) for line in cart.lines]
    return msgspec.structs.replace(cart, lines=lines)


def strangers(cart: Cart, variants: Mapping[str, Variant]) -> set[str]:
    """SKUs whose price is in another currency by now: their amounts must not be read as the cart's."""
    return {
        line.sku for line in cart.lines
        if line.sku in variants and variants[line.sku].price.currency != cart.currency
    }  # fmt: skip


def set_item(owner: str, sku: str, quantity: int, catalog: Variants) -> Shown:
    """So many of a variant, new or not. Of two edits that race the later one stands.

    The first write changes a line that is there. Where there is none it is refused and tells what is in the cart, so
    that one call to catalog suffices for the new line and all others.
    """
    try:
        return shown(models.set_quantity(owner, sku, quantity), catalog)
    except LineRefused as refused:
        return _add_item(refused.cart, sku, quantity, catalog)


def _add_item(cart: Cart, sku: str, quantity: int, catalog: Variants) -> Shown:
    variants = catalog.variants([*(line.sku for line in cart.lines), sku])
    if sku not in variants:
        raise SkuUnknown
    line, currency = line_of(variants[sku], quantity), variants[sku].price.currency
    for _ in range(MAX_RACES):
        _check_room(cart, sku, currency)
        try:
            now = models.set_line(cart.owner, line, currency) if cart.lines else models.begin(cart, line, currency)
            return Shown(priced(now, variants), variants)
        except LineRefused as refused:
            cart = refused.cart
    raise Unavailable(retry_after=1)


def _check_room(cart: Cart, sku: str, currency: str) -> None:
    if cart.lines and cart.currency != currency:
        raise CurrencyMismatch
    if len(cart.lines) >= MAX_LINES and sku not in {line.sku for line in cart.lines}:
        raise LimitReached


def remove_item(owner: str, sku: str, catalog: Variants) -> Shown:
    """Removing what is not there changes nothing."""
    return shown(models.remove_line(owner, sku), catalog)


def empty_cart(owner: str) -> Shown:
    return Shown(models.empty(owner), {})


def forget_cart(owner: str, *, for_good: bool) -> bool:
    """Empty an erased person's cart, or with `for_good`, once nobody can fill it again, delete it; whether it is gone.

    An order that is buying it needs its mark and its version a while longer.
    """
    if for_good and models.delete_unmarked(owner):
        return True
    models.empty(owner)
    return False


def merge_carts(guest: str, customer: str, catalog: Variants) -> Shown:
    """Move a guest's lines into the customer's cart; called again, nothing is left to move.

    While an order is buying the guest's cart it stays where it is.
    """
    for _ in range(MAX_RACES):
        source, target = models.find_cart(guest), models.find_cart(customer)
        if not source.lines or source.order_id is not None:
            return shown(target, catalog)
        if target.lines and source.currency != target.currency:
            raise CurrencyMismatch
        if models.merge(source, target, merged(source.lines, target.lines)):
            return show_cart(customer, catalog)
    raise Unavailable(retry_after=1)


def merged(guest: Sequence[Line], customer: Sequence[Line]) -> list[Line]:
    """Quantities of one SKU add up, to 99 at most; of more than 50 lines the customer's own come first."""
    lines = {line.sku: line for line in customer}
    for line in guest:
        own = lines[line.sku].quantity if line.sku in lines else 0
        lines[line.sku] = msgspec.structs.replace(line, quantity=min(MAX_QUANTITY, own + line.quantity))
    return list(lines.values())[:MAX_LINES]


def line_of(variant: Variant, quantity: int) -> Line:
    return Line(
        sku=variant.sku,
        product_id=variant.product_id,
        name=variant.name,
        options=variant.options,
        quantity=quantity,
        unit_price=variant.price.amount,
        weight_g=variant.weight_g,
    )
