"""The life of an order from placed to paid or undone, one state a step.

The request, its replay, the payment webhook and the sweeper all drive these same steps, at any time and at once.
That is safe because every effect can be repeated, and because every write carries a condition on the order's version:
of two that race one goes on from what the other wrote. Rows are those of docs/checkout.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from chalicelib.checkout.effects import Basket, Payment, PaymentStatus, World
from chalicelib.errors import CatalogDown, HoldClosed, OutcomeUnknown, OutOfStock, ProviderDown
from chalicelib.orders.order import SHOWN, Change, Order, Refund, State, is_moving

HOLD_SECONDS = 900
NEXT_LOOK_SECONDS = 20  # longer than a request may take, so that the sweeper leaves a running checkout alone
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
        step = STEPS.get(order.state)
        if step is None:
            return order
        try:
            after = step(order, world)
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
    if order.payment_id is None:
        return start_payment(order, world)
    return authorize(order, order.payment_id, world)


def start_payment(order: Order, world: World) -> Order:
    """Rows 3 and 4. The id is on the order by a write of its own before anything can be charged."""
    payment = world.provider.create(order)
    if payment.status is PaymentStatus.DECLINED:
        return undo_as(State.PAYMENT_FAILED, order, world, payment_id=payment.id or None)
    try:
        held = world.stock.hold(order.id, order.lines, HOLD_SECONDS)
    except (HoldClosed, OutOfStock):
        return undo_as(State.CANCELLED, order, world, payment_id=payment.id)
    return move(order, world, payment_id=payment.id, pay_by=max(order.pay_by, held.expires_at))


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


def take_back(order: Order, world: World) -> Order | Pause:
    """CONFIRMED while somebody was asking to cancel: the refund is written down before it is made."""
    if order.cancelled_by is None:
        return Pause(order)
    return move(order, world, state=State.REFUNDING, refunds=with_refund(order, world))


def undo(order: Order, world: World) -> Order | Pause:
    """CANCELLING, row 11: money first, then stock, then the cart with the final state. Each part can be run again."""
    if order.payment_id is not None:
        payment = world.provider.void(order)
        if payment.status is PaymentStatus.CAPTURED and not order.refunds:
            return move(order, world, captured=order.total, refunds=with_refund(order, world))
        if payment.status not in (PaymentStatus.CAPTURED, PaymentStatus.VOIDED):
            return Pause(order)  # it can't be voided yet
    pay_back(order, world)
    if not world.stock.release(order.id):
        world.stock.give_back(order.id, order.lines)
    return settle(order, world, (Basket.UNMARK,), state=order.end or State.CANCELLED, refunds=all_done(order))


def refund(order: Order, world: World) -> Order:
    """REFUNDING, row 12."""
    pay_back(order, world)
    world.stock.give_back(order.id, order.lines)
    return move(order, world, state=State.CANCELLED, refunds=all_done(order))


STEPS: dict[State, Step] = {
    State.RESERVED: pay,
    State.AUTHORIZED: sell,
    State.COMMITTED: capture,
    State.CONFIRMED: take_back,
    State.CANCELLING: undo,
    State.REFUNDING: refund,
}


def move(order: Order, world: World, basket: Basket = Basket.KEEP, *, actor: str = "system", **changes: Any) -> Order:
    """Write the order's next form over this one; what stands there now, ours or another's.

    A repeat, a lost reply or a race fails the condition on the version, and the store reads what is true.
    """
    return world.store.write(order, moved(order, world, actor, **changes), basket)


def moved(order: Order, world: World, actor: str, **changes: Any) -> Order:
    """The order's next form, to be written if this one still stands; `actor` caused a change of its status."""
    now = world.now()
    after = msgspec.structs.replace(order, **changes)
    return msgspec.structs.replace(
        after,
        version=order.version + 1,
        operation=world.new_id("op"),
        updated_at=now,
        history=_history(order, after, now, actor),
        due=(changes.get("due") or now + NEXT_LOOK_SECONDS) if is_moving(after) else None,
    )


def settle(order: Order, world: World, baskets: tuple[Basket, ...], **changes: Any) -> Order:
    """Write a final state and let go of the cart in the same transaction.

    Once refused though the order stands, a condition on the cart stays refused: its version never repeats and an
    order marks it once. So the next, weaker one is tried.
    """
    for basket in (*baskets, Basket.KEEP):
        now = move(order, world, basket, **changes)
        if now.version != order.version:
            return now
    return now


def undo_as(end: State, order: Order, world: World, **changes: Any) -> Order:
    """Start to undo, and store how it will have ended."""
    return move(order, world, state=State.CANCELLING, end=end, waiting=False, next_action=None, **changes)


def with_refund(order: Order, world: World) -> list[Refund]:
    """The order's refunds and one more for all that was captured and not given back."""
    left = order.captured - order.refunded if order.captured else order.total
    if not left:
        return order.refunds
    return [*order.refunds, Refund(len(order.refunds) + 1, left, "cancelled", world.now())]


def pay_back(order: Order, world: World) -> None:
    for one in order.refunds:
        if not one.done:
            world.provider.refund(order, one.number, one.amount)


def all_done(order: Order) -> list[Refund]:
    return [msgspec.structs.replace(one, done=True) for one in order.refunds]


def _history(before: Order, after: Order, now: float, actor: str) -> list[Change]:
    if SHOWN[before.state] == SHOWN[after.state]:
        return after.history
    return [*after.history, Change(SHOWN[after.state], now, after.cancelled_by or actor)]
