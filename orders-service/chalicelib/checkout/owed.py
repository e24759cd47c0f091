"""What an order owes: refunds and goods on their way back. Each is a record on it before it is made (row 12)."""

from collections.abc import Collection
from typing import Any

import msgspec

from chalicelib.checkout.effects import World
from chalicelib.checkout.writes import move
from chalicelib.errors import RefundRefused
from chalicelib.orders.goods import all_of
from chalicelib.orders.order import Order, Refund, Restock, State
from chalicelib.orders.standing import is_refunded


def with_refund(order: Order, world: World) -> list[Refund]:
    """The order's refunds and one more for all that was captured and not given back."""
    left = order.refundable if order.captured else order.total
    if not left:
        return order.refunds
    actor = order.cancelled_by or "system"
    return [*order.refunds, Refund(next_number(order), left, "cancelled", world.now(), actor=actor)]


def next_number(order: Order) -> int:
    """Of the order's next refund: never one that was used, since it is part of the refund's key at the provider."""
    return max((one.number for one in order.refunds), default=0) + 1


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


def sent_back(order: Order, numbers: Collection[int], world: World) -> dict[str, Any]:
    """Refunds that were made and that the bank has sent back: nothing was paid, so they can be refunded again.

    The order's status stays. When each seemed to be made is kept: the report of sales has told it by then.
    """
    now = world.now()
    refunds = [
        msgspec.structs.replace(one, done=False, failed_at=now) if one.number in numbers else one
        for one in order.refunds
    ]
    return {"refunds": refunds}


def give_all_back(order: Order, world: World) -> None:
    world.stock.give_back(order.id, f"{order.id}-cancelled", all_of(order))


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
