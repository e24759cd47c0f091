"""A merchant's own server on this machine hears of real orders of the running shop."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from common import events
from tests.support.receiver import Received, Receiver, listening
from tests.support.running_shop import Shop
from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.web import Web
from tools.shop import clock


@dataclass
class Endpoint:
    """One that is registered in the running shop."""

    admin: Web
    receiver: Receiver
    path: str
    made: Any

    @property
    def secret(self) -> str:
        return str(self.made["secret"])

    def log(self, order_id: str, **wanted: Any) -> list[Any]:
        """The deliveries about an order that are so."""
        items = self.admin.get(f"/webhook-endpoints/{self.made['id']}/deliveries?limit=100").json["items"]
        about = {one.json["id"] for one in self.receiver.at(self.path, order_id)}
        found = [one for one in items if one["event_id"] in about]
        return [one for one in found if wanted.items() <= one.items()]

    def got(self, order_id: str, kind: str | None = None) -> list[Received]:
        return [one for one in self.receiver.at(self.path, order_id) if kind in (None, one.json["type"])]

    def is_signed(self, one: Received) -> bool:
        sent_at, *made = [part.partition("=")[2] for part in one.signature.split(",")]
        text = sent_at.encode() + b"." + one.body
        return hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest() in made


@pytest.fixture
def endpoint(shop: Shop) -> Iterator[Endpoint]:
    """Told of all that happens; it goes with the test, and what waits for it too."""
    admin = shop.as_role("admin")
    with listening(lambda: clock.offset(shop.home)) as receiver:
        path = f"/{secrets.token_hex(4)}"
        made = admin.post("/webhook-endpoints", {"url": receiver.url(path), "events": ["*"]})
        assert made.status == 201, made
        yield Endpoint(admin, receiver, path, made.json)
        assert admin.request("DELETE", f"/webhook-endpoints/{made.json['id']}").status == 204


def test_a_purchase_is_told_signed_and_what_failed_is_told_again(shop: Shop, goods: Any, endpoint: Endpoint) -> None:
    said = iter([500])
    endpoint.receiver.answers = lambda _: next(said, 200)
    books = goods(stock=3)

    order_id = books.welcome(Buyer.guest(shop.url)).with_one(books.sku).buy().json["id"]
    kinds = {"order.placed", "order.confirmed"}
    assert eventually(lambda: {one.json["type"] for one in endpoint.got(order_id)} == kinds)
    assert eventually(lambda: endpoint.log(order_id, status="pending", attempts=1, response_status=500))
    with shop.clock_moved("+31s"):
        assert eventually(lambda: len(endpoint.log(order_id, status="delivered")) == 2), endpoint.log(order_id)

    (again,) = endpoint.log(order_id, attempts=2)
    first, second = [one for one in endpoint.got(order_id) if one.json["id"] == again["event_id"]]
    assert all(endpoint.is_signed(one) for one in endpoint.got(order_id))
    assert (first.body == second.body, first.signature == second.signature) == (True, False)
    assert set(first.json) == {"id", "type", "created_at", "data"}

    asked = endpoint.admin.post(f"/webhook-endpoints/{endpoint.made['id']}/deliveries/{again['id']}/redeliver")
    assert asked.status == 202, asked
    assert eventually(lambda: endpoint.log(order_id, status="delivered", attempts=3))
    assert [one.json["id"] for one in endpoint.got(order_id)].count(again["event_id"]) == 3


def test_an_event_that_is_published_twice_is_told_once(shop: Shop, endpoint: Endpoint) -> None:
    order_id = f"ord_{secrets.token_hex(8)}"
    twice, last = (events.event("orders", "order.delivered", order_id, n, {"order_id": order_id}) for n in (1, 2))

    publish(shop, twice, twice)
    assert eventually(lambda: endpoint.got(order_id))
    publish(shop, twice, last)
    assert eventually(lambda: last.id in [one.json["id"] for one in endpoint.got(order_id)])

    assert eventually(lambda: len(endpoint.log(order_id, status="delivered", attempts=1)) == 2)
    assert sorted(one.json["id"] for one in endpoint.got(order_id)) == sorted([twice.id, last.id])


def publish(shop: Shop, *made: events.Event) -> None:
    """As the outbox's relay does, which may do so twice."""
    session: Any = boto3.Session("test", "test", region_name="eu-central-1")
    bus = session.client("events", endpoint_url=shop.ports.url("aws"))
    told = [{name: getattr(one, name) for name in one.__struct_fields__} for one in made]
    entries = [
        {"EventBusName": "shop", "Source": "shop.orders", "DetailType": one["type"], "Detail": json.dumps(one)}
        for one in told
    ]
    assert bus.put_events(Entries=entries)["FailedEntryCount"] == 0


def test_a_merchant_that_hangs_keeps_no_other_waiting(shop: Shop, endpoint: Endpoint) -> None:
    order_id = f"ord_{secrets.token_hex(8)}"
    hanging = endpoint.admin.post("/webhook-endpoints", {"url": endpoint.receiver.url("/hang"), "events": ["*"]}).json
    publish(shop, *(events.event("orders", "order.shipped", order_id, n, {"order_id": order_id}) for n in range(10)))

    try:
        assert eventually(lambda: len(endpoint.got(order_id)) == 10, within_s=15)
        log = f"/webhook-endpoints/{hanging['id']}/deliveries?status=pending"
        assert eventually(lambda: "timeout" in {one["error"] for one in endpoint.admin.get(log).json["items"]})
    finally:
        endpoint.admin.request("DELETE", f"/webhook-endpoints/{hanging['id']}")
