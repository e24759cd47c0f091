"""Shipping and delivering orders. Each is one write of the order at its version, so none of them takes it backwards."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from chalicelib.checkout.effects import World
from chalicelib.checkout.writes import bring_to, moved
from chalicelib.errors import OrderCancelled, OrderNotConfirmed, OrderNotShipped, ShipmentExceeds, TooManyShipments
from chalicelib.keyed import Keyed
from chalicelib.orders.domain import write_once
from chalicelib.orders.goods import unshipped, withdrawn
from chalicelib.orders.order import ENDED, UNDOING, Order, Parcel, Shipment, State
from chalicelib.orders.standing import is_full
from common.problems import NotFound
from common.versions import ANY, Precondition

MAX_SHIPMENTS = 100


class Consignment(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shipped; `items` None means all that is left."""

    carrier: str
    tracking_number: str | None
    items: list[Parcel] | None


def ship_order(
    order_id: str, sent: Consignment, actor: str, keyed: Keyed, world: World, seen: Precondition = ANY
) -> tuple[Order, bool]:
    """The order with the shipment in it, and whether it had been there before under this key."""
    return write_once(order_id, keyed, partial(_with_shipment, sent=sent, actor=actor, world=world), world, seen)


def _with_shipment(order: Order, sent: Consignment, actor: str, world: World) -> Order:
    _check_shippable(order)
    if len(order.shipments) >= MAX_SHIPMENTS or is_full(order):
        raise TooManyShipments
    left = unshipped(order)
    items = _within(sent.items, left)
    known = order.email is not None  # of a buyer who was erased meanwhile nothing is written down again
    shipment = Shipment(
        id=world.new_id("shp"),
        carrier=sent.carrier if known else None,
        tracking_number=sent.tracking_number if known else None,
        items=items,
        at=world.now(),
        actor=actor,
    )
    complete = {one.sku: one.quantity for one in items} == left
    state = State.SHIPPED if complete else order.state
    return moved(order, world, actor, state=state, shipments=[*order.shipments, shipment])


def _check_shippable(order: Order) -> None:
    given_up = order.state is State.CONFIRMED and bool(withdrawn(order))  # refunded in full
    if order.cancelled_by is not None or order.state in ENDED | UNDOING or given_up:
        raise OrderCancelled
    if order.state in (State.RESERVED, State.AUTHORIZED, State.COMMITTED):
        raise OrderNotConfirmed


def _within(asked: list[Parcel] | None, left: Mapping[str, int]) -> list[Parcel]:
    """All that is left, or what was asked for, each SKU once; raises ShipmentExceeds."""
    wanted = Counter(left)
    if asked is not None:
        wanted = Counter()
        for one in asked:
            wanted[one.sku] += one.quantity
    if not wanted:
        raise ShipmentExceeds(exceeding=[])
    too_many = {sku: quantity for sku, quantity in wanted.items() if quantity > left.get(sku, 0)}
    if too_many:
        raise ShipmentExceeds(
            exceeding=[{"sku": sku, "requested": n, "left": left.get(sku, 0)} for sku, n in too_many.items()]
        )
    return [Parcel(sku, quantity) for sku, quantity in wanted.items()]


def deliver_order(order_id: str, actor: str, world: World, seen: Precondition = ANY) -> Order:
    """All of it has arrived. A repeat finds it delivered; of two that race one writes, and the other sees it."""
    order = world.store.find_order(order_id)
    if order is None:
        raise NotFound
    return bring_to(order, lambda one: one.state is State.DELIVERED, _with_arrival, world, actor=actor, seen=seen)


def _with_arrival(order: Order) -> dict[str, Any]:
    _check_shipped(order)
    return {"state": State.DELIVERED}


def _check_shipped(order: Order) -> None:
    if order.cancelled_by is not None or order.state in ENDED | UNDOING:
        raise OrderCancelled
    if order.state is not State.SHIPPED:
        raise OrderNotShipped
