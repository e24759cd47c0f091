"""Returns: asked for, approved or rejected, received.

Each step is one write of the order at its version, so a repeat finds it done and of two that race one looks again.
Receiving writes down in one go what is owed, a refund and a restock, each under an id of its own; see checkout/owed.py.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from chalicelib.checkout.effects import World
from chalicelib.checkout.owed import next_number
from chalicelib.checkout.saga import drive
from chalicelib.checkout.writes import bring_to
from chalicelib.errors import (
    OrderCancelled,
    OrderNotDelivered,
    ReturnApproved,
    ReturnExceeds,
    ReturnNotApproved,
    ReturnRejected,
    ReturnTooLate,
    TooManyReturns,
)
from chalicelib.orders.goods import counted, parcels, shipped
from chalicelib.orders.order import ENDED, UNDOING, Order, Parcel, Refund, Restock, Return, State
from chalicelib.orders.standing import delivered_at, is_full
from chalicelib.returns.share import share_of
from common.problems import NotFound
from common.versions import ANY, Precondition

RETURN_SECONDS = 30 * 24 * 3600
MAX_RETURNS = 100


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to come back; `any_time` also when the buyer could not ask for it any more."""

    items: list[Parcel]
    reason: str | None
    actor: str
    any_time: bool


def request_return(order: Order, wish: Wish, world: World, seen: Precondition = ANY) -> Order:
    """Write the request down; of a race's loser the rules are asked again."""
    return_id = world.new_id("ret")

    def is_asked(order: Order) -> bool:
        return any(one.id == return_id for one in order.returns)  # then the reply to our own write was lost

    def asked(order: Order) -> dict[str, Any]:
        _check_returnable(order, wish, world)
        return {"returns": [*order.returns, _requested(return_id, order, wish, world)]}

    return bring_to(order, is_asked, asked, world, actor=wish.actor, seen=seen)


def _check_returnable(order: Order, wish: Wish, world: World) -> None:
    if order.state in ENDED | UNDOING:
        raise OrderCancelled
    delivered = delivered_at(order)
    if order.state is not State.DELIVERED or delivered is None:
        raise OrderNotDelivered
    if not wish.any_time and world.now() > delivered + RETURN_SECONDS:
        raise ReturnTooLate
    if len(order.returns) >= MAX_RETURNS or is_full(order):
        raise TooManyReturns
    _check_quantities(order, wish)


def _check_quantities(order: Order, wish: Wish) -> None:
    coming = counted(one for back in order.returns if back.status != "rejected" for one in back.items)
    left = shipped(order) - coming
    exceeding = [
        {"sku": sku, "requested": quantity, "left": left[sku]}
        for sku, quantity in counted(wish.items).items()
        if quantity > left[sku]
    ]
    if exceeding:
        raise ReturnExceeds(exceeding=exceeding)


def _requested(return_id: str, order: Order, wish: Wish, world: World) -> Return:
    return Return(
        id=return_id,
        items=parcels(counted(wish.items)),
        reason=wish.reason if order.email is not None else None,  # nothing is written down again of who was erased
        status="requested",
        at=world.now(),
        actor=wish.actor,
    )


def approve_return(order_id: str, return_id: str, actor: str, world: World, seen: Precondition = ANY) -> Order:
    def approved(order: Order) -> dict[str, Any]:
        one = _find(order, return_id)
        if one.status == "rejected":
            raise ReturnRejected
        return _decided(order, one, "approved", actor, world)

    is_approved = _has_become(return_id, "approved", "received")
    return bring_to(_stored(order_id, world), is_approved, approved, world, actor=actor, seen=seen)


def reject_return(order_id: str, return_id: str, actor: str, world: World, seen: Precondition = ANY) -> Order:
    def rejected(order: Order) -> dict[str, Any]:
        one = _find(order, return_id)
        if one.status in ("approved", "received"):
            raise ReturnApproved
        return _decided(order, one, "rejected", actor, world)

    is_rejected = _has_become(return_id, "rejected")
    return bring_to(_stored(order_id, world), is_rejected, rejected, world, actor=actor, seen=seen)


def receive_return(order_id: str, return_id: str, actor: str, world: World, seen: Precondition = ANY) -> Order:
    """What is owed for it is made now as far as the others answer, and else by the sweeper."""

    def received(order: Order) -> dict[str, Any]:
        one = _find(order, return_id)
        if one.status == "rejected":
            raise ReturnRejected
        if one.status == "requested":
            raise ReturnNotApproved
        return _received(order, one, actor, world)

    is_received = _has_become(return_id, "received")
    return drive(bring_to(_stored(order_id, world), is_received, received, world, actor=actor, seen=seen), world)


def _has_become(return_id: str, *statuses: str) -> Callable[[Order], bool]:
    return lambda order: _find(order, return_id).status in statuses


def _stored(order_id: str, world: World) -> Order:
    order = world.store.find_order(order_id)
    if order is None:
        raise NotFound
    return order


def _find(order: Order, return_id: str) -> Return:
    found = next((one for one in order.returns if one.id == return_id), None)
    if found is None:
        raise NotFound
    return found


def _decided(order: Order, one: Return, status: str, actor: str, world: World) -> dict[str, Any]:
    return _with(order, one, status=status, decided_at=world.now(), decided_by=actor)


def _received(order: Order, one: Return, actor: str, world: World) -> dict[str, Any]:
    now, amount = world.now(), share_of(order, counted(one.items))
    number = next_number(order) if amount else None
    changes = _with(order, one, status="received", received_at=now, received_by=actor, refund=number)
    changes["restocks"] = [*order.restocks, Restock(id=one.id, items=one.items, at=now, returned=True)]
    if number:
        refund = Refund(number, amount, "returned", now, actor=actor, return_id=one.id)
        changes["refunds"] = [*order.refunds, refund]
    return changes


def _with(order: Order, one: Return, **changes: object) -> dict[str, Any]:
    return {"returns": [msgspec.structs.replace(one, **changes) if it is one else it for it in order.returns]}
