"""Everything that happened to an order, oldest first, as far as people may want to know."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from chalicelib.orders.order import Order, Refund, Return
from common.clock import rfc3339
from common.schemas import Money

Kind = Literal[
    "pending", "confirmed", "shipped", "delivered", "cancelled", "payment_failed", "refunded",
    "shipment", "refund_requested", "refund_made", "refund_failed",
    "return_requested", "return_approved", "return_rejected", "return_received",
]  # fmt: skip


class Moment(msgspec.Struct, kw_only=True):
    """`kind` is the order's new status, or what else happened; `actor` is a role, or `system`.

    `shipment_id`, `refund` (its number, with `amount`) and `return_id` name what it happened to.
    """

    kind: Kind
    at: str
    actor: str
    shipment_id: str | None = None
    refund: int | None = None
    amount: Money | None = None
    return_id: str | None = None


def present_timeline(order: Order) -> list[Moment]:
    """Of what happened at the same time, its cause comes first and the order's new status last."""
    moments = [*_shipments(order), *_returns(order), *_refunds(order), *_statuses(order)]
    return [moment for _, moment in sorted(moments, key=lambda one: one[0])]


Timed = tuple[float, Moment]


def _statuses(order: Order) -> Iterator[Timed]:
    for one in order.history:
        yield _at(one.at, one.status, one.actor)


def _shipments(order: Order) -> Iterator[Timed]:
    for one in order.shipments:
        yield _at(one.at, "shipment", one.actor, shipment_id=one.id)


def _returns(order: Order) -> Iterator[Timed]:
    for one in order.returns:
        yield _at(one.at, "return_requested", one.actor, return_id=one.id)
        yield from _decision(one)
        if one.received_at is not None:
            yield _at(one.received_at, "return_received", one.received_by, return_id=one.id)


def _decision(one: Return) -> Iterator[Timed]:
    if one.decided_at is not None:
        kind = "return_rejected" if one.status == "rejected" else "return_approved"
        yield _at(one.decided_at, kind, one.decided_by, return_id=one.id)


def _refunds(order: Order) -> Iterator[Timed]:
    for one in order.refunds:
        yield _refund(order, one, one.at, "refund_requested", one.actor)
        if one.done_at is not None:
            yield _refund(order, one, one.done_at, "refund_made", "system")
        if one.failed_at is not None:
            yield _refund(order, one, one.failed_at, "refund_failed", "system")


def _refund(order: Order, one: Refund, at: float, kind: Kind, actor: str) -> Timed:
    amount = Money(one.amount, order.currency)
    return _at(at, kind, actor, refund=one.number, amount=amount, return_id=one.return_id)


def _at(
    at: float, kind: str, actor: str | None, *, shipment_id: str | None = None, refund: int | None = None,
    amount: Money | None = None, return_id: str | None = None,
) -> Timed:  # fmt: skip
    moment = Moment(
        kind=kind,  # type: ignore[arg-type]
        at=rfc3339(at),
        actor=actor or "system",
        shipment_id=shipment_id,
        refund=refund,
        amount=amount,
        return_id=return_id,
    )
    return at, moment
