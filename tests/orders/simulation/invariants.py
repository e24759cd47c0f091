"""What must hold: money, orders and stock tell the same story, and nobody was told anything untrue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from chalicelib.checkout.effects import PaymentStatus
from chalicelib.orders.blanks import without_person
from chalicelib.orders.goods import counted, gone_back, shipped, unshipped, withdrawn
from chalicelib.orders.order import ENDED, Order, Parcel, State
from chalicelib.orders.standing import is_moving
from tests.orders.simulation.catalog import Hold
from tests.orders.simulation.provider import CANT_CHARGE
from tests.orders.simulation.shop import Shop, bought
from tests.orders.simulation.store import UNUSED

if TYPE_CHECKING:
    from chalicelib.checkout.domain import Purchase
    from tests.orders.simulation.scenario import Told

ON_THE_WAY = frozenset({State.SHIPPED, State.DELIVERED})
SOLD = frozenset({State.CONFIRMED}) | ON_THE_WAY
REFUSED = frozenset(
    {
        "cart_empty",
        "cart_changed",
        "checkout_in_progress",
        "discount_used_up",
        "out_of_stock",
        "price_changed",
        "unavailable",
    }
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
    """Two minutes after the last fault all is settled, but for what a buyer, a bank or staff have only now decided."""
    wrong = []
    for order in shop.table.orders.values():
        charge = shop.provider.charges.get(order.payment_id or "")
        fresh = charge is not None and charge.changed_at > calm_since
        waits = charge is not None and charge.status is PaymentStatus.ACTION_REQUIRED
        in_time = order.state is State.RESERVED and waits and shop.scheduler.time <= order.pay_by + 62
        asked = any(one.at > calm_since for one in (*order.refunds, *order.restocks))
        if is_moving(order) and not fresh and not in_time and not asked:
            wrong.append(f"not settled two minutes after the last fault: {order.state}")
    return wrong


def broken(shop: Shop) -> list[str]:
    wrong, wanted = [], Counter[str]()
    for order in shop.table.orders.values():
        wrong += list(_order(shop, order))
        wanted.update(_with_buyer(order))
    for name, sku in shop.catalog.skus.items():
        if min(sku.available, sku.held, sku.sold) < 0:
            wrong.append("oversold or negative")
        if sku.held:
            wrong.append("a hold left")
        if sku.sold != wanted[name]:
            wrong.append("sold is not what buyers have")
    wrong += ["a cart left marked" for cart in shop.table.carts.values() if cart.order_id]
    wrong += [f"happened twice: {status}" for (_, status), count in shop.statuses.items() if count > 1]
    wrong += ["more asked back than was captured"] * shop.provider.overdrawn
    return wrong + list(_keys(shop)) + list(_uses(shop))


def _with_buyer(order: Order) -> Counter[str]:
    """What a buyer has got or will get, by what the order tells of returns, and not of restocks."""
    if order.state not in SOLD | {State.REFUNDED}:
        return Counter()
    back = counted(one for made in order.returns if made.status == "received" for one in made.items)
    return bought(order) - back - withdrawn(order)


def _keys(shop: Shop) -> Iterator[str]:
    """What was done under a key was done once for it."""
    done = Counter[str]()
    for order in shop.table.orders.values():
        done[f"shipment {order.id}"] = len(order.shipments)
        done[f"refund {order.id}"] = sum(1 for one in order.refunds if one.actor == "staff" and not one.return_id)
    if Counter(shop.table.keyed.values()) != +done:
        yield "shipments or refunds and keys differ"
    if Counter(record.order_id for record in shop.table.records.values() if record.placed) != Counter(
        shop.table.orders.keys()
    ):
        yield "orders and keys differ"


def _uses(shop: Shop) -> Iterator[str]:
    """A discount's counters are those orders that have it, and never more than there were uses."""
    users = [order for order in shop.table.orders.values() if order.discount_use and order.state not in UNUSED]
    for discount in shop.table.discounts.values():
        if discount.limit is not None and (discount.uses != len(users) or discount.uses > discount.limit):
            yield "uses of a discount and orders differ"
        most = discount.max_uses_per_customer
        for owner, count in Counter(order.owner for order in users).items() if most else ():
            if count != shop.table.own_uses[discount.code, owner] or count > (most or 0):
                yield "a customer's uses of a discount and orders differ"


def _order(shop: Shop, order: Order) -> Collection[str]:
    wrong = []
    held = shop.catalog.reservations.get(order.id)
    if is_moving(order):
        wrong.append(f"left in {order.state}")
    if order.state in SOLD and (held is None or held.state not in (Hold.COMMITTED, Hold.RETURNED)):
        wrong.append("confirmed without stock")
    if order.state in UNUSED and held and held.state in (Hold.HELD, Hold.COMMITTED):
        wrong.append(f"{order.state}, and the stock is {held.state}")
    return [*wrong, *_money(shop, order), *_shipped(order), *_returned(order)]


def _money(shop: Shop, order: Order) -> Iterator[str]:
    charges = [charge for charge in shop.provider.charges.values() if charge.order_id == order.id]
    kept = sum(charge.captured - charge.refunded for charge in charges)
    refused = any(one.failed_at is not None for one in order.refunds)
    if sum(1 for charge in charges if charge.captured) > 1:
        yield "two charges"
    if order.state in SOLD and (order.captured != order.total or (order.captured and not kept)):
        yield f"money does not fit {order.state}"
    if order.state in ENDED and kept and (order.state is State.REFUNDED or not refused):
        yield f"money does not fit {order.state}"
    if order.captured - order.refunded != kept:
        yield "the order's own account of the money is wrong"
    made = {number: amount for (order_id, number), amount in shop.provider.refunds.items() if order_id == order.id}
    if made != {one.number: one.amount for one in order.refunds if one.done}:
        yield "refunds made and written down differ"
    if any(charge.status in CAN_CHARGE for charge in charges):
        yield "a card hold left"


def _shipped(order: Order) -> Iterator[str]:
    left = unshipped(order)
    if any(quantity < 0 for quantity in left.values()):
        yield "shipped more than was bought"
    if order.shipments and order.state in UNUSED:
        yield f"{order.state}, and shipped"
    if order.state in ON_THE_WAY | {State.REFUNDED} and left:
        yield f"{order.state}, and {len(left)} lines not shipped"
    if order.state is State.CONFIRMED and not left:
        yield "all is gone, and it waits to be shipped"


def _returned(order: Order) -> Iterator[str]:
    asked = counted(one for made in order.returns if made.status != "rejected" for one in made.items)
    if not asked <= shipped(order):
        yield "more returned than was shipped"
    received = [one for one in order.returns if one.status == "received"]
    refunds = {one.return_id: one for one in order.refunds if one.return_id}
    if len(refunds) != sum(1 for one in order.refunds if one.return_id):
        yield "a return paid twice"
    for one in received:
        if (one.id in refunds) != (one.refund is not None):
            yield "a return and its refund differ"
        if one.id in refunds and refunds[one.id].amount > _worth(order, one.items):
            yield "paid back more than it was worth"
        if one.refund is None and order.refundable and any(_price(order, parcel.sku) for parcel in one.items):
            yield from ["received, and not paid back"] * all(other.failed_at is None for other in order.refunds)


def _price(order: Order, sku: str) -> int:
    return sum(line.total - line.discount for line in order.lines if line.sku == sku)


def _worth(order: Order, items: list[Parcel]) -> int:
    """Rounded up, and with the shipping if nothing is left with the buyer."""
    quantities = counted(order.lines)
    worth = sum(-(-_price(order, one.sku) * one.quantity // quantities[one.sku]) for one in items)
    return worth + (order.shipping if quantities <= gone_back(order) else 0)


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
    return wrong + ["an order is for nobody" for order in orders if order.state not in ENDED | ON_THE_WAY]
