"""The store and HTTP calls of one checkout, counted on the wire, against what docs/checkout.md needs.

Background work (sweepers, streams) shares the wires, so each call is counted in many checkouts and the median taken.
"""

import json
import statistics
import time
from collections import Counter
from typing import Any

from bench import stack, tables
from bench.counting import Proxy, proxies

CHECKOUTS = 15
PAUSE_SECONDS = 2.5  # until what the last checkout left to do is done; its webhooks come a second later
ADDRESS = {"name": "A Buyer", "line1": "Hafenstrasse 1", "city": "Hamburg", "postal_code": "20457", "country": "DE"}

# How often a checkout that goes well has to call whom, and for which rows of docs/checkout.md. Catalog's own row was
# written down after a first run and a look at its code; the other three before.
NEEDED: dict[str, list[tuple[int, str]]] = {
    "orders → DynamoDB": [
        (1, "row 0: record"),
        (1, "row 1: cart"),
        (1, "row 2: place"),
        (4, "rows 4, 5, 7, 9: one write each"),
    ],
    "orders → catalog": [(1, "row 1: hold"), (1, "row 4: extend"), (1, "row 6: commit")],
    "orders → provider": [(1, "row 3: create"), (1, "row 5: ask"), (1, "row 5: confirm"), (1, "row 8: capture")],
    "catalog → DynamoDB": [
        (1, "row 1: one transaction, the prices being remembered"),
        (1, "row 4: one update extends it, where it was made"),
        (1, "row 6: one conditional update"),
        (2, "beside the request: the sale leaves the counter"),
    ],
}
STREAMS = ("DynamoDBStreams", "AmazonSQS", "AWSEvents", "AmazonSSM", "GET /.well-known")


def main() -> None:
    port = stack.free_ports()
    behind = {"catalog": port + 2, "DynamoDB": port + 4, "provider": port + 5}
    with proxies({wire: behind[wire.split()[-1]] for wire in NEEDED}) as wires, wired(port, wires) as shop:
        client = shop.client()
        product = stack.product(client, shop.staff(client))
        sku = product["variants"][0]["sku"]
        outcomes = [counted(client, wires, sku, number) for number in range(CHECKOUTS)]
    counts = [outcome for outcome in outcomes if outcome]
    if len(counts) < CHECKOUTS / 2:
        raise SystemExit(f"Only {len(counts)} of {CHECKOUTS} checkouts were confirmed at once.")
    report(counts[1:])  # the first one fetches keys and opens connections


def wired(port: int, wires: dict[str, Proxy]) -> Any:
    url = {wire: f"http://127.0.0.1:{proxy.port}" for wire, proxy in wires.items()}
    changes = {
        "orders": {
            "AWS_ENDPOINT_URL": url["orders → DynamoDB"],
            "CATALOG_URL": url["orders → catalog"],
            "PAYMENTS_URL": url["orders → provider"],
        },
        "catalog": {"AWS_ENDPOINT_URL": url["catalog → DynamoDB"]},
    }
    return stack.running(("bench.counting",), port, PROXIES=json.dumps(changes))


def counted(client: stack.Client, wires: dict[str, Proxy], sku: str, number: int) -> dict[str, Counter[str]] | None:
    """What went over the wires between sending a checkout and its answer; None if that was not the confirmed order."""
    guest = client.ask("POST", "/api/sessions/guest", {})
    caller = {"Authorization": f"Bearer {guest['access_token']}"}
    cart = client.ask("PUT", f"/api/cart/items/{sku}", {"quantity": 1}, **caller)
    wanted = purchase(client, cart, caller)
    time.sleep(PAUSE_SECONDS)
    before = {wire: Counter(proxy.seen) for wire, proxy in wires.items()}
    answer = client.send("POST", "/api/orders", wanted, Idempotency_Key=f"bench-{number}", **caller)
    after = {wire: proxy.seen - before[wire] for wire, proxy in wires.items()}
    if answer.status != 201:  # on a machine so busy that a budget ran out; those take other ways
        print(f"Checkout {number} was answered {answer.status}; not counted.")
        return None
    return {wire: without_background(seen) for wire, seen in after.items()}


def purchase(client: stack.Client, cart: Any, caller: dict[str, str]) -> dict[str, Any]:
    """The body that buys a cart at what it costs now."""
    method = client.ask("GET", "/api/shipping-methods?country=DE")["items"][0]["id"]
    choice = {"shipping_address": ADDRESS, "shipping_method": method}
    quote = client.ask("POST", "/api/checkout/quote", choice, **caller)
    wanted = {**choice, "cart_version": cart["version"], "expected_total": quote["total"], "email": "a@shop.example"}
    return {**wanted, "payment_method": "pm_card_visa"}


def without_background(seen: Counter[str]) -> Counter[str]:
    return Counter({call: count for call, count in seen.items() if not call.startswith(STREAMS)})


def report(counts: list[dict[str, Counter[str]]]) -> None:
    rows: list[list[Any]] = []
    for wire, needed in NEEDED.items():
        calls = sorted({call for count in counts for call in count[wire]})
        usual = {call: int(statistics.median(count[wire][call] for count in counts)) for call in calls}
        total = int(statistics.median(sum(count[wire].values()) for count in counts))
        made = ", ".join(f"{count} {call}" for call, count in usual.items() if count)
        why = ", ".join(f"{count} ({reason})" for count, reason in needed)
        rows.append([wire, sum(count for count, _ in needed), total, made, why])
    rows.append(["together", sum(row[1] for row in rows), sum(row[2] for row in rows), "", ""])
    tables.show(["wire", "needed", "made", "which", "needed for"], rows)
