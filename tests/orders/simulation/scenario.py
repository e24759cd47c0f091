"""One seed: shoppers buy, retry, edit carts, cancel and lose connections, while webhooks and sweepers come and go."""

import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from unittest.mock import patch

from msgspec.structs import replace

from chalicelib.checkout.domain import Purchase, is_paid, place_order
from chalicelib.checkout.effects import Record
from chalicelib.checkout.saga import drive
from chalicelib.orders.domain import cancel_order, sweep_order
from chalicelib.orders.goods import withdrawn
from chalicelib.orders.order import ENDED, State
from chalicelib.orders.standing import is_moving
from chalicelib.pricing import domain as pricing
from chalicelib.pricing.price import Line
from chalicelib.pricing.rates import METHODS, Rates, ShippingMethod, ShippingRate
from chalicelib.privacy.domain import forget_buyer
from common.problems import Problem
from common.schemas import Money
from tests.orders.simulation import invariants
from tests.orders.simulation.scheduler import Livelock, Scheduler
from tests.orders.simulation.shop import Parts, Shop
from tests.orders.simulation.staff import Staff
from tests.orders.simulation.store import SimulatedStore

METHOD = "simulated"
ADDRESS = {"name": "A", "line1": "B", "city": "C", "postal_code": "D", "country": "DE"}
SWEEP_SECONDS = 60


@dataclass(frozen=True)
class Told:
    """What one request was told: a status, or the code of a problem."""

    answer: str
    order_id: str | None
    key: str
    at: float


@dataclass
class Outcome:
    """What came of one seed."""

    wrong: list[str]
    tally: Counter[str]
    answers: Counter[str]
    states: Counter[str]


def run(seed: int, parts: Parts | None = None, *, noise: float = 1.0, trace: bool = False) -> Outcome:
    """Play one seed to its end; what broke is in `wrong`."""
    scenario = Scenario(Scheduler(Random(seed), noise, trace=trace), parts or Parts())
    try:
        with patch.dict(METHODS, {METHOD: shipping(scenario.random.choice([0, 0, 30]))}):
            scenario.play()
    except Livelock:
        scenario.shop.wrong.append("went on for ever")
    shop = scenario.shop
    return Outcome(
        shop.wrong,
        scenario.scheduler.tally,
        Counter(told.answer for told in scenario.told),
        Counter(order.state.value for order in shop.table.orders.values()),
    )


def shipping(price: int) -> ShippingMethod:
    return ShippingMethod(METHOD, "Post", ["DE"], [ShippingRate(Money(0, "EUR"), None, Money(price, "EUR"))])


class Attempt(SimulatedStore):
    """Remembers which order id the request had under its lease last."""

    order_id: str | None = None

    def open_record(self, record: Record) -> Record:
        return self._noted(super().open_record(record), record) or record

    def take_record(self, found: Record, mine: Record) -> Record | None:
        return self._noted(super().take_record(found, mine), mine)

    def _noted(self, now: Record | None, mine: Record) -> Record | None:
        if now and now.holder == mine.holder:
            self.order_id = now.order_id
        return now


class Scenario:
    """Actors of one seed. Chance decides who there is and what they do."""

    def __init__(self, scheduler: Scheduler, parts: Parts) -> None:
        self.scheduler, self.random = scheduler, scheduler.random
        self.shop = Shop(scheduler, parts)
        self.staff = Staff(scheduler, self.shop)
        self.told: list[Told] = []
        self.purchases: dict[tuple[str, str], Purchase] = {}
        self.cancel_accepted: set[str] = set()
        self.forgotten: set[str] = set()
        self.end = self.random.choice([300, 700, 1100])
        self.cancels_on_change = self.random.choice([0, 0.03, 0.15])
        self.edits_on_change = self.random.choice([0, 0.05, 0.15])
        self.erases_on_shipment = self.random.choice([0, 0.7])
        self.storm = self.random.random() < 0.4
        self.late_posts = self.random.random() < 0.4

    def play(self) -> None:
        self.enter_shoppers()
        self.staff.enter()
        for worker, first in enumerate((60, 60 + self.random.choice([0, 0, 7, 30]))):
            self.scheduler.at(first, partial(self.sweep, worker))
        self.scheduler.at(self.random.uniform(0, 60), self.expire_holds)
        self.run_until(self.end)
        self.shop.calm_down()
        calm_since = self.scheduler.time
        self.run_until(calm_since + 122)
        self.shop.wrong += invariants.unsettled(self.shop, calm_since)
        self.run_until(self.scheduler.time + 1100)
        self.replay_what_has_no_order()
        self.run_until(self.scheduler.time + 1200)
        self.shop.catalog.expire()
        self.shop.wrong += invariants.broken(self.shop)
        self.shop.wrong += invariants.lies(self.shop, self.told, self.cancel_accepted)
        self.shop.wrong += invariants.remembered(self.shop, self.forgotten)

    def run_until(self, end: float) -> None:
        self.scheduler.run_until(end, self.tick)

    # Who there is.

    def enter_shoppers(self) -> None:
        rush = self.random.uniform(0, 100) if self.shop.table.discounts and self.random.random() < 0.6 else None
        for number in range(self.random.randint(1, 3) + (rush is not None)):
            owner = f"u{number}"
            self.edit_cart(owner)
            if rush is not None:  # for the last use of a discount
                self.scheduler.at(rush, partial(self.begin_checkout, owner))
            for _ in range(self.random.randint(1, 3)):
                start = self.random.uniform(0, self.end - 60 if self.late_posts else 150)
                self.scheduler.at(start, partial(self.begin_checkout, owner))
            for _ in range(self.random.randint(0, 2)):
                clear = self.random.random() < 0.3
                self.scheduler.at(self.random.uniform(0, 260), partial(self.edit_cart, owner, clear=clear))
        for _ in range(self.random.randint(0, 4)):
            self.scheduler.at(self.random.uniform(5, 400), self.cancel_any)
        for _ in range(self.random.choice([0, 0, 0, 1, 2])):
            self.scheduler.at(self.random.uniform(5, 400), self.forget_any)

    # What shoppers do.

    def edit_cart(self, owner: str, *, clear: bool = False) -> None:
        self.shop.table.put_lines(owner, [] if clear else self.some_lines())

    def some_lines(self) -> list[Line]:
        if self.random.random() < 0.6:
            return [self.line("A", self.random.randint(1, 2))]
        if self.random.random() < 0.5:
            return [self.line("B", self.random.randint(1, 3))]
        return [self.line("A", 1), self.line("B", 1)]

    def line(self, sku: str, quantity: int) -> Line:
        price = self.shop.catalog.skus[sku].price
        return Line(sku=sku, product_id="p", name=sku, options={}, quantity=quantity, unit_price=price)

    def begin_checkout(self, owner: str) -> None:
        if not self.shop.table.get_cart(owner).lines:
            self.edit_cart(owner)
        self.check_out(self.purchase(owner, self.scheduler.new_id("key")), self.random.randint(1, 5))

    def purchase(self, owner: str, key: str) -> Purchase:
        """What a shopper sees now, as a request."""
        cart = self.shop.table.get_cart(owner)
        lines = [replace(line, unit_price=self.shop.catalog.skus[line.sku].price) for line in cart.lines]
        code = self.random.choice([None, *self.shop.table.discounts])
        discount = self.shop.table.discounts.get(code or "")
        total = pricing.quote(lines, "EUR", "DE", METHOD, Rates(), discount).total
        body = f"{cart.version}/{total}/{code}" + (self.random.choice(["", "x"]) if self.random.random() < 0.1 else "")
        made = Purchase(
            owner=owner, actor="guest", email="a@example.com", key=key, body_hash=body, cart_version=cart.version,
            expected_total=Money(total, "EUR"), shipping_address=ADDRESS, billing_address=ADDRESS,
            shipping_method=METHOD, discount_code=code, payment_method="card",
        )  # fmt: skip
        return self.remember(made, lines)

    def remember(self, purchase: Purchase, lines: list[Line]) -> Purchase:
        self.shop.seen[purchase.key, purchase.body_hash] = Counter({line.sku: line.quantity for line in lines})
        self.purchases[purchase.key, purchase.body_hash] = purchase
        return purchase

    def check_out(self, purchase: Purchase, tries: int) -> None:
        """Send a purchase; then perhaps again, under the same key or a new one, as clients do."""
        self.post(purchase, partial(self.go_on, purchase, tries))
        if self.storm:
            for _ in range(self.random.randint(1, 3)):
                self.repost(purchase, [0, 1, 30.5, 31, 32, 40, 61.5, 65])
        if self.random.random() < 0.15:
            self.repost(purchase, [0, 1, 31, 35])
        if self.random.random() < 0.05:
            self.repost(self.with_other_body(purchase), [0, 1, 31])

    def with_other_body(self, purchase: Purchase) -> Purchase:
        other = dataclasses.replace(purchase, body_hash=purchase.body_hash + "/other")
        self.shop.seen[other.key, other.body_hash] = self.shop.seen[purchase.key, purchase.body_hash]
        self.purchases[other.key, other.body_hash] = other
        return other

    def repost(self, purchase: Purchase, delays: list[float]) -> None:
        self.scheduler.at(self.scheduler.time + self.random.choice(delays), partial(self.post, purchase))

    def post(self, purchase: Purchase, then: Callable[[Told | None], None] = lambda _told: None) -> None:
        def ended(answer: tuple[str, str | None] | None) -> None:
            told = Told(*answer, purchase.key, self.scheduler.time) if answer else None
            if told:
                self.told.append(told)
                self.shop.wrong += invariants.false_now(self.shop, told)
            then(told)

        self.scheduler.start(f"post {purchase.key}", partial(self.answer, purchase), ended)

    def answer(self, purchase: Purchase) -> tuple[str, str | None]:
        """As the route answers; of a refusal, the id of the order that this very attempt would have placed."""
        store = Attempt(self.scheduler.caller("store"))
        try:
            order, replayed = place_order(purchase, dataclasses.replace(self.shop.world, store=store))
        except Problem as problem:
            return problem.code, store.order_id
        self.shop.wrong += invariants.foreign(self.shop, order, purchase)
        try:
            return ("201" if is_paid(order, replayed=replayed) else "202"), order.id
        except Problem as problem:
            return problem.code, order.id

    def go_on(self, purchase: Purchase, tries: int, told: Told | None) -> None:
        code = told.answer if told else "nothing"
        if tries <= 0 or self.scheduler.time > self.end or code in ("201", "idempotency_mismatch"):
            return
        later = self.scheduler.time + self.random.choice([1, 2, 10, 33, 60])
        if code == "payment_action_required":
            if self.random.random() < 0.3:
                self.repost(purchase, [1, 7, 20, 60])
        elif code.startswith("payment"):
            if self.random.random() < 0.5:
                self.scheduler.at(self.scheduler.time + 1, partial(self.retry_anew, purchase.owner, tries))
        elif code in invariants.REFUSED - {"unavailable"}:
            self.scheduler.at(later, partial(self.retry_changed, purchase, tries))
        else:
            self.scheduler.at(later, partial(self.check_out, purchase, tries - 1))

    def retry_anew(self, owner: str, tries: int) -> None:
        self.check_out(self.purchase(owner, self.scheduler.new_id("key")), tries - 1)

    def retry_changed(self, purchase: Purchase, tries: int) -> None:
        self.check_out(self.purchase(purchase.owner, purchase.key), tries - 1)

    def cancel_any(self) -> None:
        alive = [order.id for order in self.shop.table.orders.values() if order.state not in ENDED]
        if alive:
            self.cancel(self.random.choice(alive))

    def cancel(self, order_id: str) -> None:
        def work() -> str:
            order = self.shop.world.store.find_order(order_id)
            assert order is not None
            done = cancel_order(order, "customer", self.shop.world)
            self.cancel_accepted.add(order_id)
            now = self.shop.table.orders[order_id]
            if done.state in ENDED and now.state not in ENDED:
                self.shop.wrong.append("told that it is cancelled, and it is not")
            return done.status

        self.scheduler.start(f"cancel {order_id}", partial(quietly, work))

    def forget_any(self) -> None:
        """The buyer is erased; as long as that fails, the message comes again."""
        if self.shop.table.orders:
            self.forget(self.random.choice(list(self.shop.table.orders)))

    def forget(self, order_id: str) -> None:
        def work() -> str:
            forget_buyer(order_id, self.shop.world)
            return "forgotten"

        def ended(answer: str | None) -> None:
            if answer == "forgotten":
                self.forgotten.add(order_id)
            else:
                self.scheduler.at(self.scheduler.time + 60, partial(self.forget, order_id))

        self.scheduler.start(f"forget {order_id}", partial(quietly, work), ended)

    # What machines do.

    def sweep(self, worker: int) -> None:
        now = self.scheduler.time
        for order in list(self.shop.table.orders.values()):
            if is_moving(order) and (order.due or 0) <= now and order.leased_until <= now:
                work = partial(sweep_order, order.id, self.shop.world)
                self.scheduler.start(f"sweep{worker} {order.id}", partial(quietly, work))
        self.scheduler.at(now + SWEEP_SECONDS, partial(self.sweep, worker))

    def expire_holds(self) -> None:
        self.shop.catalog.expire()
        self.scheduler.at(self.scheduler.time + 60, self.expire_holds)

    def webhook(self, order_id: str) -> None:
        def work() -> None:
            order = self.shop.world.store.find_order(order_id)
            if order:
                drive(order, self.shop.world)

        self.scheduler.start(f"webhook {order_id}", partial(quietly, work))

    def tick(self) -> None:
        """What happens without us: banks decide, webhooks come none, once or twice, people react to what they see."""
        self.shop.provider.tick()
        calm = self.scheduler.calm
        while self.shop.changed:
            order = self.shop.changed.pop()
            if not calm:
                self.staff.see(order)
            soon = self.scheduler.time + self.random.choice([0, 0, 1, 3])
            given_up = order.state is State.CONFIRMED and withdrawn(order)
            if not calm and self.random.random() < (0.5 if given_up else self.cancels_on_change):
                self.scheduler.at(soon, partial(self.cancel, order.id))
            if not calm and order.shipments and self.random.random() < self.erases_on_shipment:
                self.scheduler.at(soon, partial(self.forget, order.id))
            if not calm and self.random.random() < self.edits_on_change:
                clear = self.random.random() < 0.4
                self.scheduler.at(soon, partial(self.edit_cart, order.owner, clear=clear))
        while self.shop.webhooks:
            order_id = self.shop.webhooks.pop()
            for _ in range(self.random.choice([0, 1, 1, 2])):
                delay = 1 if calm else self.random.choice([0, 1, 5, 60, 300])
                self.scheduler.at(self.scheduler.time + delay, partial(self.webhook, order_id))

    def replay_what_has_no_order(self) -> None:
        """No key may be poisoned: once all is calm, every one gives a final answer."""
        for (_, key), record in list(self.shop.table.records.items()):
            if record.placed:
                continue
            got: list[Told | None] = []
            self.post(self.purchases[key, record.body_hash], got.append)
            self.run_until(self.scheduler.time + 40)
            if not got or got[0] is None or got[0].answer == "internal_error":
                self.shop.wrong.append("a key that every replay answers with 500")


def quietly(work: Callable[[], object]) -> object:
    """A request or a worker that fails is seen by nobody here; what it leaves is."""
    try:
        return work()
    except Problem as problem:
        return problem.code
