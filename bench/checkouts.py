"""Checkouts a second through the API, against the bare DynamoDB calls that they need, on the same emulator.

The bare side sends what orders-service and catalog-service sent for one checkout, taken from the wire between the
request and its answer: the same conditions and items under new ids, one call after the other as in the request, and
nothing else: no HTTP service, no payment provider, no token. As many buyers at once on both sides, in turns. What
follows a checkout, events and all they cause, follows the bare one too: the tables' streams can't tell them apart.
"""

import json
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore import xform_name

from bench import checkout_calls, stack, tables
from bench.counting import Proxy, proxies

BUYERS, CHECKOUTS, BATCHES = 4, 120, 3
REST_SECONDS = 8.0  # until what a batch left to do is done
# Of catalog-service's calls the first three are the request's; then the stream has the sale leave its counter.
WIRES: dict[str, int | None] = {"orders → DynamoDB": None, "catalog → DynamoDB": 3}


@dataclass
class Recorded:
    """A checkout's ids, the cart before it, and its calls to DynamoDB: operation and JSON."""

    order: str
    buyer: str
    cart: str
    calls: list[tuple[str, str]]


def main() -> None:
    port = stack.free_ports()
    with proxies(dict.fromkeys(WIRES, port + stack.PROCESSES.index("aws"))) as wires, wired(port, wires) as shop:
        client = shop.client()
        sku = stack.product(client, shop.staff(client))["variants"][0]["sku"]
        recorded = record(shop, wires, sku)
        sides: dict[str, Callable[[], Iterator[Callable[[], None]]]] = {
            "bare calls (boto3)": lambda: bare(shop, recorded),
            "checkouts through the API": lambda: checkouts(shop, sku),
        }
        batches = [{name: rate(side) for name, side in sides.items()} for _ in range(BATCHES)]
    report(batches, len(recorded.calls))


def wired(port: int, wires: dict[str, Proxy]) -> Any:
    url = {wire.split()[0]: {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}"} for wire, proxy in wires.items()}
    return stack.running(("bench.counting",), port, PROXIES=json.dumps(url))


def record(shop: stack.Stack, wires: dict[str, Proxy], sku: str) -> Recorded:
    """One checkout as it went over the wires; another before it opens connections and fetches keys."""
    Buyer(shop, sku).buy()
    buyer = Buyer(shop, sku)
    cart = json.dumps(buyer.cart_item())
    time.sleep(REST_SECONDS)
    for wire in wires.values():
        wire.recording = True
    order = buyer.buy()["id"]
    for wire in wires.values():
        wire.recording = False
    found = {wire: [(call, body.decode()) for call, body in wires[wire].bodies] for wire in WIRES}
    own = {wire: [one for one in calls if order in one[1] or buyer.id in one[1]] for wire, calls in found.items()}
    return Recorded(order, buyer.id, cart, [one for wire, most in WIRES.items() for one in own[wire][:most]])


class Buyer:
    """A guest with one thing in the cart."""

    def __init__(self, shop: stack.Stack, sku: str) -> None:
        self.shop, self.client = shop, shop.client()
        guest = self.client.ask("POST", "/api/sessions/guest", {})
        self.id = str(guest["user"]["id"])
        self.caller = {"Authorization": f"Bearer {guest['access_token']}"}
        cart = self.client.ask("PUT", f"/api/cart/items/{sku}", {"quantity": 1}, **self.caller)
        self.wanted = checkout_calls.purchase(self.client, cart, self.caller)

    def buy(self) -> Any:
        return self.client.ask("POST", "/api/orders", self.wanted, Idempotency_Key="bench", **self.caller)

    def cart_item(self) -> Any:
        key = {"pk": {"S": f"CART#{self.id}"}, "sk": {"S": "CART"}}
        table = self.shop.environment("orders")["ORDERS_TABLE"]
        return stack.dynamodb(self.shop.url("aws")).get_item(TableName=table, Key=key)["Item"]


def checkouts(shop: stack.Stack, sku: str) -> Iterator[Callable[[], None]]:
    """Each a purchase that has only to be sent."""
    while True:
        yield bought(Buyer(shop, sku))


def bought(buyer: Buyer) -> Callable[[], None]:
    def call() -> None:
        assert buyer.buy()["status"] == "confirmed"

    return call


def bare(shop: stack.Stack, recorded: Recorded) -> Iterator[Callable[[], None]]:
    """Each the recorded calls under new ids, with a cart as it was then."""
    client, table = stack.dynamodb(shop.url("aws")), shop.environment("orders")["ORDERS_TABLE"]
    while True:
        ids = {recorded.order: new_like(recorded.order), recorded.buyer: new_like(recorded.buyer)}
        client.put_item(TableName=table, Item=renamed(recorded.cart, ids))
        yield sent(client, [(call, fresh(renamed(body, ids))) for call, body in recorded.calls])


def new_like(one: str) -> str:
    """Another id of the same kind and length."""
    kind, _, end = one.partition("_")
    return f"{kind}_{uuid.uuid4().hex[: len(end)]:0<{len(end)}}"


def renamed(text: str, ids: dict[str, str]) -> Any:
    for old, new in ids.items():
        text = text.replace(old, new)
    return json.loads(text)


def fresh(call: dict[str, Any]) -> dict[str, Any]:
    return {**call, "ClientRequestToken": uuid.uuid4().hex} if "ClientRequestToken" in call else call


def sent(client: Any, calls: list[tuple[str, dict[str, Any]]]) -> Callable[[], None]:
    def call() -> None:
        for name, words in calls:
            getattr(client, xform_name(name))(**words)

    return call


def rate(side: Callable[[], Iterator[Callable[[], None]]]) -> float:
    """So many a second with all buyers at once; each prepares what it will do before anybody starts."""
    start = threading.Barrier(BUYERS + 1)
    making = threading.Lock()

    def run(_: int) -> None:
        with making:
            prepared = [one for one, _ in zip(side(), range(CHECKOUTS // BUYERS), strict=False)]
        start.wait()
        for one in prepared:
            one()

    with ThreadPoolExecutor(BUYERS) as threads:
        running = [threads.submit(run, number) for number in range(BUYERS)]
        start.wait()
        started = time.monotonic()
        for one in running:
            one.result()
        seconds = time.monotonic() - started
    time.sleep(REST_SECONDS)
    return CHECKOUTS / seconds


def report(batches: list[dict[str, float]], calls: int) -> None:
    ratios = [batch["checkouts through the API"] / batch["bare calls (boto3)"] for batch in batches]
    middle = batches[ratios.index(statistics.median(ratios))]
    tables.show(["what", "a second"], [[name, f"{found:.1f}"] for name, found in middle.items()])
    shown = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"\n{calls} calls to DynamoDB for each; {BUYERS} buyers at once. Ratio in {BATCHES} batches: {shown}.")
