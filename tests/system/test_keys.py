"""Keys are replaced while people log in, refresh, look and buy: not one request fails."""

import itertools
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import jwt
import pytest

from tests.support.running_shop import Shop
from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.web import Web, fetch_json

ROTATED = ("users", "orders")


class Traffic:
    """Threads that repeat what they do until the end; `failed` has every answer that was not a good one."""

    def __init__(self, *rounds: Callable[["Traffic"], None]) -> None:
        self.failed: list[str] = []
        self.signed_with: set[str] = set()
        self.rounds = dict.fromkeys(rounds, 0)
        self._over = False
        self._between = {round_: threading.Lock() for round_ in rounds}

    def expect(self, answer: Any) -> Any:
        if answer.status >= 300:
            self.failed.append(repr(answer))
        return answer.json

    def seen(self, token: str) -> str:
        self.signed_with.add(jwt.get_unverified_header(token)["kid"])
        return token

    def run(self, round_: Callable[["Traffic"], None]) -> None:
        while not self._over:
            with self._between[round_]:
                round_(self)
            self.rounds[round_] += 1

    @contextmanager
    def flowing(self) -> Iterator[None]:
        with ThreadPoolExecutor(len(self.rounds)) as threads:
            running = [threads.submit(self.run, round_) for round_ in self.rounds]
            try:
                yield
            finally:
                self._over = True
        for one in running:
            one.result()

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Nobody is half-way through a round: their tokens may expire."""
        for lock in self._between.values():
            lock.acquire()
        try:
            yield
        finally:
            for lock in self._between.values():
                lock.release()

    def goes_on(self) -> None:
        """Everybody does what they do at least twice more."""
        before = dict(self.rounds)
        assert eventually(lambda: all(self.rounds[one] >= count + 2 for one, count in before.items())), self.rounds


@pytest.fixture
def login(shop: Shop) -> dict[str, str]:
    """Of a member of staff, whom every service wants to see a token of."""
    email, password = f"staff-{secrets.token_hex(6)}@shop.example", shop.home.path / "password"
    password.write_text(secrets.token_urlsafe(15))
    shop.command("admin", "create", email, "--role", "staff", "--password-file", str(password))
    return {"email": email, "password": password.read_text()}


def looks_everywhere(traffic: Traffic, origin: str, token: str) -> None:
    """All three services check the token."""
    web = Web(origin, traffic.seen(token))
    for path in ("/users/me", "/products?status=all&limit=1", "/orders?limit=1"):
        traffic.expect(web.get(path))


def logs_in(shop: Shop, login: dict[str, str]) -> Callable[[Traffic], None]:
    def round_(traffic: Traffic) -> None:
        looks_everywhere(traffic, shop.url, traffic.expect(Web(shop.url).post("/sessions", login))["access_token"])

    return round_


def refreshes(shop: Shop, login: dict[str, str]) -> Callable[[Traffic], None]:
    """One session through all of it; every other answer is lost and asked for again."""
    pair = Web(shop.url).post("/sessions", login).json
    turns = itertools.count()

    def round_(traffic: Traffic) -> None:
        nonlocal pair
        body = {"refresh_token": pair["refresh_token"]}
        pair = traffic.expect(Web(shop.url).post("/sessions/refresh", body))
        if next(turns) % 2:
            assert traffic.expect(Web(shop.url).post("/sessions/refresh", body)) == pair
        looks_everywhere(traffic, shop.url, pair["access_token"])

    return round_


def buys(shop: Shop, sku: str) -> Callable[[Traffic], None]:
    """orders-service calls catalog-service with a token of its own."""

    def round_(traffic: Traffic) -> None:
        traffic.expect(Buyer.guest(shop.url).with_one(sku).buy())

    return round_


def key_ids(shop: Shop, service: str) -> list[str]:
    return [key["kid"] for key in fetch_json(f"{shop.ports.url(service)}/.well-known/jwks.json")["keys"]]


def test_keys_are_replaced_without_one_failed_request(shop, login, goods):
    traffic = Traffic(logs_in(shop, login), refreshes(shop, login), buys(shop, goods(stock=10_000).sku))
    old = {service: key_ids(shop, service)[0] for service in ROTATED}
    early = Web(shop.url).post("/sessions", login).json["access_token"]

    with traffic.flowing(), ThreadPoolExecutor(2) as operators:
        traffic.goes_on()
        rotations = [operators.submit(shop.command, "keys", "rotate", service) for service in ROTATED]
        assert eventually(lambda: all(len(key_ids(shop, service)) == 2 for service in ROTATED))
        assert {service: key_ids(shop, service)[0] for service in ROTATED} == old
        assert all("signs now" in rotation.result() for rotation in rotations)
        new = {service: key_ids(shop, service)[0] for service in ROTATED}
        traffic.goes_on()
        looks_everywhere(traffic, shop.url, early)
        with traffic.held_up():
            shop.command("clock", "+16m")
        traffic.goes_on()
        left = {service: key_ids(shop, service) for service in ROTATED}
    shop.command("clock", "reset")

    assert traffic.failed == []
    assert left == {service: [new[service]] for service in ROTATED}
    assert traffic.signed_with == {old["users"], new["users"]}


def test_private_keys_are_in_no_file_of_the_shop_but_the_emulators(shop):
    shown = shop.command("keys", "list", "users")
    files = [path for path in shop.home.path.rglob("*") if path.is_file() and shop.home.aws not in path.parents]

    assert "PRIVATE" not in shown
    assert not [path for path in files if b"PRIVATE KEY" in path.read_bytes()]


def test_after_a_leak_sessions_go_on_and_the_leaked_key_is_worth_nothing(shop, login):
    pair = Web(shop.url).post("/sessions", login).json
    assert Web(shop.url, pair["access_token"]).get("/orders").status == 200

    assert "signs now" in shop.command("keys", "rotate", "users", "--revoke")
    fresh = Web(shop.url).post("/sessions/refresh", {"refresh_token": pair["refresh_token"]}).json

    assert len(key_ids(shop, "users")) == 1
    assert eventually(lambda: statuses(shop, fresh) == {200})  # at once, or 5 s after the last look at the keys
    assert statuses(shop, pair) == {401}


def statuses(shop: Shop, pair: dict[str, str]) -> set[int]:
    """What users-service and another service say to an access token."""
    return {Web(shop.url, pair["access_token"]).get(path).status for path in ("/users/me", "/orders")}
