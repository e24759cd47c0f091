"""The simulated neighbours of one seed, and what must hold at each of their effects."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from chalicelib.checkout.effects import Basket, Record, World
from chalicelib.discounts.discount import Discount, Kind
from chalicelib.errors import CatalogDown, OutcomeUnknown, ProviderDown
from chalicelib.orders.order import Order, State
from tests.orders.simulation.catalog import Catalog, Hold, Sku
from tests.orders.simulation.provider import Charge, PaymentProvider
from tests.orders.simulation.scheduler import Group, Scheduler
from tests.orders.simulation.store import SimulatedStore, Table, own_keys

ONWARD: dict[State, tuple[State, ...]] = {
    State.SHIPPED: (State.DELIVERED, State.REFUNDED),
    State.DELIVERED: (State.REFUNDED,),
    State.CANCELLED: (),
    State.PAYMENT_FAILED: (),
    State.REFUNDED: (),
}
"""Where the late states may lead."""

OPEN = frozenset({State.RESERVED, State.AUTHORIZED, State.COMMITTED, State.CANCELLING})


@dataclass(frozen=True)
class Parts:
    """What the neighbours are made of; a test that plants a fault puts a broken one here."""

    table: type[Table] = Table
    catalog: type[Catalog] = Catalog
    provider: type[PaymentProvider] = PaymentProvider


class Remote:
    """A neighbour as the service sees it: every method is an effect that the scheduler may spoil."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._call, name)


class Shop:
    """Tables, catalogue and payment provider, watched: what is wrong at any moment goes into `wrong`."""

    def __init__(self, scheduler: Scheduler, parts: Parts) -> None:
        self.scheduler, self.random = scheduler, scheduler.random
        self.wrong: list[str] = []
        self.statuses: Counter[tuple[str, str]] = Counter()
        self.seen: dict[tuple[str, str], Counter[str]] = {}
        self.webhooks: list[str] = []
        self.changed: list[Order] = []
        self._released: set[str] = set()
        now = scheduler.now
        discounts = _discounts(self.random)
        self.table = parts.table(discounts=discounts, placed=self._placing, written=self._writing)
        self.catalog = parts.catalog(now, _skus(self.random), making=self._making, releasing=self._releasing)
        self.provider = parts.provider(self.random, now, self.webhooks.append, capturing=self._capturing)
        scheduler.next_decisions = self.provider.next_decisions
        scheduler.groups = {
            "store": Group(self.table, OutcomeUnknown),
            "stock": Group(self.catalog, CatalogDown, self._outages()),
            "provider": Group(self.provider, ProviderDown, self._outages()),
        }
        store = SimulatedStore(scheduler.caller("store"))
        stock, provider = Remote(scheduler.caller("stock")), Remote(scheduler.caller("provider"))
        self.world = World(now, scheduler.new_id, store, stock, provider)

    def _outages(self) -> list[tuple[float, float]]:
        if self.random.random() >= 0.3:
            return []
        start = self.random.uniform(0, 300)
        return [(start, start + self.random.choice([5, 30, 120]))]

    def calm_down(self) -> None:
        self.scheduler.calm = self.provider.calm = True

    # What must hold whenever one of these happens.

    def _placing(self, record: Record, order: Order) -> None:
        own = [one for one in self.table.orders.values() if one.owner == order.owner]
        if any(one.state in OPEN for one in own):
            self.wrong.append("a second order while the first is open")
        if bought(order) != self.seen[record.key, record.body_hash]:
            self.wrong.append("bought another cart than the buyer saw")
        self._using(order)
        self.statuses[order.id, "placed"] += 1

    def _using(self, order: Order) -> None:
        found = self.table.counting(order)
        if found and found.limit is not None and found.uses > found.limit:
            self.wrong.append("the last use of a discount given twice")
        own = order.discount_use.own_max if order.discount_use else None
        if own is not None and any(self.table.own_uses[key] > own for key in own_keys(order)):
            self.wrong.append("a customer's last use of a discount given twice")

    def _writing(self, before: Order, after: Order, basket: Basket) -> None:
        cart = self.table.get_cart(before.owner)
        same = bool(cart.lines) and cart.version == before.cart_version and cart.order_id == before.id
        if basket is Basket.EMPTY and not same:
            self.wrong.append("emptied a cart that was edited since")
        if after.state is State.CONFIRMED and same and basket is not Basket.EMPTY:
            self.wrong.append("kept a cart that was bought")
        if before.state in ONWARD and after.state not in (before.state, *ONWARD[before.state]):
            self.wrong.append(f"back from {before.state} to {after.state}")
        if after.state is not before.state:
            self.statuses[before.id, after.state] += 1
        self.changed.append(after)

    def _making(self, order_id: str) -> None:
        if order_id in self._released:
            self.wrong.append("a hold made after its release")

    def _releasing(self, order_id: str) -> None:
        self._released.add(order_id)
        order, held = self.table.orders.get(order_id), self.catalog.reservations.get(order_id)
        alive = order is not None and order.state in (State.RESERVED, State.AUTHORIZED)
        if alive and held and held.state is Hold.HELD:
            self.wrong.append("the hold of a live order released")

    def _capturing(self, charge: Charge) -> None:
        held = self.catalog.reservations.get(charge.order_id)
        if held is None or held.state is not Hold.COMMITTED:
            self.wrong.append("money taken before the stock was sold")
        if self.table.orders[charge.order_id].payment_id != charge.id:
            self.wrong.append("money taken before the payment's id was on the order")


def _skus(random: Random) -> dict[str, Sku]:
    return {"A": Sku(random.randint(1, 4), 100), "B": Sku(random.randint(1, 6), random.choice([0, 50]))}


def _discounts(random: Random) -> dict[str, Discount]:
    """Mostly one with a last use."""
    kind: Kind = random.choice(["percent", "fixed", "free_shipping"])
    most, own = random.choice([(1, None), (1, None), (2, None), (3, 1), (None, 1)])
    made = Discount(
        id="dsc_1", code="LAST", kind=kind, value=20, currency="EUR", max_uses=most, limit=most,
        max_uses_per_customer=own, created_at=0,
    )  # fmt: skip
    return {made.code: made} if random.random() < 0.4 else {}


def bought(order: Order) -> Counter[str]:
    return Counter({line.sku: line.quantity for line in order.lines})
