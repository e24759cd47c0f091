"""GET /api/products/{id} through the edge, against one bare DynamoDB get_item of the same emulator.

Target: at most 3 times as long. The calls alternate, each on a kept connection of its own; medians. It is one product,
read again and again: catalog-service remembers where its stock stands, so this is one batch read, not the two of a
first time.
"""

import statistics
import time
from collections.abc import Callable

import boto3
from botocore.config import Config

from bench import stack, tables

WARM_UP, ROUNDS, BATCHES = 100, 300, 3
TARGET = 3.0


def main() -> None:
    with stack.running() as shop:
        edge, catalog = shop.client(), shop.client("catalog")
        product = stack.product(edge, shop.staff(edge))
        path = f"/products/{product['id']}"
        calls: dict[str, Callable[[], object]] = {
            "one bare get_item (boto3)": bare(shop, product["id"]),
            "product through the edge": lambda: edge.raw(f"/api{path}"),
            "product through the edge, by slug": lambda: edge.raw(f"/api/products/{product['slug']}"),
            "product from catalog-service itself": lambda: catalog.raw(path),
            "catalog-service's /health itself": lambda: catalog.raw("/health"),
        }
        check(edge, path)
        batches = [measured(calls) for _ in range(BATCHES)]
    least = min(batches, key=lambda batch: batch["one bare get_item (boto3)"])
    one = least["one bare get_item (boto3)"]
    tables.show(["call", "median ms", "ratio"], [[name, f"{ms:.2f}", f"{ms / one:.2f}"] for name, ms in least.items()])
    ratios = [batch["product through the edge"] / batch["one bare get_item (boto3)"] for batch in batches]
    print(f"\nRatio in {BATCHES} batches: {', '.join(f'{ratio:.2f}' for ratio in ratios)}; target at most {TARGET}.")


def check(edge: stack.Client, path: str) -> None:
    """What is measured is the product, with its stock."""
    assert edge.ask("GET", f"/api{path}")["variants"][0]["available"] == 100_000


def bare(shop: stack.Stack, product_id: str) -> Callable[[], object]:
    client = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{shop.port + 4}",
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator's
        config=Config(retries={"total_max_attempts": 1}),
    )
    table = shop.environment("catalog")["CATALOG_TABLE"]
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    names = {key["KeyType"]: key["AttributeName"] for key in schema}
    key = {names["HASH"]: {"S": f"PROD#{product_id}"}, names["RANGE"]: {"S": "META"}}
    assert "Item" in client.get_item(TableName=table, Key=key)
    return lambda: client.get_item(TableName=table, Key=key)


def measured(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median milliseconds of each; the calls alternate, so that whatever disturbs one disturbs all."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(WARM_UP + ROUNDS):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if turn >= WARM_UP:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(found) * 1000 for name, found in times.items()}
