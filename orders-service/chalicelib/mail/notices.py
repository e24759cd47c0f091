"""Which events lead to which mail, and what about the order it tells.

Events come late, twice and out of order, so a mail tells what its event tells, by the order as it stands now: a parcel
by its id, a refund by its number. What is no longer so is not told any more. docs/mails.md has all this as a table.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from chalicelib.mail import facts
from chalicelib.orders.goods import counted, parcels, withdrawn
from chalicelib.orders.order import Order, Refund, Return, Shipment, State
from common.events import Event
from common.mail import one_line


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to write. `about` names what it tells, once for each order; `page` is where in the shop it leads."""

    kind: str
    about: str
    page: str
    facts: dict[str, Any] = {}


def notice_of(event: Event, order: Order) -> Notice | None:
    """None if there is nothing to tell the buyer, or no buyer any more."""
    return NOTICES[event.type](order, event.data) if order.email is not None else None


def _confirmed(order: Order, _: Mapping[str, Any]) -> Notice | None:
    """Not once it is cancelled, or going to be: that is what the buyer hears of then."""
    if order.cancelled_by is not None or order.state is State.CANCELLED:
        return None
    return _about_order("order_confirmed", "confirmed", order)


def _shipped(order: Order, data: Mapping[str, Any]) -> Notice | None:
    """Of an order whose last open part was refunded nothing more is sent; then there is no parcel to tell of."""
    if "shipment_id" not in data:
        return None
    sent = [one.id for one in order.shipments]
    place = sent.index(data["shipment_id"])
    this, rest = order.shipments[place], _still_to_come(order, order.shipments[: place + 1])
    portion = "A part of your order" if rest else "The rest of your order" if place else "Your order"
    return _about_order(
        "order_shipped", f"shipment#{this.id}", order, portion=portion, carrier=one_line(this.carrier or ""),
        tracking=one_line(this.tracking_number or ""), parcel=facts.goods(order, this.items),
        rest=facts.goods(order, parcels(rest)),
    )  # fmt: skip


def _still_to_come(order: Order, sent: list[Shipment]) -> dict[str, int]:
    """After these parcels; what was refunded unsent does not come."""
    gone = counted(parcel for one in sent for parcel in one.items) + withdrawn(order)
    left = {sku: quantity - gone[sku] for sku, quantity in counted(order.lines).items()}
    return {sku: quantity for sku, quantity in left.items() if quantity > 0}


def _refunded(order: Order, data: Mapping[str, Any]) -> Notice | None:
    """Money that went back as the order was cancelled is in the mail that tells of that."""
    refund = next(one for one in order.refunds if one.number == data["refund"])
    if _ended_it(order, refund):
        return None
    came_back = [one for one in order.returns if one.id == refund.return_id]
    return _about_order(
        "order_refunded", f"refund#{refund.number}", order, amount=facts.money(refund.amount, order), full=data["full"],
        unsent=data["full"] and bool(withdrawn(order)),
        returned=[line for one in came_back for line in facts.goods(order, one.items)],
    )  # fmt: skip


def _cancelled(order: Order, _: Mapping[str, Any]) -> Notice | None:
    """A buyer who gave up before paying saw that, and may have bought by another order since: no mail then.

    "system" is who cancels for a person that is being erased, who hears of that from users-service.
    """
    if order.cancelled_by == "system":
        return None
    if order.cancelled_by is None:
        return _in_the_cart("order_not_completed", "cancelled", order)
    as_asked = order.cancelled_by == facts.buyer(order)
    if as_asked and order.confirmed_at is None and not order.captured:
        return None
    return _about_order("order_cancelled", "cancelled", order, as_asked=as_asked, **_money_back(order))


def _payment_failed(order: Order, _: Mapping[str, Any]) -> Notice | None:
    return _in_the_cart("payment_failed", "payment_failed", order)


def _approved(order: Order, data: Mapping[str, Any]) -> Notice | None:
    """Not once it has arrived."""
    return _decided("return_approved", "approved", order, data)


def _rejected(order: Order, data: Mapping[str, Any]) -> Notice | None:
    return _decided("return_rejected", "rejected", order, data)


def _decided(kind: str, status: str, order: Order, data: Mapping[str, Any]) -> Notice | None:
    this: Return = next(one for one in order.returns if one.id == data["return_id"])
    if this.status != status:
        return None
    return _about_order(kind, f"{status}#{this.id}", order, returned=facts.goods(order, this.items))


def _in_the_cart(kind: str, about: str, order: Order) -> Notice:
    return Notice(kind=kind, about=about, page="/cart", facts=_money_back(order))


def _about_order(kind: str, about: str, order: Order, **more: Any) -> Notice:
    return Notice(kind=kind, about=about, page=f"/order/{order.id}", facts=more)


def _money_back(order: Order) -> dict[str, Any]:
    """What went back as the order ended, and whether something could not."""
    back = sum(one.amount for one in order.refunds if one.done and _ended_it(order, one))
    return {
        "amount": facts.money(back, order) if back else "",
        "nothing_taken": not order.captured and order.total > 0,
        "still_ours": order.captured > order.given_back,
    }


def _ended_it(order: Order, refund: Refund) -> bool:
    """Whether it was made with the order's end, not by hand before or after, whatever reason was typed for that."""
    ends = [one.at for one in order.history if one.status in ("cancelled", "payment_failed")]
    return refund.reason == "cancelled" and bool(ends) and refund.at <= ends[0]


NOTICES: Mapping[str, Callable[[Order, Mapping[str, Any]], Notice | None]] = {
    "order.confirmed": _confirmed,
    "order.partially_shipped": _shipped,
    "order.shipped": _shipped,
    "order.refunded": _refunded,
    "order.cancelled": _cancelled,
    "order.payment_failed": _payment_failed,
    "order.return_approved": _approved,
    "order.return_rejected": _rejected,
}
"""The event types of the queue's rule in resources.json."""
