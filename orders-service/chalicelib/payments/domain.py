"""What the payment provider tells us. Its word is only a reason to look: the provider is asked what is true."""

from typing import Any

from chalicelib.checkout.effects import World
from chalicelib.checkout.saga import drive
from chalicelib.orders.order import is_moving

IGNORED = frozenset({"payment_intent.created", "payment_intent.requires_action", "payment_intent.processing"})
"""What only repeats what we have just done ourselves."""


def hear_event(event: Any, world: World) -> None:
    """Bring the order on that the event is about; what is about none of ours is ignored."""
    order_id = order_of(event)
    if order_id:
        look_at_order(order_id, world)


def look_at_order(order_id: str, world: World) -> None:
    order = world.store.find_order(order_id)
    if order and is_moving(order):
        drive(order, world)


def order_of(event: Any) -> str | None:
    """The order that a payment belongs to, by the metadata that we gave it."""
    try:
        if event["type"] in IGNORED:
            return None
        order_id = event["data"]["object"]["metadata"]["order_id"]
    except (KeyError, TypeError):
        return None
    return order_id if isinstance(order_id, str) and order_id else None
