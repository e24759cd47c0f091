"""The events that this service publishes. It consumes `user.erased`, through a queue of its own (common/erasure.py)."""

from chalicelib.orders.order import Order, State
from common.events import Event, event

SOURCE = "orders"
_KINDS = {
    State.RESERVED: "order.placed",
    State.CONFIRMED: "order.confirmed",
    State.CANCELLED: "order.cancelled",
    State.PAYMENT_FAILED: "order.payment_failed",
}


def order_changed(before: Order | None, after: Order) -> Event | None:
    """What to tell the world of a write: the order was placed, confirmed, cancelled, or failed to be paid."""
    if (before and before.state is after.state) or after.state not in _KINDS:
        return None
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in after.lines]
    data = {"order_id": after.id, "customer_id": after.owner, "lines": lines, "total": after.total}
    return event(SOURCE, _KINDS[after.state], after.id, after.version, {**data, "currency": after.currency})
