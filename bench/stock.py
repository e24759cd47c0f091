"""Holds of one SKU over 1, 4 and 16 shards, against a bare transaction of the same size on the same emulator.

As many buyers at once as threads, each on a connection of its own; the bare one (boto3) writes as much under as many
conditions, one counter and one item. Both go through the proxy that counts. Target: one call for each hold, with any
number of shards. The emulator works off one request after the other, so shards can't be faster here:
what they save, waiting and refusals of DynamoDB's partitions, is not simulated.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

from bench import stack, tables
from bench.counting import Proxy, proxies

THREADS, SECONDS = 8, 4.0
SHARDS = (1, 4, 16)
WIRE = "catalog → DynamoDB"
OF_A_HOLD = ("TransactWriteItems", "TransactGetItems", "BatchGetItem", "GetItem", "UpdateItem")


def main() -> None:
    port = stack.free_ports()
    with proxies({WIRE: port + 4}) as wires:
        through = f"http://127.0.0.1:{wires[WIRE].port}"
        wiring = json.dumps({"catalog": {"AWS_ENDPOINT_URL": through}})
        with stack.running(("bench.counting",), port, PROXIES=wiring) as shop:
            rows = measured(shop, wires[WIRE], through)
    bare_rate = rows[0][1]
    shown = [
        [name, f"{rate:.0f}", f"{rate / bare_rate:.2f}", f"{calls:.2f}", kinds] for name, rate, calls, kinds in rows
    ]
    tables.show(["what", "a second", "of bare", "calls each", "which"], shown)


def measured(shop: stack.Stack, proxy: Proxy, url: str) -> list[tuple[str, float, float, str]]:
    client = shop.client()
    token = shop.staff(client)
    product = stack.product(client, token)
    skus = [variant["sku"] for variant in product["variants"]][: len(SHARDS)]
    rows = [rate("bare transaction (boto3)", proxy, bare(shop, url))]
    for sku, number in zip(skus, SHARDS, strict=True):
        wanted = {"shards": number}
        client.ask("PUT", f"/api/stock/{sku}/shards", wanted, Authorization=f"Bearer {token}")
        rows.append(rate(f"hold, {number} shard{'s' * (number > 1)}", proxy, holds(shop, sku)))
    return rows


def rate(name: str, proxy: Proxy, buyer: Callable[[], Iterator[None]]) -> tuple[str, float, float, str]:
    """Name, times a second, calls each, and which these were."""
    for _ in zip(range(20), buyer(), strict=False):
        pass  # warm
    before, start = Counter(proxy.seen), threading.Barrier(THREADS)

    def run(_: int) -> int:
        buying, done = buyer(), 0
        next(buying)
        start.wait()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            next(buying)
            done += 1
        return done

    with ThreadPoolExecutor(THREADS) as threads:
        total = sum(threads.map(run, range(THREADS)))
    seen = {call: number for call, number in (proxy.seen - before).items() if call in OF_A_HOLD}
    kinds = ", ".join(f"{number} {call}" for call, number in seen.items())
    return name, total / SECONDS, sum(seen.values()) / (total + THREADS), f"{kinds} for {total + THREADS}"


def holds(shop: stack.Stack, sku: str) -> Callable[[], Iterator[None]]:
    words = [sys.executable, "-m", "tools.shop", "token", "orders", "catalog"]
    env = {**os.environ, "SHOP_HOME": str(shop.home), "SHOP_PORT": str(shop.port)}
    done = subprocess.run(words, cwd=stack.ROOT, env=env, check=True, capture_output=True, text=True)
    caller, numbers = {"Authorization": f"Bearer {done.stdout.strip()}"}, count()
    wanted = {"items": [{"sku": sku, "quantity": 1}], "ttl_seconds": 900}

    def buyer() -> Iterator[None]:
        client = shop.client("catalog")
        while True:
            client.ask("PUT", f"/reservations/ord_{sku}_{next(numbers)}", wanted, **caller)
            yield

    return buyer


def bare(shop: stack.Stack, url: str) -> Callable[[], Iterator[None]]:
    table, numbers = shop.environment("catalog")["STOCK_TABLE"], count()
    filler = {name: {"S": "x" * 40} for name in ("operation", "hold_due_", "id", "state")} | {"lines": {"S": "x" * 300}}

    counter = {"pk": {"S": "BENCH"}, "sk": {"S": "COUNTER"}}
    stack.dynamodb(url).put_item(
        TableName=table, Item={**counter, "available": {"N": "1000000"}, "revision": {"S": "r"}}
    )
    making = threading.Lock()

    def buyer() -> Iterator[None]:
        with making:
            client = stack.dynamodb(url)
        while True:
            key = {"pk": {"S": f"BENCH#{next(numbers)}"}, "sk": {"S": "RES"}}
            client.transact_write_items(TransactItems=[put(key), take()])
            yield

    def put(key: dict[str, Any]) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": table,
                "Item": {**key, **filler},
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def take() -> dict[str, Any]:
        return {
            "Update": {
                "TableName": table,
                "Key": counter,
                "UpdateExpression": "SET available = available - :n, held = if_not_exists(held, :z) + :n",
                "ConditionExpression": "revision = :r AND available >= :n",
                "ExpressionAttributeValues": {":n": {"N": "1"}, ":z": {"N": "0"}, ":r": {"S": "r"}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    return buyer
