"""What this service holds on a person, and forgetting it."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from chalicelib.cart import domain as carts
from chalicelib.cart.cart import Cart
from chalicelib.checkout.effects import World
from chalicelib.checkout.owed import next_number
from chalicelib.checkout.saga import drive
from chalicelib.checkout.writes import move
from chalicelib.discounts import domain as discounts
from chalicelib.errors import OrderShipped, OutcomeUnknown
from chalicelib.invoices import domain as invoices
from chalicelib.orders import domain as orders
from chalicelib.orders.blanks import without_person
from chalicelib.orders.goods import parcels, unshipped
from chalicelib.orders.order import Order, Refund, Restock, State
from chalicelib.returns.share import share_of
from common import logs
from common.problems import Unavailable

MAX_RACES = 8
AT_ONCE = 50
_log = logs.logger(__name__)


def find_all(person: str, position: str | None, limit: int) -> tuple[Cart, list[Order], dict[str, list[str]]]:
    """The cart, the orders from `position` on, newest first, and the numbers of their invoices and credit notes.

    Idempotency records hold ids and hashes only.
    """
    cart, found = carts.find_cart(person), orders.list_orders(person, {}, position, limit, any_order=False)
    return cart, found, invoices.list_numbers(person, found[-1].id, found[0].id) if found else {}


def forget_person(person: str, world: Callable[[], World], until: Callable[[], bool], *, tokens_ended: bool) -> bool:
    """Take an erased person out of all orders, and the cart away; whether nothing is left to do.

    Each order has effects of its own, as in a sweep. What is done stays done, so a repeat goes on where this one failed
    or `until` said that the time was up: then it raises Unavailable.
    """
    failed = 0
    for order in _orders_of(person):
        if until():
            raise Unavailable
        failed += not _is_forgotten(order, world)
    invoices.forget_documents(person, until)  # after the orders, which later documents are made from
    if failed:
        raise Unavailable
    return carts.forget_cart(person, for_good=tokens_ended)


def _orders_of(person: str) -> Iterator[Order]:
    """Page by page. An index may be late, but not with a person who is gone: nobody is ever put back."""
    position: str | None = None
    more = True
    while more:
        page = orders.list_orders(person, {}, position, AT_ONCE, any_order=False)
        yield from (order for order in page if without_person(order))
        more = len(page) == AT_ONCE
        position = page[-1].id if more else None


def _is_forgotten(order: Order, world: Callable[[], World]) -> bool:
    try:
        discounts.forget_own_uses(order.discount_code, order.discount_use, order.owner, order.email)
        forget_buyer(order.id, world())
    except Exception:  # one order's trouble, whatever it is, must not keep the others waiting
        _log.exception("order_not_forgotten", extra={"order_id": order.id})
        return False
    return True


def forget_buyer(order_id: str, world: World) -> None:
    """End an order that is not on its way yet, as nobody is left to deliver it to; then take its buyer out.

    Of one that is partly on its way the rest stays here, and what was paid for it goes back. What is still to be done,
    by whoever comes next, needs no person: a payment goes by its id. Every write has the order's version as its
    condition, so a payment or a sweep that races with this one never puts the buyer back.
    """
    order = world.store.find_order(order_id)
    if order is None:
        return
    try:
        order = orders.cancel_order(order, "system", world)
    except OrderShipped:
        order = world.store.find_order(order_id) or order
    for _ in range(MAX_RACES):
        changes = _left_here(order, world)
        changes |= without_person(msgspec.structs.replace(order, **changes))
        if not changes:
            drive(order, world)
            return
        order = move(order, world, **changes)
    raise OutcomeUnknown


def _left_here(order: Order, world: World) -> dict[str, Any]:
    """All that will ever be shipped is shipped; what is owed for the rest is written down before it is made."""
    rest = unshipped(order)
    if order.state is not State.CONFIRMED or not order.shipments or not rest:
        return {}
    now, amount = world.now(), share_of(order, Counter(rest))
    refund = Refund(next_number(order), amount, "erased", now)
    return {
        "state": State.SHIPPED,
        "restocks": [*order.restocks, Restock(id=world.new_id("wdr"), items=parcels(rest), at=now)],
        "refunds": [*order.refunds, refund] if amount else order.refunds,
    }
