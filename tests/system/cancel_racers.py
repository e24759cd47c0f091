"""A process of orders-service in which each order is paid for and cancelled at the same moment, by two threads.

`python -m tests.system.cancel_racers ORDERS` prints the state that each order came to. The table is one of its own in
the embedded AWS, so that nobody hears of so many orders; stock is the simulated catalogue, in memory.
"""

import dataclasses
import json
import random
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

import boto3

from tests.support.services import ROOT

sys.path[:0] = [str(ROOT / "orders-service"), str(ROOT / "orders-service" / "vendor")]

from msgspec.structs import replace  # noqa: E402

from chalicelib import config  # noqa: E402
from chalicelib.cart.models import CartItem  # noqa: E402
from chalicelib.checkout.effects import Payment, World  # noqa: E402
from chalicelib.checkout.saga import drive  # noqa: E402
from chalicelib.checkout.wiring import world  # noqa: E402
from chalicelib.orders import domain as orders  # noqa: E402
from chalicelib.orders.order import ENDED, Change, Order, State  # noqa: E402
from chalicelib.pricing.price import PricedLine  # noqa: E402
from chalicelib.table import OrdersItem  # noqa: E402
from common import clock  # noqa: E402
from common.deadline import Deadline  # noqa: E402
from common.ids import new_id  # noqa: E402
from common.problems import Problem  # noqa: E402
from common.tables import Transaction  # noqa: E402
from tests.orders.simulation.catalog import Catalog, Sku  # noqa: E402

THREADS = 12
TOTAL = 1990
MOMENTS = ("sell", "capture", "captured")
"""When the cancellation comes: with the first write of the payer, with the capture, or right after it."""


class SharedCatalog:
    """The catalogue's reservations, one call at a time."""

    def __init__(self, units: int) -> None:
        self.reservations, self.lock = Catalog(clock.now, {"LAMP": Sku(units, TOTAL)}), Lock()

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            with self.lock:
                return getattr(self.reservations, name)(*arguments)

        return call


class Signalling:
    """Says when the payer comes to the chosen moment."""

    def __init__(self, target: Any, name: str, reached: Event, *, after: bool) -> None:
        self._target, self._name, self._reached, self._after = target, name, reached, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._target, name)
        return self._signalled(call) if name == self._name else call

    def _signalled(self, call: Any) -> Any:
        def told(*arguments: Any) -> Payment:
            if not self._after:
                self._reached.set()
            answer = call(*arguments)
            self._reached.set()
            return answer

        return told


def make_table() -> None:
    """As deployed, but without the stream."""
    resources = json.loads((ROOT / "orders-service" / "resources.json").read_text())["Resources"]
    wanted = next(one["Properties"] for one in resources.values() if one["Type"] == "AWS::DynamoDB::Table")
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    boto3.client("dynamodb").create_table(TableName=config.TABLE, **{name: wanted[name] for name in kept})


def authorized(stock: SharedCatalog) -> Order:
    """An order whose payment is authorised, with the cart that it buys."""
    now, order_id, owner = clock.now(), new_id("ord"), new_id("usr")
    line = PricedLine(
        sku="LAMP", product_id="prd_lamp", name="Lamp", options={}, quantity=1, unit_price=TOTAL, discount=0, tax=0
    )
    held = stock.hold(order_id, [line], 900, "EUR")
    order = Order(
        id=order_id, owner=owner, email="ann@shop.example", state=State.AUTHORIZED, version=1,
        operation=new_id("op"), lines=[line], currency="EUR", subtotal=TOTAL, discount=0, shipping=0, tax=0,
        total=TOTAL, shipping_address={"country": "DE"}, billing_address={"country": "DE"},
        shipping_method="standard", payment_method="pm_card_visa", pay_by=held.expires_at, cart_version=1,
        due=now + 20, history=[Change("pending", now, "guest")], placed_at=now, updated_at=now,
    )  # fmt: skip
    order = with_payment(order, stock)
    transaction = Transaction()
    orders.add(transaction, order)
    transaction.put(CartItem.of(owner, version=1, currency="EUR", order_id=order_id))
    transaction.commit()
    return order


def with_payment(order: Order, stock: SharedCatalog) -> Order:
    provider = effects(stock).provider
    order = replace(order, payment_id=provider.create(order).id)
    assert provider.confirm(order).authorized == TOTAL
    return order


def effects(stock: Any) -> World:
    return dataclasses.replace(world(Deadline(30)), stock=stock)


def race(stock: SharedCatalog, moment: str) -> str:
    """One thread pays, the other cancels as soon as the moment has come; then whatever is left is brought on."""
    order, reached = authorized(stock), Event()
    payer = effects(stock)
    if moment == "sell":
        payer = dataclasses.replace(payer, stock=Signalling(stock, "commit", reached, after=False))
    else:
        watched = Signalling(payer.provider, "capture", reached, after=moment == "captured")
        payer = dataclasses.replace(payer, provider=watched)
    with ThreadPoolExecutor(1) as other:
        paid = other.submit(drive, order, payer)
        assert reached.wait(20), "nobody came to take the money"
        cancelled = cancel(order, stock)
        return settled(max(cancelled, paid.result(), key=lambda one: one.version), stock)


def cancel(order: Order, stock: SharedCatalog) -> Order:
    """Of the order as it was last seen; and as a client does that is told to ask again."""
    for _ in range(20):
        mine = effects(stock)
        try:
            return orders.cancel_order(order, "guest", mine)
        except Problem:
            order = mine.store.find_order(order.id) or order
    raise AssertionError("The cancellation was never accepted.")


def settled(order: Order, stock: SharedCatalog) -> str:
    """The sweeper's work, without its minute."""
    for _ in range(20):
        if order.state in ENDED:
            break
        mine = effects(stock)
        order = drive(mine.store.find_order(order.id), mine)
    return str(order.state)


def main() -> None:
    count = int(sys.argv[1])
    config.TABLE = f"racers-{secrets.token_hex(4)}"
    OrdersItem.Meta.table_name = config.TABLE
    make_table()
    stock = SharedCatalog(count)
    moments = random.Random(1).choices(MOMENTS, k=count)
    with ThreadPoolExecutor(THREADS) as threads:
        states = list(threads.map(lambda moment: race(stock, moment), moments))
    lamp = stock.reservations.skus["LAMP"]
    json.dump({"states": states, "available": lamp.available, "sold": lamp.sold, "held": lamp.held}, sys.stdout)


if __name__ == "__main__":
    main()
