"""What must agree: an order, the provider's payments and refunds for it, and its reservation. Plain values only."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from chalicelib.catalog import Reserved
from chalicelib.checkout.effects import PaymentStatus
from chalicelib.orders.goods import all_of, counted
from chalicelib.orders.order import ENDED, Order, Refund, State
from chalicelib.orders.standing import is_moving
from chalicelib.payments.ledger import PaymentEntry, RefundEntry

UNPAID = frozenset({State.CANCELLED, State.PAYMENT_FAILED})
BEFORE_CONFIRMED = frozenset({State.RESERVED, State.AUTHORIZED, State.COMMITTED})
SETTLED = frozenset({PaymentStatus.CAPTURED, PaymentStatus.VOIDED})


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """`mend` names what the rules allow to do about it (mending.py); None: a person has to look."""

    kind: str
    order_id: str | None
    facts: dict[str, Any]
    mend: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one order."""

    order: Order
    payments: list[PaymentEntry]
    refunds: list[RefundEntry] = []
    reserved: Reserved | None = None


def without_order(payments: Sequence[PaymentEntry]) -> Iterator[Difference]:
    """Payments for orders that do not exist; one that names none may be somebody else's, so nothing is done to it."""
    for one in payments:
        facts = {"payment": one.id, "status": one.status.value, "amount": one.amount, "currency": one.currency}
        if one.captured > one.refunded:
            yield Difference(kind="captured_without_order", order_id=one.order_id, facts=facts)
        elif one.status not in SETTLED:
            ours = (one.order_id or "").startswith("ord_")
            mend = "void" if ours else None
            yield Difference(kind="payment_without_order", order_id=one.order_id, facts=facts, mend=mend)


def compare(facts: Facts) -> Iterator[Difference]:
    """An order that should have come to rest long ago is brought on first; what differs then, the next look finds."""
    order = facts.order
    payment = next((one for one in facts.payments if one.id == order.payment_id), None)
    if is_moving(order):
        yield _stuck(order, payment)
        return
    yield from _other_payments(facts)
    if payment:
        yield from _money(order, payment, facts.refunds)
    elif order.payment_id or order.captured:
        yield _of(order, "payment_missing", payment=order.payment_id)
    yield from _stock(order, facts.reserved)


def _of(order: Order, kind: str, mend: str | None = None, **facts: Any) -> Difference:
    return Difference(kind=kind, order_id=order.id, facts={"state": order.state, **facts}, mend=mend)


def _stuck(order: Order, payment: PaymentEntry | None) -> Difference:
    captured = payment is not None and payment.status is PaymentStatus.CAPTURED
    kind = "captured_not_confirmed" if captured and order.state in BEFORE_CONFIRMED else "stuck"
    return _of(order, kind, "drive", payment=order.payment_id)


def _other_payments(facts: Facts) -> Iterator[Difference]:
    """Only the payment whose id is on the order is ever confirmed: another one was made before a crash."""
    for one in facts.payments:
        if one.id == facts.order.payment_id:
            continue
        if one.captured > one.refunded:
            yield _of(facts.order, "second_payment_captured", payment=one.id, amount=one.captured)
        elif one.status not in SETTLED:
            yield _of(facts.order, "second_payment", "void", payment=one.id)


def _money(order: Order, payment: PaymentEntry, refunds: Sequence[RefundEntry]) -> Iterator[Difference]:
    kept = payment.captured - payment.refunded
    if order.state in UNPAID and not order.captured and kept:
        yield _of(order, "captured_for_ended_order", "refund", payment=payment.id, amount=kept)
        return
    if order.state in UNPAID and payment.status not in SETTLED:
        yield _of(order, "open_for_ended_order", "void", payment=payment.id, status=payment.status.value)
        return
    if order.captured != payment.captured or (payment.captured and order.currency != payment.currency):
        yield _of(
            order, "amount_differs", payment=payment.id, status=payment.status.value,
            order_says=[order.captured, order.currency], provider_says=[payment.captured, payment.currency],
        )  # fmt: skip
        return
    yield from _refunds(order, refunds)
    if order.state in ENDED and order.refundable:
        mend = "refund" if order.state in UNPAID and _is_owed(order) else None
        yield _of(order, "kept_for_ended_order", mend, amount=order.refundable)


def _is_owed(order: Order) -> bool:
    """Whether a refund of what is kept was never tried: one that the provider refused is for a person."""
    return all(one.failed_at is None for one in order.refunds)


def _refunds(order: Order, entries: Sequence[RefundEntry]) -> Iterator[Difference]:
    made = {one.number: one for one in entries if one.made and one.number is not None}
    done = {one.number: one for one in order.refunds if one.done}
    unknown = [one for one in entries if one.made and one.number not in done]
    for number, refund in done.items():
        entry = made.get(number) or _taken(unknown, refund.amount)
        if entry is None:
            yield _lost(order, refund, entries)
        elif entry.amount != refund.amount:
            yield _of(order, "refund_differs", refund=number, order_amount=refund.amount, amount=entry.amount)
    for one in unknown:
        yield _of(order, "refund_unknown_to_order", "adopt", provider_refund=one.id, amount=one.amount)
    for one in entries:
        if one.made and one.number in done and made[one.number] is not one:
            yield _of(order, "refund_made_twice", refund=one.number, provider_refund=one.id, amount=one.amount)


def _taken(unknown: list[RefundEntry], amount: int) -> RefundEntry | None:
    """One that was made without its number, if there is one of this amount."""
    found = next((one for one in unknown if one.number is None and one.amount == amount), None)
    if found:
        unknown.remove(found)
    return found


def _lost(order: Order, refund: Refund, entries: Sequence[RefundEntry]) -> Difference:
    failed = any(one.number == refund.number and not one.made for one in entries)
    if failed:
        return _of(order, "refund_failed", "mark_failed", refund=refund.number, amount=refund.amount)
    return _of(order, "refund_missing", "repay", refund=refund.number, amount=refund.amount)


def _stock(order: Order, reserved: Reserved | None) -> Iterator[Difference]:
    if order.state in UNPAID:
        yield from _stock_of_ended(order, reserved)
    elif reserved is None or reserved.state not in ("held", "sold"):
        yield _of(order, "confirmed_without_stock", reservation=reserved.state if reserved else None)
    elif reserved.state == "held":
        yield _of(order, "held_for_confirmed_order", "commit")
    elif Counter(reserved.items) != counted(order.lines):
        yield _of(order, "items_differ", reserved=reserved.items)
    else:
        yield from _returns(order, reserved)


def _stock_of_ended(order: Order, reserved: Reserved | None) -> Iterator[Difference]:
    if reserved is None or reserved.state not in ("held", "sold"):
        return
    if reserved.state == "held":
        yield _of(order, "held_for_ended_order", "release")
        return
    left = Counter(reserved.items) - _came_back(reserved)
    if left:
        whole = left == counted(all_of(order))
        yield _of(order, "sold_for_ended_order", "give_all_back" if whole else None, left=dict(left))


def _returns(order: Order, reserved: Reserved) -> Iterator[Difference]:
    known = {one.id: one for one in order.restocks}
    for restock in order.restocks:
        back = reserved.returns.get(restock.id)
        if back is None:
            yield _of(order, "restock_missing", "put_back", restock=restock.id)
        elif Counter(back) != counted(restock.items):
            yield _of(order, "restock_differs", restock=restock.id)
    for return_id in reserved.returns.keys() - known.keys():
        yield _of(order, "return_unknown_to_order", restock=return_id)


def _came_back(reserved: Reserved) -> Counter[str]:
    found = Counter[str]()
    for one in reserved.returns.values():
        found.update(one)
    return found
