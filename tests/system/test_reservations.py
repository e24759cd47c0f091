"""Reservations raced on the embedded AWS: whatever is repeated, lost or late, every unit is accounted for."""

import json
import random
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from tests.support.running_shop import Shop
from tests.system.buyers import Books
from tests.system.eventually import eventually
from tests.system.web import POOL, Answer, Web, all_at_once

THREADS = 16


class Orders:
    """orders-service, as catalog-service sees it: its token, no edge between."""

    def __init__(self, shop: Shop) -> None:
        self.url = shop.ports.url("catalog")
        self.token = shop.command("token", "orders", "catalog")

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body)
        answer = POOL.request(method, f"{self.url}/reservations/{path}", body=raw, headers=headers, **options)
        return Answer(answer.status, answer.headers, answer.data)

    def lose(self, method: str, path: str, body: Any = None) -> None:
        """Ask, and hang up before the answer is there."""
        try:
            self.call(method, path, body, timeout=urllib3.Timeout(connect=5, read=0.005))
        except urllib3.exceptions.HTTPError:
            pass  # as it was meant

    def reserve(self, order: str, ttl_seconds: int = 900, **quantities: int) -> Answer:
        return self.call("PUT", order, self.form(ttl_seconds, **quantities))

    @staticmethod
    def form(ttl_seconds: int = 900, **quantities: int) -> dict[str, Any]:
        items = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
        return {"items": items, "ttl_seconds": ttl_seconds}

    def commit(self, order: str) -> Answer:
        return self.call("POST", f"{order}/commit")

    def release(self, order: str) -> Answer:
        return self.call("DELETE", order)

    def give_back(self, order: str, return_id: str, **quantities: int) -> Answer:
        items = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
        return self.call("POST", f"{order}/return", {"return_id": return_id, "items": items})


@pytest.fixture(scope="module")
def orders(shop: Shop) -> Orders:
    return Orders(shop)


@pytest.fixture
def names() -> Callable[[], str]:
    """Ids that no other run has used."""
    run = secrets.token_hex(6)
    numbers = iter(range(10_000))
    return lambda: f"ord_{run}_{next(numbers)}"


def several(names: Callable[[], str]) -> list[str]:
    return [names() for _ in range(THREADS)]


def test_the_last_units_are_held_by_as_many_as_there_are(goods, orders, names):
    lamp = goods(stock=5)

    answers = all_at_once([lambda o=order: orders.reserve(o, **{lamp.sku: 1}) for order in several(names)])

    assert Counter(answer.status for answer in answers) == {201: 5, 409: THREADS - 5}
    assert {answer.code for answer in answers if answer.status == 409} == {"out_of_stock"}
    assert lamp.stock() == {"on_hand": 5, "held": 5, "available": 0}


def test_one_reservation_asked_for_by_all_at_once_is_made_once(goods, orders, names):
    lamp, order = goods(stock=5), names()

    answers = all_at_once([lambda: orders.reserve(order, **{lamp.sku: 1}) for _ in range(THREADS)])

    assert Counter(answer.status for answer in answers) == {201: 1, 200: THREADS - 1}
    assert lamp.stock()["held"] == 1


def test_of_commit_and_release_at_once_one_wins(goods, orders, names):
    lamp = goods(stock=8)
    made = [names() for _ in range(8)]
    for order in made:
        assert orders.reserve(order, **{lamp.sku: 1}).status == 201

    calls = [lambda o=order, c=call: c(o) for order in made for call in (orders.commit, orders.release)]
    answers = all_at_once(calls)

    sold = sum(answer.status == 200 for answer in answers[::2])
    assert all({commit.code, release.code} in ({None, "reservation_committed"}, {"reservation_closed", None})
               for commit, release in zip(answers[::2], answers[1::2], strict=True))  # fmt: skip
    assert lamp.stock() == {"on_hand": 8 - sold, "held": 0, "available": 8 - sold}


@pytest.mark.parametrize("seed", range(4))
def test_repeated_and_lost_calls_leave_every_unit_accounted_for(goods, orders, names, seed):
    """Sixteen careless orders at once over two SKUs, one of them scarce, with staff correcting the stock meanwhile."""
    scarce, plenty = goods(stock=7), goods(stock=40)

    def careless(order: str, dice: random.Random) -> Counter[str]:
        wanted = {scarce.sku: dice.randint(1, 2), plenty.sku: dice.randint(1, 3)}
        if dice.random() < 0.5:
            orders.lose("PUT", order, orders.form(**wanted))
        statuses = [orders.reserve(order, **wanted).status for _ in range(dice.randint(1, 3))]
        if 409 in statuses:
            return Counter()
        end = dice.choice(["commit", "release", "return", "keep"])
        if end == "keep":
            return Counter()
        if end == "release":
            orders.lose("DELETE", order)
            assert orders.release(order).status == 204
            return Counter()
        orders.lose("POST", f"{order}/commit")
        assert orders.commit(order).status == 200
        if end == "return":
            assert {orders.give_back(order, "r", **wanted).status for _ in range(2)} == {200}
            return Counter()
        return Counter(wanted)

    def restock(dice: random.Random) -> Counter[str]:
        key = secrets.token_hex(8)
        for _ in range(2):
            body = {"delta": 2, "reason": "found"}
            answer = scarce.staff.post(f"/stock/{scarce.sku}/adjustments", body, Idempotency_Key=key)
            assert answer.status in (200, 503), answer
        return Counter({"restocked": 1 if answer.status == 200 else 0})

    made = enumerate(several(names)[1:])
    work = [lambda n=number, o=order: careless(o, random.Random(seed * 100 + n)) for number, order in made]
    sold = sum(all_at_once([*work, lambda: restock(random.Random(seed))]), Counter())

    for one, added in ((scarce, 2 * sold["restocked"]), (plenty, 0)):
        level = one.stock()
        assert level["available"] >= 0
        assert level["on_hand"] == level["held"] + level["available"] == one.initial + added - sold[one.sku]


def test_expired_holds_come_back_by_themselves(shop, goods, orders, names):
    lamp = goods(stock=3)
    order = names()
    orders.reserve(order, ttl_seconds=60, **{lamp.sku: 3})
    assert eventually(lambda: not card(lamp)["available"])

    with shop.clock_moved("+61s"):
        late = Orders(shop)  # a token of that time
        assert late.commit(order).code == "reservation_expired"
        assert eventually(lambda: Web(shop.url).get(f"/variants?sku={lamp.sku}").json["items"][0]["available"] == 3)
    assert eventually(lambda: card(lamp)["available"])


def card(lamp: Books) -> Any:
    found = lamp.staff.get("/products?sort=newest&limit=100").json["items"]
    return next(one for one in found if one["id"] == lamp.product_id)


def test_the_cards_of_a_product_follow_a_race_to_its_last_state(goods, orders, names):
    lamp = goods(stock=2)
    made = several(names)

    def come_and_go(order: str) -> None:
        for number in range(3):
            if orders.reserve(f"{order}_{number}", **{lamp.sku: 2}).status == 201:
                orders.release(f"{order}_{number}")

    all_at_once([lambda o=order: come_and_go(o) for order in made])
    assert lamp.stock()["available"] == 2
    assert eventually(lambda: card(lamp)["available"])
    assert orders.reserve(names(), **{lamp.sku: 2}).status == 201
    assert eventually(lambda: not card(lamp)["available"])
