"""Refunds by hand. Each is on its order, with number and key, before the provider is asked; see checkout/owed.py."""

from functools import partial

import msgspec

from chalicelib.checkout.effects import World
from chalicelib.checkout.owed import next_number
from chalicelib.checkout.saga import drive
from chalicelib.checkout.writes import moved
from chalicelib.errors import OrderCancelled, OrderNotPaid, RefundExceeds, TooManyRefunds
from chalicelib.keyed import Keyed
from chalicelib.orders.domain import write_once
from chalicelib.orders.goods import parcels, unshipped
from chalicelib.orders.order import ENDED, UNDOING, Order, Refund, Restock, State
from chalicelib.orders.standing import is_full
from chalicelib.payments.money import smallest
from common.problems import Forbidden, invalid
from common.schemas import Money
from common.versions import ANY, Precondition

MAX_REFUNDS = 100


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be given back. `limit` is what the actor's role may give back of one order by hand, None: anything."""

    amount: Money
    reason: str
    actor: str
    limit: int | None


def refund_order(order_id: str, wish: Wish, keyed: Keyed, world: World, seen: Precondition = ANY) -> tuple[Order, bool]:
    """The order with the refund on it, and whether it had been there before under this key.

    It is made now if the provider answers, and else by the sweeper, under the same key at the provider.
    """
    if not wish.amount.amount:
        raise invalid("amount.amount", "A refund is at least one minor unit.")
    order, replayed = write_once(order_id, keyed, partial(_with_refund, wish=wish, world=world), world, seen)
    return drive(order, world), replayed


def _with_refund(order: Order, wish: Wish, world: World) -> Order:
    """The order's next form. With the last of the money gone, what was not shipped goes back to stock."""
    _check_refundable(order)
    _check_amount(order, wish)
    made = Refund(
        number=next_number(order),
        amount=wish.amount.amount,
        reason=wish.reason if order.email is not None else None,  # nothing is written down again of who was erased
        at=world.now(),
        actor=wish.actor,
    )
    restocks = [*order.restocks, *_rest(order, made, world)]
    return moved(order, world, wish.actor, refunds=[*order.refunds, made], restocks=restocks)


def _check_refundable(order: Order) -> None:
    if order.state in UNDOING or (order.cancelled_by is not None and order.state not in ENDED):
        raise OrderCancelled
    if not order.captured:
        raise OrderNotPaid
    if len(order.refunds) >= MAX_REFUNDS or is_full(order):
        raise TooManyRefunds


def _check_amount(order: Order, wish: Wish) -> None:
    if wish.amount.currency != order.currency:
        raise invalid("amount.currency", f"This order was paid in {order.currency}.")
    if wish.amount.amount % (step := smallest(order.currency)):
        raise invalid("amount.amount", f"In {order.currency} only multiples of {step} can be paid back.")
    if wish.limit is not None and _by_hand(order) + wish.amount.amount > wish.limit:
        raise Forbidden("This is more than your role may refund of one order.")
    if wish.amount.amount > order.refundable:
        raise RefundExceeds(refundable=Money(order.refundable, order.currency))


def _by_hand(order: Order) -> int:
    """What staff have refunded already: many small refunds may not get around the limit."""
    own = [one for one in order.refunds if one.actor == "staff" and one.return_id is None and one.failed_at is None]
    return sum(one.amount for one in own)


def _rest(order: Order, made: Refund, world: World) -> list[Restock]:
    left = parcels(unshipped(order))
    if made.amount < order.refundable or order.state is not State.CONFIRMED or not left:
        return []
    return [Restock(id=world.new_id("wdr"), items=left, at=made.at, refund=made.number)]
