"""Staff of one seed: they ship, deliver, refund and judge returns, each request once or twice."""

from collections.abc import Callable
from functools import partial
from typing import Any

from chalicelib.keyed import Keyed
from chalicelib.orders.order import Order, Parcel, State
from chalicelib.refunds import domain as refunds
from chalicelib.refunds.domain import refund_order
from chalicelib.returns import domain as returns
from chalicelib.returns.domain import approve_return, receive_return, reject_return, request_return
from chalicelib.shipments.domain import Consignment, deliver_order, ship_order
from common.problems import Problem
from common.schemas import Money
from tests.orders.simulation.scheduler import Scheduler
from tests.orders.simulation.shop import Shop

SOON = (0, 1, 20, 40)


class Staff:
    """`diligence` is how often they act on what they see; else only by chance."""

    def __init__(self, scheduler: Scheduler, shop: Shop) -> None:
        self.scheduler, self.random, self.shop = scheduler, scheduler.random, shop
        self.diligence = self.random.choice([0, 0, 0.5, 0.9])

    def enter(self) -> None:
        for _ in range(self.random.choice([0, 1, 2, 4])):
            self.scheduler.at(self.random.uniform(50, 400), partial(self.to_any, self.ship))
        for _ in range(self.random.choice([0, 1, 2])):
            self.scheduler.at(self.random.uniform(100, 600), partial(self.to_any, self.deliver))
        for _ in range(self.random.choice([0, 1, 2, 4])):
            self.scheduler.at(self.random.uniform(50, 600), partial(self.to_any, self.refund))
        if self.random.random() < 0.3:
            self.scheduler.at(self.random.uniform(0, 200), self.raise_price)

    def to_any(self, act: Callable[[Order], None]) -> None:
        if self.shop.table.orders:
            act(self.random.choice(list(self.shop.table.orders.values())))

    def see(self, order: Order) -> None:
        """An order has just become this."""
        first = self.refund if self.random.random() < 0.25 else self.ship
        acts = {State.CONFIRMED: first, State.SHIPPED: self.deliver, State.DELIVERED: self.send_back}
        act = acts.get(order.state)
        if act and self.random.random() < self.diligence:
            self.scheduler.at(self.scheduler.time + self.random.choice(SOON), partial(act, order))

    def raise_price(self) -> None:
        self.shop.catalog.skus["A"].price += 10

    def ship(self, order: Order) -> None:
        """All that is left, or one unit."""
        items = self.random.choice([None, [Parcel(order.lines[-1].sku, 1)]])
        sent = Consignment(carrier="DHL", tracking_number=None, items=items)
        self.ask("ship", order, partial(ship_order, order.id, sent, "staff", self.key("shipment", order)))

    def deliver(self, order: Order) -> None:
        self.ask("deliver", order, partial(deliver_order, order.id, "staff"))

    def refund(self, order: Order) -> None:
        """All that is left as far as they see, a part, or too much."""
        left = self.shop.table.orders[order.id].refundable
        amount = self.random.choice([left, left, 30, left + 1])
        wish = refunds.Wish(amount=Money(amount, "EUR"), reason="late", actor="staff", limit=None)
        self.ask("refund", order, partial(refund_order, order.id, wish, self.key("refund", order)))

    def send_back(self, order: Order) -> None:
        """One unit or all; staff are asked at once."""
        line = self.random.choice(order.lines)
        one, all_of_it = [Parcel(line.sku, 1)], [Parcel(line.sku, line.quantity) for line in order.lines]
        wish = returns.Wish(
            items=self.random.choice([one, all_of_it]), reason="broken", actor="customer", any_time=False
        )

        def work(world: Any) -> object:
            now = world.store.find_order(order.id)
            made = request_return(now, wish, world)
            self.judge(made, made.returns[-1].id)
            return made

        self.ask("send back", order, work)

    def judge(self, order: Order, return_id: str) -> None:
        """Mostly it may come, and comes; now and then something more is sent back."""
        verdicts = [self.random.choices([approve_return, reject_return], [8, 2])[0], receive_return]
        for delay, verdict in zip((1, 20), verdicts, strict=True):
            work = partial(self.ask, verdict.__name__, order, partial(verdict, order.id, return_id, "staff"))
            self.scheduler.at(self.scheduler.time + delay + self.random.choice(SOON), work)
        if self.random.random() < 0.3:
            self.scheduler.at(self.scheduler.time + self.random.choice(SOON), partial(self.send_back, order))

    def key(self, act: str, order: Order) -> Keyed:
        return Keyed(caller="staff", key=self.scheduler.new_id("key"), request=f"{act} {order.id}")

    def ask(self, name: str, order: Order, work: Callable[..., object]) -> None:
        """One request, that may come twice."""

        def quietly() -> object:
            try:
                return work(world=self.shop.world)
            except Problem as problem:
                return problem.code

        for delay in (0, *self.random.choice([(), (), (0,), (1,), (35,)])):
            start = partial(self.scheduler.start, f"{name} {order.id}", quietly)
            self.scheduler.at(self.scheduler.time + delay, start)
