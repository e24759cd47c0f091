"""A process of catalog-service on a bad day: threads that buy, return, correct and split one SKU after the other, while
replies are lost and calls come twice, late or never. `python -m tests.system.stock_racers`, told what on its stdin.

It prints what it was answered, for the test to compare with what is stored.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.support.services import ROOT

sys.path[:0] = [str(ROOT / "catalog-service"), str(ROOT / "catalog-service" / "vendor")]

from msgspec import UNSET  # noqa: E402

from chalicelib import errors  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.reservations import domain as reservations  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.reservations import holding  # noqa: E402
from chalicelib.stock import counters  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.stock import domain as stock  # noqa: E402
from common.problems import NotFound, Unavailable  # noqa: E402
from common.tables import is_unavailable  # noqa: E402
from tests.system.faults import Faults  # noqa: E402

SHARDS = (1, 2, 4, 16)
LEAST_ACTS = 8  # of each thread, on however slow a machine


class Racer:
    """One careless thread at one SKU. It repeats each call until it has an answer, as orders-service does."""

    def __init__(self, sku: str, shards: int, name: str, seed: int) -> None:
        self.sku, self.shards, self.name = sku, shards, name
        self.dice = random.Random(seed)
        self.states: dict[str, str] = {}
        self.wanted: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.denied = 0
        self.wrong: list[str] = []

    def race(self, begin: float, end: float) -> "Racer":
        time.sleep(max(0.0, begin - time.time()))
        acts = [self.buy] * 9 + [self.finish] * 6 + [self.come_late] * 2 + [self.give_back] * 2
        acts += [self.correct, self.count, self.split, self.sweep, self.look]
        done = 0
        while done < LEAST_ACTS or time.time() < end:
            self.dice.choice(acts)()
            done += 1
        return self

    def surely(self, call: Callable[..., Any], *arguments: Any) -> Any:
        for _ in range(100):
            try:
                return call(*arguments)
            except Exception as error:
                if not passes(error):
                    raise
        raise AssertionError("There was no answer in a hundred tries.")

    def again(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Once or more often."""
        for _ in range(self.dice.choice([1, 1, 2])):
            answer = self.surely(call, *arguments)
        return answer

    def buy(self) -> None:
        order = f"{self.name}_{len(self.states)}"
        self.wanted[order] = self.dice.choice([1, 1, 2, 5])
        self.states[order] = "none"
        try:
            self.again(holding.reserve, order, {self.sku: self.wanted[order]}, self.dice.choice([1, 2, 900, 900]))
            self.states[order] = "held"
        except errors.OutOfStock:
            self.denied += 1
        except errors.ReservationClosed:
            self.states[order] = "gone"

    def one(self, *states: str) -> str | None:
        found = [order for order, state in self.states.items() if state in states]
        return self.dice.choice(found) if found else None

    def finish(self) -> None:
        if order := self.one("held"):
            self.dice.choice([self.commit, self.commit, self.release])(order)

    def commit(self, order: str) -> None:
        try:
            self.again(reservations.commit_reservation, order)
            self.states[order] = "sold"
        except (errors.ReservationExpired, errors.ReservationClosed):
            self.states[order] = "gone"

    def release(self, order: str) -> None:
        self.again(reservations.release_reservation, order)
        self.states[order] = "gone"

    def come_late(self) -> None:
        """What is over stays over."""
        if order := self.one("sold"):
            self.expect(order, errors.ReservationCommitted, reservations.release_reservation, order)
            self.expect(order, None, holding.reserve, order, {self.sku: self.wanted[order]}, 900)
        if order := self.one("gone"):
            closed = (errors.ReservationClosed, errors.ReservationExpired)
            self.expect(order, closed, holding.reserve, order, {self.sku: self.wanted[order]}, 900)
            self.expect(order, closed, reservations.commit_reservation, order)

    def expect(self, order: str, problem: Any, call: Callable[..., Any], *arguments: Any) -> None:
        try:
            self.surely(call, *arguments)
        except (errors.Conflict, NotFound) as raised:
            if problem is None or not isinstance(raised, problem):
                self.wrong.append(f"{order} ({self.states[order]}): {call.__name__} raised {raised!r}")
        else:
            if problem is not None:
                self.wrong.append(f"{order} ({self.states[order]}): {call.__name__} was not refused")

    def give_back(self) -> None:
        if order := self.one("sold"):
            try:
                units = {self.sku: self.dice.randint(1, 2)}
                self.again(reservations.return_items, order, f"ret_{self.dice.randint(1, 3)}", units)
            except (errors.ReturnExceeds, errors.ReservationMismatch):
                pass  # more than there was, or the same return with other items

    def correct(self) -> None:
        key, delta = f"{self.name}_{len(self.keys)}", self.dice.randint(-3, 4)
        try:
            self.again(stock.adjust_stock, self.sku, delta, key, "usr_racer", key, "hash")
            self.keys[key] = delta
        except errors.StockHeld:
            pass

    def count(self) -> None:
        on_hand = self.surely(stock.find_stock, self.sku)["on_hand"] + self.dice.randint(-1, 2)
        try:
            self.again(stock.set_stock, self.sku, max(on_hand, 0), UNSET, "usr_racer")
        except errors.StockHeld:
            pass

    def split(self) -> None:
        self.again(stock.set_shards, self.sku, self.dice.choice([self.shards, self.shards, *SHARDS]))

    def sweep(self) -> None:
        self.surely(reservations.sweep)
        self.surely(reservations.sweep_sales)
        self.surely(stock.sweep)

    def look(self) -> None:
        level = self.surely(stock.find_stock, self.sku)
        counters.forget()
        if level["available"] < 0 or level["held"] < 0:
            self.wrong.append(f"{level}")

    def report(self) -> dict[str, Any]:
        return {"states": self.states, "keys": self.keys, "denied": self.denied, "wrong": self.wrong}


def passes(error: BaseException) -> bool:
    """Whether it is AWS that was away; a sweep tells of several failures together."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(passes, error.exceptions))
    return isinstance(error, Unavailable) or is_unavailable(error)


def raced(racers: list[Racer], begin: float, end: float) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(len(racers)) as threads:
        return [one.report() for one in threads.map(lambda racer: racer.race(begin, end), racers)]


def main() -> None:
    told = json.loads(sys.stdin.readline())
    stock.find_stock(told["skus"][0][0])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    begin = float(sys.stdin.readline())
    Faults(random.Random(told["seed"]))
    reports: dict[str, list[Any]] = {}
    for number, (sku, shards) in enumerate(told["skus"]):
        names = [f"{told['name']}_{number}_{thread}" for thread in range(told["threads"])]
        seed = 1000 * told["seed"] + 100 * number
        racers = [Racer(sku, shards, name, seed + place) for place, name in enumerate(names)]
        start = begin + number * told["seconds"]
        reports[sku] = raced(racers, start, start + told["seconds"])
    json.dump(reports, sys.stdout)


if __name__ == "__main__":
    main()
