"""The events that this service publishes. It consumes `user.erased`, through a queue of its own (common/erasure.py)."""

from collections.abc import Sequence
from typing import Any, Final

from chalicelib.orders.goods import shipped
from chalicelib.orders.order import Order, Parcel, Refund, Return, State
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

KINDS: Final = (
    *_KINDS.values(),
    "order.partially_shipped",
    "order.refunded",
    *(f"order.return_{status}" for status in ("requested", "approved", "rejected", "received")),
)
"""All of them: what a webhook endpoint may ask for."""

_ON_ITS_WAY = frozenset({State.SHIPPED, State.DELIVERED})


def order_changed(before: Order | None, after: Order) -> list[Event]:
    """What to tell the world of a write; nothing for most of a checkout's."""
    refunds = before.refunds if before else []
    returns = before.returns if before else []
    return [
        *_new_state(before, after),
        *[_refunded(after, one) for one in after.refunds if one.done and not _among(one, refunds)],
        *[_returned(after, one) for one in after.returns if not _among(one, returns)],
    ]


def _new_state(before: Order | None, after: Order) -> list[Event]:
    """The order came to another state, or a part of it was shipped."""
    parcel = after.shipments[-1] if before and len(before.shipments) < len(after.shipments) else None
    if parcel and after.state is not State.SHIPPED:
        items = _items(after, parcel.items)
        return [_event("order.partially_shipped", after, items=items, shipment_id=parcel.id)]
    if (before and before.state is after.state) or after.state not in _KINDS:
        return []
    if after.state in _ON_ITS_WAY:
        sent = shipped(after)
        items = [_item(line.sku, line.product_id, sent[line.sku]) for line in after.lines if sent[line.sku]]
        parcel_id = {"shipment_id": parcel.id} if parcel else {}
        return [_event(_KINDS[after.state], after, items=items, **parcel_id)]
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in after.lines]
    return [_event(_KINDS[after.state], after, lines=lines, total=after.total, currency=after.currency)]


def _among(one: Refund | Return, before: Sequence[Refund | Return]) -> bool:
    """Whether it had come as far before this write; the buyer's erasure only takes words out of it."""
    return any(_place(one) == _place(other) for other in before)


def _place(one: Refund | Return) -> tuple[int | str, bool | str]:
    return (one.number, one.done) if isinstance(one, Refund) else (one.id, one.status)


def _refunded(order: Order, refund: Refund) -> Event:
    """Money went back; `full` if nothing was kept from then on."""
    back = sum(one.amount for one in order.refunds if one.done and one.number <= refund.number)
    return _event(
        "order.refunded", order, refund=refund.number, amount=refund.amount, currency=order.currency,
        full=back >= order.captured, return_id=refund.return_id,
    )  # fmt: skip


def _returned(order: Order, one: Return) -> Event:
    return _event(f"order.return_{one.status}", order, return_id=one.id, items=_items(order, one.items))


def _event(kind: str, order: Order, **data: Any) -> Event:
    """`buyer` tells what stands behind `customer_id`: a customer, a guest, or nobody any more."""
    buyer = order.history[0].actor if order.email is not None else "erased"
    known = {"order_id": order.id, "customer_id": order.owner, "buyer": buyer}
    return event(SOURCE, kind, order.id, order.version, {**known, **data})


def _items(order: Order, parcels: Sequence[Parcel]) -> list[dict[str, Any]]:
    products = {line.sku: line.product_id for line in order.lines}
    return [_item(one.sku, products[one.sku], one.quantity) for one in parcels]


def _item(sku: str, product_id: str, quantity: int) -> dict[str, Any]:
    return {"sku": sku, "product_id": product_id, "quantity": quantity}
