"""How an order stands: whether it is on its way, paid back, or still to be brought on."""

import msgspec

from chalicelib.orders.goods import counted, gone_back
from chalicelib.orders.order import ENDED, MOVING, SHOWN, Order, State

MOST_BYTES = 250_000
STANDING = frozenset({State.CONFIRMED, State.SHIPPED, State.DELIVERED})
"""Bought and paid."""


def delivered_at(order: Order) -> float | None:
    return next((change.at for change in order.history if change.status == SHOWN[State.DELIVERED]), None)


def is_on_its_way(order: Order) -> bool:
    """Whether any of it has left the house for good: then it can't be cancelled any more, only returned."""
    return order.state in (State.SHIPPED, State.DELIVERED) or (bool(order.shipments) and order.state not in ENDED)


def is_refunded(order: Order) -> bool:
    """Whether all that was paid went back, or all that was free, and nothing is on its way any more."""
    if order.state not in STANDING or is_pending(order):
        return False
    return order.given_back == order.captured if order.captured else counted(order.lines) <= gone_back(order)


def is_pending(order: Order) -> bool:
    """Whether money or goods are on their way back."""
    return any(one.is_pending for one in order.refunds) or any(not one.done for one in order.restocks)


def is_moving(order: Order) -> bool:
    """Whether something is still to be done for it, by whoever comes next."""
    if order.state in MOVING or (order.state is State.CONFIRMED and order.cancelled_by is not None):
        return True
    return is_pending(order)


def is_full(order: Order) -> bool:
    """Whether nobody may write more into it: it is one item of 400 KB at most, and what it owes must still fit in.

    Else whoever writes enough long texts could keep it from being refunded, returned or erased.
    """
    return len(msgspec.json.encode(order)) > MOST_BYTES
