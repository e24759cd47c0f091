"""How an order is written: its next form over the one that was read, if that still stands."""

from collections.abc import Callable
from typing import Any

import msgspec

from chalicelib.checkout.effects import Basket, World
from chalicelib.orders.order import SHOWN, Change, Order, State
from chalicelib.orders.standing import is_moving
from common.problems import Unavailable
from common.versions import ANY, Precondition

NEXT_LOOK_SECONDS = 20  # longer than a request may take, so that the sweeper leaves a running checkout alone
MAX_RACES = 8


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


def bring_to(
    order: Order,
    is_there: Callable[[Order], bool],
    change: Callable[[Order], dict[str, Any]],
    world: World,
    *,
    actor: str = "system",
    seen: Precondition = ANY,
) -> Order:
    """The order with the change in it, or as it is if it is there already, whatever version was `seen`.

    Each try is one write at the order's version: a repeat finds it done, and who loses a race asks the rules again.
    """
    for _ in range(MAX_RACES):
        if is_there(order):
            return order
        seen.check(order.version, required=False)
        order = move(order, world, actor=actor, **change(order))
    raise Unavailable(retry_after=1)


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
    undoing = {"state": State.CANCELLING, "end": end, "waiting": False, "next_action": None}
    return move(order, world, **changes | undoing)


def _history(before: Order, after: Order, now: float, actor: str) -> list[Change]:
    if SHOWN[before.state] == SHOWN[after.state]:
        return after.history
    return [*after.history, Change(SHOWN[after.state], now, after.cancelled_by or actor)]
