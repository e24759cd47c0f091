"""The life of an order from placed to paid or undone, one state a step.

The request, its replay, the payment webhook and the sweeper all drive these same steps, at any time and at once.
That is safe because every effect can be repeated, and because every write carries a condition on the order's version:
of two that race one goes on from what the other wrote. Rows are those of docs/checkout.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.checkout.effects import Basket, Payment, PaymentStatus, World
from chalicelib.checkout.owed import give_all_back, pay_back, put_back, repay, with_refund
from chalicelib.checkout.writes import move, settle, undo_as
from chalicelib.errors import CatalogDown, CurrencyMismatch, HoldClosed, OutcomeUnknown, OutOfStock, ProviderDown
from chalicelib.orders.order import Order, State

HOLD_SECONDS = 900
WAIT_SECONDS = 45  # less than the sweeper's minute: an order that waits for its buyer is looked at every time
MAX_STEPS = 16


@dataclass(frozen=True)
class Pause:
    """Nothing more can be done for this order now."""

    order: Order


Step = Callable[[Order, World], Order | Pause]


def drive(order: Order, world: World) -> Order:
    """Take an order as far as it goes now; when somebody else is down, as far as it went."""
    for _ in range(MAX_STEPS):
        try:
            after = STEPS[order.state](order, world)
        except (CatalogDown, ProviderDown, OutcomeUnknown):
            return as_stored(order, world)
        if isinstance(after, Pause):
            return after.order
        order = after
    return order


def as_stored(order: Order, world: World) -> Order:
    """Where an order stopped for lack of an answer; somebody else may have gone on. The sweeper will."""
    try:
        return world.store.find_order(order.id) or order
    except OutcomeUnknown:
        return order


def pay(order: Order, world: World) -> Order | Pause:
    """RESERVED: find out whether the money is ours to take."""
    if not order.total:
        return move(order, world, state=State.AUTHORIZED)
    if order.payment_id is not None:
        return authorize(order, order.payment_id, world)
    if world.now() >= order.pay_by:  # whoever is down: without an id on the order nothing can have been charged
        return undo_as(State.CANCELLED, order, world)
    return start_payment(order, world)


def start_payment(order: Order, world: World) -> Order | Pause:
    """Rows 3 and 4. The id is on the order by a write of its own before anything can be charged."""
    try:
        payment = world.provider.create(order)
    except ProviderDown:
        return wait_for_provider(order, world)
    if payment.status is PaymentStatus.DECLINED:
        return undo_as(State.PAYMENT_FAILED, order, world, payment_id=payment.id or None)
    return hold_on(order, world, payment_id=payment.id, waiting=False)


def wait_for_provider(order: Order, world: World) -> Pause:
    """The provider has as long to come back as a buyer has at the bank, from its first silence on; then it ends.

    `waiting` says that the hold was extended for that. A crash before the write extends it once more.
    """
    return Pause(order if order.waiting else hold_on(order, world, waiting=True))


def hold_on(order: Order, world: World, **changes: Any) -> Order:
    """Extend the hold, and write its end down with what else is known by now."""
    try:
        held = world.stock.hold(order.id, order.lines, HOLD_SECONDS, order.currency)
    except (HoldClosed, OutOfStock, CurrencyMismatch):
        return undo_as(State.CANCELLED, order, world, **changes)
    return move(order, world, pay_by=max(order.pay_by, held.expires_at), **changes)


def authorize(order: Order, payment_id: str, world: World) -> Order | Pause:
    """Row 5. Only an unconfirmed payment is confirmed: a second try at a declined one could succeed unseen."""
    payment = world.provider.find(payment_id)
    if payment.status is PaymentStatus.UNCONFIRMED and world.now() < order.pay_by:
        payment = world.provider.confirm(order)
    match payment.status:
        case PaymentStatus.AUTHORIZED if payment.authorized == order.total:
            return move(order, world, state=State.AUTHORIZED, waiting=False, next_action=None)
        case PaymentStatus.CAPTURED:
            return move(order, world, state=State.AUTHORIZED)
        case PaymentStatus.UNCONFIRMED | PaymentStatus.ACTION_REQUIRED | PaymentStatus.PROCESSING:
            return wait(order, payment, world)
        case _:
            return undo_as(State.PAYMENT_FAILED, order, world)


def wait(order: Order, payment: Payment, world: World) -> Order | Pause:
    """The buyer or the bank has until the hold's end. Due again soon, since a webhook can be lost."""
    if world.now() >= order.pay_by:
        return undo_as(State.CANCELLED, order, world)
    if order.waiting and order.next_action == payment.next_action:
        return Pause(order)
    due = world.now() + WAIT_SECONDS
    return Pause(move(order, world, waiting=True, next_action=payment.next_action, due=due))


def sell(order: Order, world: World) -> Order:
    """AUTHORIZED, rows 6 and 7: the stock is sold before any money is taken."""
    if world.stock.commit(order.id):
        return move(order, world, state=State.COMMITTED)
    return undo_as(State.CANCELLED, order, world)


def capture(order: Order, world: World) -> Order:
    """COMMITTED, rows 8 and 9."""
    if order.total and world.provider.capture(order).status is not PaymentStatus.CAPTURED:
        return undo_as(State.CANCELLED if order.cancelled_by else State.PAYMENT_FAILED, order, world)
    return settle(
        order, world, (Basket.EMPTY, Basket.UNMARK), state=State.CONFIRMED, captured=order.total,
        confirmed_at=world.now(),
    )  # fmt: skip


def stand(order: Order, world: World) -> Order | Pause:
    """CONFIRMED or later: pay back what is owed, then restock; then cancel, if that was asked meanwhile."""
    for refund in order.refunds:
        if refund.is_pending:
            return repay(order, refund, world)
    for restock in order.restocks:
        if not restock.done:
            return put_back(order, restock, world)
    if order.state is State.CONFIRMED and order.cancelled_by is not None:
        return move(order, world, state=State.REFUNDING, refunds=with_refund(order, world))
    return Pause(order)


def undo(order: Order, world: World) -> Order | Pause:
    """CANCELLING, row 11: money first, then stock, then the cart with the final state. Each part can be run again."""
    if order.payment_id is not None:
        payment = world.provider.void(order)
        if payment.status is PaymentStatus.CAPTURED and not order.refunds:
            return move(order, world, captured=order.total, refunds=with_refund(order, world))
        if payment.status not in (PaymentStatus.CAPTURED, PaymentStatus.VOIDED):
            return Pause(order)  # it can't be voided yet
    refunds = pay_back(order, world)
    if not world.stock.release(order.id):
        give_all_back(order, world)
    return settle(order, world, (Basket.UNMARK,), state=order.end or State.CANCELLED, refunds=refunds)


def refund(order: Order, world: World) -> Order:
    """REFUNDING, row 12."""
    refunds = pay_back(order, world)
    give_all_back(order, world)
    return move(order, world, state=State.CANCELLED, refunds=refunds)


STEPS: dict[State, Step] = {
    State.RESERVED: pay,
    State.AUTHORIZED: sell,
    State.COMMITTED: capture,
    State.CONFIRMED: stand,
    State.SHIPPED: stand,
    State.DELIVERED: stand,
    State.CANCELLING: undo,
    State.REFUNDING: refund,
    State.CANCELLED: stand,
    State.PAYMENT_FAILED: stand,
    State.REFUNDED: stand,
}
