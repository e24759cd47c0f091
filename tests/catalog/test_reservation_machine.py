"""Any sequence of calls, repeated and late ones among them, against a plain model: every unit is accounted for."""

import time
from dataclasses import dataclass, field

import boto3
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from moto import mock_aws

import app
from common import clock
from tests.catalog.conftest import Shop, Stream, euros
from tests.catalog.test_shards import items
from tests.support import fixtures, services
from tests.support.api import connected

SKUS = ("A", "B")
FIRST_UNITS = 6
SWEEP = dict.fromkeys(("source", "detail-type", "version", "account", "id", "region", "time"), "")
quantities = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1)
small_quantities = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 2), min_size=1, max_size=1)
seconds = st.integers(1, 30)
ids = st.sampled_from([f"ord_{number}" for number in range(4)])


@dataclass
class Held:
    """What the model knows of a reservation."""

    items: dict[str, int]
    until: float
    state: str = "held"
    returns: dict[str, dict[str, int]] = field(default_factory=dict)


class Reservations(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.mock = mock_aws()
        self.mock.start()
        for table in services.tables("catalog"):
            boto3.client("dynamodb").create_table(**table)
        self.clock = fixtures.ShopClock()
        self.clock.seconds = float(int(self.clock.seconds))
        clock.use(self.clock)
        self.connection = connected(app.app, "catalog")
        self.shop = Shop(self.connection.__enter__())
        from chalicelib.categories import domain as categories
        from chalicelib.reservations import holding
        from chalicelib.stock import counters

        self.processes = (categories, holding, counters)
        self.become_a_new_process()
        variants = [{"sku": sku, "price": euros(100), "stock": FIRST_UNITS} for sku in SKUS]
        self.shop.product("lamp", variants=variants)
        self.stream = Stream()
        self.model: dict[str, Held] = {}
        self.on_hand = dict.fromkeys(SKUS, FIRST_UNITS)
        self.keys: dict[int, tuple[str, int]] = {}

    @rule()
    def become_a_new_process(self):
        """Nothing is remembered, neither of deals nor of reservations."""
        for one in self.processes:
            one.forget()

    def teardown(self):
        self.connection.__exit__(None, None, None)
        clock.use(time.time)
        self.mock.stop()

    def lapsed(self, held):
        return held.state == "held" and held.until <= self.clock.seconds

    def held(self, sku):
        """Units of holds that the sweeper has not given back."""
        return sum(one.items.get(sku, 0) for one in self.model.values() if one.state == "held")

    def available(self, sku):
        return self.on_hand[sku] - self.held(sku)

    @rule(reservation=ids, items=quantities, ttl=seconds)
    def reserve(self, reservation, items, ttl):
        known = self.model.get(reservation)
        answer = self.shop.reserve(reservation, ttl, **items)
        if known is None:
            self.reserve_anew(reservation, items, ttl, answer)
        elif known.items and known.items != items:
            assert answer.code == "reservation_mismatch"
        elif known.state == "sold":
            assert answer.status == 200
        elif known.state != "held" or self.lapsed(known):
            assert answer.code == "reservation_closed"
        else:
            known.until = max(known.until, self.clock.seconds + ttl)
            assert (answer.status, answer.json["expires_at"]) == (200, clock.rfc3339(known.until))

    def reserve_anew(self, reservation, items, ttl, answer):
        short = {sku: self.available(sku) for sku, quantity in items.items() if self.available(sku) < quantity}
        if short:
            assert {one["sku"]: one["available"] for one in answer.json["shortages"]} == short
        else:
            assert answer.status == 201
            self.model[reservation] = Held(dict(items), self.clock.seconds + ttl)

    @rule(reservation=ids, times=st.integers(1, 2))
    def commit(self, reservation, times):
        known = self.model.get(reservation)
        for _ in range(times):
            answer = self.shop.commit(reservation)
            if known is None:
                assert answer.status == 404
            elif known.state == "released":
                assert answer.code == "reservation_closed"
            elif known.state == "expired" or self.lapsed(known):
                assert answer.code == "reservation_expired"
            else:
                assert answer.status == 200
                if known.state == "held":
                    known.state = "sold"
                    for sku, quantity in known.items.items():
                        self.on_hand[sku] -= quantity

    @rule(reservation=ids, items=quantities)
    def sell(self, reservation, items):
        self.reserve(reservation, items, 30)
        self.commit(reservation, 1)

    @rule(reservation=ids, times=st.integers(1, 2))
    def release(self, reservation, times):
        known = self.model.setdefault(reservation, Held({}, 0, "released"))
        for _ in range(times):
            answer = self.shop.release(reservation)
            if known.state == "sold":
                assert answer.code == "reservation_committed"
            else:
                assert answer.status == 204
                known.state = "released" if known.state == "held" else known.state

    @rule(
        reservation=ids, return_id=st.sampled_from(["ret_1", "ret_2"]), items=small_quantities, times=st.integers(1, 2)
    )
    def give_back(self, reservation, return_id, items, times):
        for _ in range(times):
            answer = self.shop.give_back(return_id, reservation, **items)
            self.given_back(self.model.get(reservation), return_id, items, answer)

    def given_back(self, known, return_id, items, answer):
        if known is None:
            assert answer.status == 404
        elif known.state != "sold":
            assert answer.code == "reservation_not_committed"
        elif return_id in known.returns:
            assert answer.code == (None if known.returns[return_id] == items else "reservation_mismatch")
        elif any(self.returned(known, sku) + number > known.items.get(sku, 0) for sku, number in items.items()):
            assert answer.code == "return_exceeds"
        else:
            assert answer.status == 200
            known.returns[return_id] = dict(items)
            for sku, number in items.items():
                self.on_hand[sku] += number

    @staticmethod
    def returned(known, sku):
        return sum(one.get(sku, 0) for one in known.returns.values())

    @rule(sku=st.sampled_from(SKUS), delta=st.integers(-4, 4), key=st.integers(1, 5))
    def adjust(self, sku, delta, key):
        answer = self.shop.adjust(sku, delta, str(key))
        if key in self.keys:
            assert answer.code == (None if self.keys[key] == (sku, delta) else "idempotency_mismatch")
        elif self.available(sku) + delta < 0:
            assert answer.code == "stock_held"
        else:
            assert answer.status == 200
            self.keys[key] = (sku, delta)
            self.on_hand[sku] += delta

    @rule(sku=st.sampled_from(SKUS), on_hand=st.integers(0, 8))
    def count(self, sku, on_hand):
        answer = self.shop.set_stock(sku, on_hand)
        assert answer.code == ("stock_held" if on_hand < self.held(sku) else None)
        if answer.status == 200:
            self.on_hand[sku] = on_hand

    @rule(sku=st.sampled_from(SKUS), number=st.integers(1, 5))
    def split(self, sku, number):
        answer = self.shop.api.put(f"/stock/{sku}/shards", {"shards": number}, role="staff")
        assert (answer.json["shards"], answer.json["available"]) == (number, self.available(sku))

    @rule(cents=st.integers(100, 200))
    def a_new_price_gathers(self, cents):
        product = self.shop.read("lamp", "staff").json
        path = f"/products/{product['id']}/variants/A"
        changed = self.shop.api.patch(path, {"price": euros(cents)}, role="staff", If_Match=f'"{product["version"]}"')
        assert changed.status == 200

    @rule(forward=st.integers(1, 25))
    def time_passes(self, forward):
        self.clock.forward(forward)

    @rule()
    def sweep(self):
        app.sweep({**SWEEP, "detail": {}, "resources": []}, None)
        for one in self.model.values():
            one.state = "expired" if self.lapsed(one) else one.state

    @rule()
    def the_stream_arrives(self):
        self.stream.deliver()

    @rule(reservation=ids)
    def look(self, reservation):
        answer, known = self.shop.reservation(reservation), self.model.get(reservation)
        if known is None:
            assert answer.status == 404
        else:
            assert answer.json["state"] == ("expired" if self.lapsed(known) else known.state)

    @rule()
    def everybody_sees_the_sum(self):
        shown = self.shop.api.get("/variants?sku=A&sku=B").json["items"]
        assert [one["available"] for one in shown] == [self.available(sku) for sku in SKUS]
        for sku in SKUS:
            on_hand, held = self.on_hand[sku], self.held(sku)
            assert self.shop.stock(sku) == {"on_hand": on_hand, "held": held, "available": on_hand - held}

    @invariant()
    def every_unit_is_accounted_for(self):
        """Sales that are not settled yet are in `held` still."""
        for sku in SKUS:
            levels = items(sku)
            assert min(min(level) for level in levels) >= 0
            assert sum(available for available, _ in levels) == self.available(sku)
            assert sum(held for _, held in levels) >= self.held(sku)


Reservations.TestCase.settings = settings(
    max_examples=8, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.usefixtures("fresh_process")
class TestReservations(Reservations.TestCase):
    pass
