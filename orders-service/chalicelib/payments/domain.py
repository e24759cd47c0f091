"""What the payment provider tells us. Its word is only a reason to look: the provider is asked what is true."""

from collections.abc import Callable
from typing import Any

from chalicelib.checkout.effects import World
from chalicelib.checkout.owed import sent_back
from chalicelib.checkout.saga import drive
from chalicelib.checkout.writes import bring_to
from chalicelib.orders.order import Order
from chalicelib.orders.standing import is_moving
from chalicelib.payments.ledger import Ledger
from chalicelib.payments.provider import NOT_MADE
from common import logs

IGNORED = frozenset({"payment_intent.created", "payment_intent.requires_action", "payment_intent.processing"})
"""What only repeats what we have just done ourselves."""

ALARMING = frozenset({"refund.failed", "charge.dispute.created", "charge.dispute.closed"})
"""Money that goes another way than the order says: an operator reads the line, and reconciling tells the difference."""

FOLLOWED = ("payment_intent.", "charge.refund", "refund.", "charge.dispute.")
_log = logs.logger(__name__)


def hear_event(event: Any, world: World, ledger: Ledger) -> None:
    """Bring the order on that the event is about; what is about none of ours is ignored."""
    kind, about = _read(event)
    if kind in IGNORED or not kind.startswith(FOLLOWED):
        return
    order_id = order_of(about) or _order_of_payment(about, ledger.order_of)
    if order_id is None:
        return
    if kind in ALARMING:
        _log.error("payment_event", extra={"kind": kind, "order_id": order_id, "status": about.get("status")})
    elif not kind.startswith("payment_intent."):
        _log.info("payment_event", extra={"kind": kind, "order_id": order_id, "status": about.get("status")})
    order = look_at_order(order_id, world)
    if order and about.get("status") in NOT_MADE and "refund" in kind:
        look_at_refunds(order, world, ledger)


def look_at_order(order_id: str, world: World) -> Order | None:
    order = world.store.find_order(order_id)
    return drive(order, world) if order and is_moving(order) else order


def look_at_refunds(order: Order, world: World, ledger: Ledger) -> None:
    """A refund may come back weeks after it was made, when reconciling does not look that far back any more.

    One write at the order's version: a repeat finds nothing left to note, and who loses a race looks again.
    """
    if order.payment_id is None or not any(one.done for one in order.refunds):
        return
    entries = ledger.refunds_of(order.payment_id)
    made = {one.number for one in entries if one.made}
    failed = {one.number for one in entries} - made

    def unnoted(order: Order) -> set[int]:
        return {one.number for one in order.refunds if one.done and one.number in failed}

    bring_to(order, lambda one: not unnoted(one), lambda one: sent_back(one, unnoted(one), world), world)


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
