"""GET /api/products/{id} through the edge, against one bare DynamoDB get_item of the same emulator.

Target: at most 3 times as long. The calls alternate, each on a kept connection of its own; medians. It is one product,
read again and again: catalog-service remembers where its stock stands, so this is one batch read, not the two of a
first time.
"""

from collections.abc import Callable

from bench import stack, tables

BATCHES = 3
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
        batches = [stack.medians(calls) for _ in range(BATCHES)]
    least = min(batches, key=lambda batch: batch["one bare get_item (boto3)"])
    one = least["one bare get_item (boto3)"]
    tables.show(["call", "median ms", "ratio"], [[name, f"{ms:.2f}", f"{ms / one:.2f}"] for name, ms in least.items()])
    ratios = [batch["product through the edge"] / batch["one bare get_item (boto3)"] for batch in batches]
    print(f"\nRatio in {BATCHES} batches: {', '.join(f'{ratio:.2f}' for ratio in ratios)}; target at most {TARGET}.")


def check(edge: stack.Client, path: str) -> None:
    """What is measured is the product, with its stock."""
    assert edge.ask("GET", f"/api{path}")["variants"][0]["available"] == 100_000


def bare(shop: stack.Stack, product_id: str) -> Callable[[], object]:
    client = stack.dynamodb(shop.url("aws"))
    table = shop.environment("catalog")["CATALOG_TABLE"]
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    names = {key["KeyType"]: key["AttributeName"] for key in schema}
    key = {names["HASH"]: {"S": f"PROD#{product_id}"}, names["RANGE"]: {"S": "META"}}
    assert "Item" in client.get_item(TableName=table, Key=key)
    return lambda: client.get_item(TableName=table, Key=key)
