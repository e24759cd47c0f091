"""Orders once they are placed: cancelling and sweeping. Reading is below."""

from chalicelib.checkout.effects import World
from chalicelib.checkout.saga import drive, move, undo_as, with_refund
from chalicelib.errors import OrderShipped, OutcomeUnknown
from chalicelib.orders.order import ENDED, UNDOING, Order, State, is_moving
from common import logs

LEASE_SECONDS = 30
MAX_RACES = 8
log = logs.logger(__name__)


def cancel_order(order: Order, actor: str, world: World) -> Order:
    """Ask for the order's end, and take it there if it can be done now; once asked, it stays asked.

    A repeat finds it asked; a lost race against payment or another cancel is seen by the version, and asked again.
    """
    for _ in range(MAX_RACES):
        if order.state in (State.SHIPPED, State.DELIVERED):
            raise OrderShipped
        if order.cancelled_by is not None or order.state in UNDOING | ENDED:
            return drive(order, world)
        order = _ask(order, actor, world)
    raise OutcomeUnknown


def _ask(order: Order, actor: str, world: World) -> Order:
    match order.state:
        case State.RESERVED | State.AUTHORIZED:
            return undo_as(State.CANCELLED, order, world, cancelled_by=actor)
        case State.CONFIRMED:
            refunds = with_refund(order, world)
            return move(order, world, state=State.REFUNDING, cancelled_by=actor, refunds=refunds)
        case _:  # COMMITTED: money may be moving at this moment, so it is confirmed first and refunded then
            return move(order, world, cancelled_by=actor)


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
