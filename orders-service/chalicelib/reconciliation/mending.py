"""What the rules allow to do about a difference. Each asks what is true once more by the write or the call itself.

Every write of the order carries the condition on its version, every call to the provider is guarded by the payment's
state or by a key, every call to catalog by the reservation's: a repeat, a crash half-way and a race with the sweeper or
another reconciler end as if it had been done once, or fail here and are found again by the next run.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib.checkout.effects import World
from chalicelib.checkout.owed import give_all_back, move_on, next_number, sent_back
from chalicelib.checkout.saga import drive
from chalicelib.checkout.writes import move
from chalicelib.errors import RefundRefused
from chalicelib.orders.goods import parcels, unshipped
from chalicelib.orders.order import Order, Refund, Restock, State
from chalicelib.payments.ledger import RefundEntry
from chalicelib.reconciliation.differences import Difference, Facts

Mend = Callable[[Facts, Difference, World], object]


def refund(facts: Facts, difference: Difference, world: World) -> object:
    """Money that was taken for an order that ended: the refund is on the order before it is made."""
    order, amount = facts.order, difference.facts["amount"]
    one = Refund(next_number(order), amount, "reconciled", world.now())
    captured = order.captured or next(p.captured for p in facts.payments if p.id == order.payment_id)
    return drive(move(order, world, captured=captured, refunds=[*order.refunds, one]), world)


def bring_on(facts: Facts, _difference: Difference, world: World) -> object:
    return drive(facts.order, world)


def adopt(facts: Facts, difference: Difference, world: World) -> object:
    """A refund that was made at the provider, by hand: the order learns of it, and can't be refunded of it again."""
    order = facts.order
    entry = next(one for one in facts.refunds if one.id == difference.facts["provider_refund"])
    refunds = _with(order, entry)
    restocks = [*order.restocks, *_rest(order, sum(one.amount for one in refunds if one.done), world)]
    return drive(move_on(order, world, refunds=refunds, restocks=restocks), world)


def _with(order: Order, entry: RefundEntry) -> list[Refund]:
    """Ours under its number, if it was thought to be refused, else a new one: with the number that stands on it, or
    it would be taken for one that is missing and made once more."""
    number = entry.number or next_number(order)
    made = Refund(number, entry.amount, None, entry.made_at, True, "provider", None, entry.made_at)
    if all(one.number != entry.number for one in order.refunds):
        return [*order.refunds, made]
    done = {"done": True, "done_at": float(entry.made_at), "failed_at": None}
    return [replace(one, **done) if one.number == entry.number else one for one in order.refunds]


def _rest(order: Order, given_back: int, world: World) -> list[Restock]:
    """With the last of the money gone, what was not shipped goes back to stock."""
    left = parcels(unshipped(order))
    if order.state is not State.CONFIRMED or given_back < order.captured or not left:
        return []
    return [Restock(id=world.new_id("wdr"), items=left, at=world.now())]


def repay(facts: Facts, difference: Difference, world: World) -> object:
    """The provider does not know a refund that the order tells of: it is made under its own number, or was refused."""
    number = difference.facts["refund"]
    try:
        world.provider.refund(facts.order, number, difference.facts["amount"])
    except RefundRefused:
        return mark_failed(facts, difference, world)
    return None


def mark_failed(facts: Facts, difference: Difference, world: World) -> object:
    """The bank sent it back."""
    return move(facts.order, world, **sent_back(facts.order, [difference.facts["refund"]], world))


def put_back(facts: Facts, difference: Difference, world: World) -> object:
    restock = next(one for one in facts.order.restocks if one.id == difference.facts["restock"])
    world.stock.give_back(facts.order.id, restock.id, restock.items)
    return None


MENDS: dict[str, Mend] = {
    "adopt": adopt,
    "commit": lambda facts, _, world: world.stock.commit(facts.order.id),
    "drive": bring_on,
    "give_all_back": lambda facts, _, world: give_all_back(facts.order, world),
    "mark_failed": mark_failed,
    "put_back": put_back,
    "refund": refund,
    "release": lambda facts, _, world: world.stock.release(facts.order.id),
    "repay": repay,
}
"""But for `void`, which needs no order (domain.py)."""
