"""What must hold: money, orders and stock tell the same story, and nobody was told anything untrue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from chalicelib.checkout.effects import PaymentStatus
from chalicelib.orders.order import ENDED, Order, State, is_moving, unshipped, without_person
from tests.orders.simulation.catalog import Hold
from tests.orders.simulation.provider import CANT_CHARGE
from tests.orders.simulation.shop import Shop, bought

if TYPE_CHECKING:
    from chalicelib.checkout.domain import Purchase
    from tests.orders.simulation.scenario import Told

ON_THE_WAY = frozenset({State.SHIPPED, State.DELIVERED})
SOLD = frozenset({State.CONFIRMED}) | ON_THE_WAY
REFUSED = frozenset(
    {"cart_empty", "cart_changed", "checkout_in_progress", "out_of_stock", "price_changed", "unavailable"}
)


def foreign(shop: Shop, order: Order, purchase: Purchase) -> list[str]:
    if bought(order) != shop.seen[purchase.key, purchase.body_hash]:
        return ["answered with the order of another body"]
    return []


def false_now(shop: Shop, told: Told) -> list[str]:
    if told.answer == "201" and shop.table.orders[told.order_id or ""].confirmed_at is None:
        return ["told 201, and it is not confirmed"]
    return []


def unsettled(shop: Shop, calm_since: float) -> list[str]:
    """Two minutes after the last fault all is settled, but for what a buyer or a bank has only now decided."""
    wrong = []
    for order in shop.table.orders.values():
        charge = shop.provider.charges.get(order.payment_id or "")
        fresh = charge is not None and charge.changed_at > calm_since
        waits = charge is not None and charge.status is PaymentStatus.ACTION_REQUIRED
        in_time = order.state is State.RESERVED and waits and shop.scheduler.time <= order.pay_by + 62
        if is_moving(order) and not fresh and not in_time:
            wrong.append(f"not settled two minutes after the last fault: {order.state}")
    return wrong


def broken(shop: Shop) -> list[str]:
    wrong, wanted = [], Counter[str]()
    for order in shop.table.orders.values():
        wrong += list(_order(shop, order))
        if order.state in SOLD:
            wanted.update(bought(order))
    for name, sku in shop.catalog.skus.items():
        if min(sku.available, sku.held, sku.sold) < 0:
            wrong.append("oversold or negative")
        if sku.held:
            wrong.append("a hold left")
        if sku.sold != wanted[name]:
            wrong.append("sold is not what orders have bought")
    wrong += ["a cart left marked" for cart in shop.table.carts.values() if cart.order_id]
    wrong += [f"happened twice: {status}" for (_, status), count in shop.statuses.items() if count > 1]
    shipped = Counter({f"shipment {order.id}": len(order.shipments) for order in shop.table.orders.values()})
    wrong += ["shipments and keys differ"] * (Counter(shop.table.keyed.values()) != +shipped)
    keys = Counter(record.order_id for record in shop.table.records.values() if record.placed)
    return wrong + ["orders and keys differ"] * (keys != Counter(shop.table.orders.keys()))


def _order(shop: Shop, order: Order) -> Collection[str]:
    wrong = []
    charges = [charge for charge in shop.provider.charges.values() if charge.order_id == order.id]
    held = shop.catalog.reservations.get(order.id)
    kept = sum(charge.captured - charge.refunded for charge in charges)
    if is_moving(order):
        wrong.append(f"left in {order.state}")
    if sum(1 for charge in charges if charge.captured) > 1:
        wrong.append("two charges")
    if kept != (order.total if order.state in SOLD else 0):
        wrong.append(f"money does not fit {order.state}")
    if order.captured - order.refunded != kept:
        wrong.append("the order's own account of the money is wrong")
    if any(charge.status in CAN_CHARGE for charge in charges):
        wrong.append("a card hold left")
    if order.state in SOLD and (held is None or held.state is not Hold.COMMITTED):
        wrong.append("confirmed without stock")
    if order.state in ENDED and held and held.state in (Hold.HELD, Hold.COMMITTED):
        wrong.append(f"{order.state}, and the stock is {held.state}")
    return wrong + list(_shipped(order))


def _shipped(order: Order) -> Iterator[str]:
    left = unshipped(order)
    if any(quantity < 0 for quantity in left.values()):
        yield "shipped more than was bought"
    if order.shipments and order.state in ENDED:
        yield f"{order.state}, and shipped"
    if (order.state in ON_THE_WAY) != (not left):
        yield f"{order.state}, and {len(left)} lines not shipped"


CAN_CHARGE = frozenset(PaymentStatus) - CANT_CHARGE - {PaymentStatus.CAPTURED, PaymentStatus.VOIDED}


def lies(shop: Shop, told: Collection[Told], cancel_accepted: Collection[str]) -> list[str]:
    """What was promised and did not come true."""
    wrong = []
    for one in told:
        order = shop.table.orders.get(one.order_id or "")
        if one.answer in REFUSED and order:
            wrong.append(f"told {one.answer}, and that attempt became an order")
        if one.answer in ("payment_declined", "payment_not_completed") and order and order.state not in ENDED:
            wrong.append(f"told {one.answer}, and the order lives")
    forgotten = [order_id for order_id in cancel_accepted if shop.table.orders[order_id].state not in ENDED]
    return wrong + ["a cancellation was accepted and forgotten"] * len(forgotten)


def remembered(shop: Shop, forgotten: Collection[str]) -> list[str]:
    """What became of orders whose buyers were erased."""
    orders = [shop.table.orders[order_id] for order_id in forgotten]
    wrong = ["a buyer who was forgotten is remembered" for order in orders if without_person(order)]
    return wrong + ["an order is for nobody" for order in orders if not (order.state in ENDED or order.shipments)]
