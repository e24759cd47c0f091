"""Orders that do not come to rest, and how long one may take."""

from collections.abc import Iterator

from chalicelib.orders import domain as orders
from chalicelib.orders.order import Order
from chalicelib.orders.standing import is_moving

QUIET_SECONDS = 900  # what changed more recently may still be under way
STUCK_SECONDS = 1800  # a hold of 15 minutes, the sweeper's next look, and some patience
MOST_STUCK = 1000  # of each shard


def is_quiet(order: Order, now: float) -> bool:
    """Whether it had time to come to rest: else what differs may be what is happening just now."""
    if is_moving(order):
        return now - moving_since(order) > STUCK_SECONDS
    return now - order.updated_at > QUIET_SECONDS


def moving_since(order: Order) -> float:
    """When something was last begun for it; each try writes the order, so its last write says nothing."""
    begun = [one.at for one in order.refunds if one.is_pending] + [one.at for one in order.restocks if not one.done]
    return max(order.placed_at, order.history[-1].at, *begun) if begun else max(order.placed_at, order.history[-1].at)


def find_stuck(now: float, longer_than: float) -> Iterator[Order]:
    """Orders on which something is to be done for so long, however often it was tried."""
    for order_id in orders.list_due(now + 86400, MOST_STUCK):
        order = orders.find_stored(order_id)
        if order and is_moving(order) and now - moving_since(order) > longer_than:
            yield order
