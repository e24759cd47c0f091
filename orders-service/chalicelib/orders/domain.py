"""Orders once they are placed: reading, cancelling, and the sweeper that leaves none behind."""

from collections.abc import Callable, Mapping

from chalicelib.checkout.effects import World
from chalicelib.checkout.owed import with_refund
from chalicelib.checkout.saga import drive
from chalicelib.checkout.writes import move, undo_as
from chalicelib.errors import OrderShipped, OutcomeUnknown
from chalicelib.keyed import Keyed
from chalicelib.orders import models
from chalicelib.orders.goods import withdrawn
from chalicelib.orders.order import ENDED, UNDOING, Order, State
from chalicelib.orders.standing import is_moving, is_on_its_way
from common import logs
from common.problems import Forbidden, IdempotencyMismatch, NotFound, Unavailable, invalid
from common.versions import ANY, Precondition

LEASE_SECONDS = 30
MAX_RACES = 8
SWEEP_ORDERS = 200  # of each shard, at once
_log = logs.logger(__name__)

# What the checkout's store puts into its transactions.
add, change, write, as_refused = models.add, models.change, models.write, models.as_refused
find_stored, find_keyed = models.find_order, models.find_keyed
# What other features read, and what they write only if an order is as they read it.
written, list_day, check_unchanged = models.written, models.list_of_day, models.check_unchanged
list_due = models.list_due


def find_order(order_id: str, reader: str, *, any_order: bool) -> Order:
    """Raise NotFound for one that does not exist and for somebody else's alike, unless `any_order` may be read."""
    order = models.find_order(order_id)
    if order is None or not (any_order or order.owner == reader):
        raise NotFound
    return order


def list_orders(
    reader: str, filters: Mapping[str, str], position: str | None, limit: int, *, any_order: bool
) -> list[Order]:
    """Newest first, from `position` on: the reader's own, or by one filter those of others.

    Each filter is served by an index; two together would leave pages empty.
    """
    if not filters:
        return models.list_of_buyer(reader, position, limit)
    if not any_order:
        raise Forbidden
    (name, value), *others = filters.items()
    if others:
        raise invalid(others[0][0], "Ask for one of status, customer_id, email and day.")
    return LISTS[name](value, position, limit)


LISTS = {
    "status": models.list_of_status,
    "customer_id": models.list_of_buyer,
    "email": models.list_of_email,
    "day": models.list_of_day,
}


def cancel_order(order: Order, actor: str, world: World, seen: Precondition = ANY) -> Order:
    """Ask for the order's end, and take it there if it can be done now; once asked, it stays asked.

    A repeat finds it asked; a lost race against payment or another cancel is seen by the version, and asked again.
    What is asked already stays so, whatever version was `seen`.
    """
    for _ in range(MAX_RACES):
        asked = order.cancelled_by is not None or order.state in UNDOING | ENDED
        if not asked:
            seen.check(order.version, required=False)
        if is_on_its_way(order):
            raise OrderShipped
        if asked:
            return drive(order, world)
        order = _ask(order, actor, world)
    raise OutcomeUnknown


def _ask(order: Order, actor: str, world: World) -> Order:
    match order.state:
        case State.RESERVED | State.AUTHORIZED:
            return undo_as(State.CANCELLED, order, world, cancelled_by=actor)
        case State.CONFIRMED if not withdrawn(order):
            refunds = with_refund(order, world)
            return move(order, world, state=State.REFUNDING, cancelled_by=actor, refunds=refunds)
        case _:  # money is moving at this moment, in or out: it arrives first, and is refunded then if need be
            return move(order, world, cancelled_by=actor)


def write_once(
    order_id: str, keyed: Keyed, changed: Callable[[Order], Order], world: World, seen: Precondition = ANY
) -> tuple[Order, bool]:
    """The order as `changed` makes it, once for each key; True if that had been done before: then as it stands.

    The key's record is in the transaction of the order's write: a repeat, also after a lost reply or a crash, finds it;
    of two that race the later one looks again at what is left.
    """
    for _ in range(MAX_RACES):
        order, done = world.store.find_keyed(order_id, keyed)
        if done is not None and done != keyed.request:
            raise IdempotencyMismatch
        if order is None:
            raise NotFound
        if done is not None:
            return order, True
        seen.check(order.version, required=False)
        after = changed(order)
        if world.store.write_keyed(order, after, keyed):
            return after, False
    raise Unavailable(retry_after=1)


def sweep_order(order_id: str, world: World) -> Order | None:
    """Bring one due order on, unless somebody else has it under lease; reads consistently before it acts.

    The lease is a write of the order like any other: of two sweepers one fails its condition and leaves.
    """
    order = world.store.find_order(order_id)
    now = world.now()
    if order is None or not is_moving(order) or order.leased_until > now or (order.due or now) > now:
        return None
    leased = move(order, world, leased_until=now + LEASE_SECONDS)
    return drive(leased, world) if leased.leased_until == now + LEASE_SECONDS else None


def sweep(world: Callable[[], World], until: Callable[[], bool]) -> int:
    """Bring every due order on, each with effects of its own, until `until` says that the time is up; how many."""
    moved = 0
    for order_id in models.list_due(world().now(), SWEEP_ORDERS):
        if until():
            break
        try:
            moved += sweep_order(order_id, world()) is not None
        except Exception:  # one order's trouble, whatever it is, must not keep the others waiting
            _log.exception("sweep_failed", extra={"order_id": order_id})
    return moved
