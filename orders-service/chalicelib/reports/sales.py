"""What orders add to the sales of a day, as the rules see it: plain values, without table or HTTP.

A fact is settled once it is there: a confirmed order's sums, and the amount of a refund that the provider made, never
change. If the bank sends a refund back, that is another fact, of another day. So each can be counted whenever it is
seen first, in any order and from any later form of its order.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec

from chalicelib.orders.order import Order
from common.clock import rfc3339


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Orders, units, and minor units of one currency; `total` is what was charged."""

    orders: int = 0
    units: int = 0
    gross: int = 0
    discounts: int = 0
    shipping: int = 0
    tax: int = 0
    total: int = 0
    refunds: int = 0


NAMES = Figures.__struct_fields__


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """`name` tells the facts of one order apart. `day` (UTC) and figures are those that it counts with."""

    order_id: str
    name: str
    day: str
    currency: str
    figures: Figures


class Sales(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold and refunded on a day in one currency."""

    day: str
    currency: str
    figures: Figures


def facts_of(order: Order) -> list[Fact]:
    """None before the order is confirmed: what is captured and refunded without that was never sold."""
    if order.confirmed_at is None:
        return []
    units = sum(line.quantity for line in order.lines)
    sale = Figures(
        orders=1, units=units, gross=order.subtotal, discounts=order.discount, shipping=order.shipping, tax=order.tax,
        total=order.total,
    )  # fmt: skip
    return [_fact(order, "sale", order.confirmed_at, sale), *_refunds(order)]


def _refunds(order: Order) -> Iterator[Fact]:
    for one in order.refunds:
        if one.done or one.done_at is not None:
            yield _fact(order, f"refund-{one.number}", one.done_at or one.at, Figures(refunds=one.amount))
        if one.done_at is not None and one.failed_at is not None:
            yield _fact(order, f"refund-{one.number}-failed", one.failed_at, Figures(refunds=-one.amount))


def _fact(order: Order, name: str, at: float, figures: Figures) -> Fact:
    return Fact(order_id=order.id, name=name, day=rfc3339(at)[:10], currency=order.currency, figures=figures)


def summed(parts: Iterable[Figures]) -> Figures:
    rows = list(parts)
    return Figures(**{name: sum(getattr(one, name) for one in rows) for name in NAMES})


def days(first: date, last: date) -> Iterator[str]:
    """Both included, as `yyyy-mm-dd`."""
    for number in range((last - first).days + 1):
        yield (first + timedelta(days=number)).isoformat()
