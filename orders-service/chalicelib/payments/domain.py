"""What the payment provider tells us. Its word is only a reason to look: the provider is asked what is true."""

from collections.abc import Callable
from typing import Any

from chalicelib.checkout.effects import World
from chalicelib.checkout.saga import drive
from chalicelib.orders.order import is_moving
from common import logs

IGNORED = frozenset({"payment_intent.created", "payment_intent.requires_action", "payment_intent.processing"})
"""What only repeats what we have just done ourselves."""

ALARMING = frozenset({"refund.failed", "charge.dispute.created", "charge.dispute.closed"})
"""Money that goes another way than the order says: an operator reads the line, and reconciling tells the difference."""

FOLLOWED = ("payment_intent.", "charge.refund", "refund.", "charge.dispute.")
_log = logs.logger(__name__)


def hear_event(event: Any, world: World, order_of_payment: Callable[[str], str | None]) -> None:
    """Bring the order on that the event is about; what is about none of ours is ignored."""
    kind, about = _read(event)
    if kind in IGNORED or not kind.startswith(FOLLOWED):
        return
    order_id = order_of(about) or _order_of_payment(about, order_of_payment)
    if order_id is None:
        return
    if kind in ALARMING:
        _log.error("payment_event", extra={"kind": kind, "order_id": order_id, "status": about.get("status")})
    elif not kind.startswith("payment_intent."):
        _log.info("payment_event", extra={"kind": kind, "order_id": order_id, "status": about.get("status")})
    look_at_order(order_id, world)


def look_at_order(order_id: str, world: World) -> None:
    order = world.store.find_order(order_id)
    if order and is_moving(order):
        drive(order, world)


def order_of(about: dict[str, Any]) -> str | None:
    """The order that an object of the provider belongs to, by the metadata that we gave it."""
    metadata = about.get("metadata")
    order_id = metadata.get("order_id") if isinstance(metadata, dict) else None
    return order_id if isinstance(order_id, str) and order_id else None


def _order_of_payment(about: dict[str, Any], find: Callable[[str], str | None]) -> str | None:
    """A dispute, or a refund made by hand, has none of our metadata, and names its payment."""
    payment = about.get("payment_intent")
    return find(payment) if isinstance(payment, str) and payment else None


def _read(event: Any) -> tuple[str, dict[str, Any]]:
    """An event's kind and its object; empty for what is no event."""
    try:
        kind, about = event["type"], event["data"]["object"]
    except (KeyError, TypeError):
        return "", {}
    return (kind, about) if isinstance(kind, str) and isinstance(about, dict) else ("", {})
