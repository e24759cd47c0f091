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
from chalicelib.errors import (
    CatalogDown,
    CurrencyMismatch,
    HoldClosed,
    OutcomeUnknown,
    OutOfStock,
    ProviderDown,
    RefundRefused,
)
from chalicelib.orders.order import SHOWN, Change, Order, Refund, Restock, State, all_of, is_moving, is_refunded

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
    if order.payment_id is None:
        return start_payment(order, world)
    return authorize(order, order.payment_id, world)


def start_payment(order: Order, world: World) -> Order:
    """Rows 3 and 4. The id is on the order by a write of its own before anything can be charged."""
    payment = world.provider.create(order)
    if payment.status is PaymentStatus.DECLINED:
        return undo_as(State.PAYMENT_FAILED, order, world, payment_id=payment.id or None)
    try:
        held = world.stock.hold(order.id, order.lines, HOLD_SECONDS, order.currency)
    except (HoldClosed, OutOfStock, CurrencyMismatch):
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


def repay(order: Order, refund: Refund, world: World) -> Order:
    """Make one refund, under its own key, and write down what came of it; until that is written it is asked for again.

    After a refusal the order is not refunded in full any more, so what was to go back to stock for that stays.
    """
    now = repaid(order, refund, world)
    refunds = [now if one.number == now.number else one for one in order.refunds]
    restocks = order.restocks if now.done else [one for one in order.restocks if one.done or one.refund is None]
    return move_on(order, world, refunds=refunds, restocks=restocks)


def put_back(order: Order, restock: Restock, world: World) -> Order:
    """Put goods back into stock, once for each id; until that is written it is asked for again."""
    world.stock.give_back(order.id, restock.id, restock.items)
    done = [msgspec.structs.replace(one, done=True) if one.id == restock.id else one for one in order.restocks]
    return move_on(order, world, restocks=done)


def move_on(order: Order, world: World, **changes: Any) -> Order:
    """Write what was made; with the last of it an order that was refunded in full is REFUNDED."""
    after = msgspec.structs.replace(order, **changes)
    actor = order.refunds[-1].actor if order.refunds else "system"
    return move(order, world, actor=actor, state=State.REFUNDED if is_refunded(after) else order.state, **changes)


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
    left = order.refundable if order.captured else order.total
    if not left:
        return order.refunds
    number, actor = len(order.refunds) + 1, order.cancelled_by or "system"
    return [*order.refunds, Refund(number, left, "cancelled", world.now(), actor=actor)]


def pay_back(order: Order, world: World) -> list[Refund]:
    """Make every refund that is not made yet; all of them as they then are."""
    return [repaid(order, one, world) if one.is_pending else one for one in order.refunds]


def repaid(order: Order, one: Refund, world: World) -> Refund:
    """What came of asking for it. One that is refused for good must not keep the order: staff sees it, and it can be
    refunded anew."""
    try:
        world.provider.refund(order, one.number, one.amount)
    except RefundRefused:
        return msgspec.structs.replace(one, failed_at=world.now())
    return msgspec.structs.replace(one, done=True, done_at=world.now())


def give_all_back(order: Order, world: World) -> None:
    world.stock.give_back(order.id, f"{order.id}-cancelled", all_of(order))


def _history(before: Order, after: Order, now: float, actor: str) -> list[Change]:
    if SHOWN[before.state] == SHOWN[after.state]:
        return after.history
    return [*after.history, Change(SHOWN[after.state], now, after.cancelled_by or actor)]
