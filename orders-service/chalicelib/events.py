"""The events that this service publishes. It consumes `user.erased`, through a queue of its own (common/erasure.py)."""

from typing import Any

from chalicelib.orders.order import Order, Shipment, State
from common.events import Event, event

SOURCE = "orders"
_KINDS = {
    State.RESERVED: "order.placed",
    State.CONFIRMED: "order.confirmed",
    State.SHIPPED: "order.shipped",
    State.DELIVERED: "order.delivered",
    State.CANCELLED: "order.cancelled",
    State.PAYMENT_FAILED: "order.payment_failed",
}


_ON_ITS_WAY = frozenset({State.SHIPPED, State.DELIVERED})


def order_changed(before: Order | None, after: Order) -> Event | None:
    """What to tell the world of a write: the order came to another state, or a part of it was shipped."""
    if before and len(before.shipments) < len(after.shipments) and after.state is not State.SHIPPED:
        return _event("order.partially_shipped", after, items=_shipped(after, after.shipments[-1]))
    if (before and before.state is after.state) or after.state not in _KINDS:
        return None
    if after.state in _ON_ITS_WAY:
        items = [_item(line.sku, line.product_id, line.quantity) for line in after.lines]
        return _event(_KINDS[after.state], after, items=items)
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in after.lines]
    return _event(_KINDS[after.state], after, lines=lines, total=after.total, currency=after.currency)


def _event(kind: str, order: Order, **data: Any) -> Event:
    """`buyer` tells what stands behind `customer_id`: a customer, a guest, or nobody any more."""
    buyer = order.history[0].actor if order.email is not None else "erased"
    known = {"order_id": order.id, "customer_id": order.owner, "buyer": buyer}
    return event(SOURCE, kind, order.id, order.version, {**known, **data})


def _shipped(order: Order, shipment: Shipment) -> list[dict[str, Any]]:
    products = {line.sku: line.product_id for line in order.lines}
    return [_item(one.sku, products[one.sku], one.quantity) for one in shipment.items]


def _item(sku: str, product_id: str, quantity: int) -> dict[str, Any]:
    return {"sku": sku, "product_id": product_id, "quantity": quantity}
