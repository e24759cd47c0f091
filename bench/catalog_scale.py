"""Calls to DynamoDB and read units of every route of products and categories, at 100 and at 100,000 products: equal.

The service's own routes in this process, over the embedded AWS in one of its own. Products are written straight to its
tables by the service's models. Read units are worked out by DynamoDB's rules from the sizes of the items that came back
(4 KB each, half for eventual consistency), not taken from the emulator. Exit 1 if anything differs.
`SIZES=100,20000` measures others.
"""

import importlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import tables

SIZES = [int(one) for one in os.environ.get("SIZES", "100,100000").split(",")]
LEAVES, BATCH = 4, 25
Route = tuple[str, Callable[[], Any]]


def main() -> None:
    measured = [_in_a_process_of_its_own(size) for size in SIZES]
    names = list(measured[0])
    head = ["route", *(f"{size:,} products" for size in SIZES)]
    tables.show(head, [[name, *(one[name] for one in measured)] for name in names])
    differing = [name for name in names if len({one[name] for one in measured}) > 1]
    print(f"\nDiffering: {', '.join(differing)}" if differing else "\nEqual at every size.")
    if differing:
        raise SystemExit(1)


def _in_a_process_of_its_own(size: int) -> dict[str, str]:
    """One service's modules and one client for each size."""
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)) as url:
        command = [sys.executable, "-m", "bench.catalog_scale", str(size), url]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "TMPDIR": folder})
    return dict(line.split("\t") for line in done.stdout.splitlines() if "\t" in line)


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """The embedded AWS alone, which keeps nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"GATEWAY_PORT": str(port), "STATE_DIR": str(folder / "state"), "SAVE_EVERY": "1000000", "PERSIST_STATE": "0"}
    log = (folder / "aws.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.shop.aws"], env={**os.environ, **own}, stdout=log, stderr=log
    )
    try:
        while _closed(port):
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGKILL)  # it would write all of its state down
        process.wait()


def _closed(port: int) -> bool:
    with socket.socket() as there:
        return there.connect_ex(("127.0.0.1", port)) != 0


def measure(size: int, url: str) -> None:
    """In its own process: fill the tables, then ask each route and print what it cost."""
    services, tokens = module("tests.support.services"), module("tests.support.tokens")
    services.prepare("catalog")
    os.environ["AWS_ENDPOINT_URL"] = url
    import boto3

    dynamodb = boto3.client("dynamodb")
    for table in services.tables("catalog"):
        table.pop("StreamSpecification", None)  # nobody follows them here
        dynamodb.create_table(**table)
    for name, value in {"cursor-key": "k", "signing-keys": tokens.signing_keys("catalog")}.items():
        boto3.client("ssm").put_parameter(Name=f"/shop/catalog/{name}", Value=value, Type="SecureString")
    import common.service
    from common.tables import Item

    common.service.fetch_json = tokens.jwks  # type: ignore[attr-defined]
    Item.Meta.read_timeout_seconds = 120  # the emulator looks through the whole table for each query of an index
    ids = fill(size, dynamodb)
    ask(ids)


def module(name: str) -> Any:
    """Of the service or of its tests, which are not at hand where this is only looked at."""
    return importlib.import_module(name)


def fill(size: int, dynamodb: Any) -> list[str]:
    """Products of the same shape, each in one of four categories, one in four with a price in dollars; their ids."""
    categories, models = module("chalicelib.categories.domain"), module("chalicelib.products.models")
    from common.schemas import Money

    chance = random.Random(1)
    top = categories.create_category("top", None, name="Everything", position=0).id
    leaves = [
        categories.create_category(f"leaf-{n:02}", top, name=f"Leaf {n:02}", position=n).id for n in range(LEAVES)
    ]
    ids, batch = [], Batch(dynamodb)
    for number in range(size):
        prices = {"USD": models.Price(chance.randrange(1000, 9999))} if number % 4 == 0 else {}
        leaf, product_id = leaves[number % LEAVES], f"prd_{number:026}"
        batch.add(
            models.Product(
                id=product_id,
                slug=f"product-{number:06}",
                name=f"Product {chance.randrange(10**6):06}",
                description="x" * 400,
                status="active",
                category_ids=[leaf],
                shelves=sorted([leaf, top]),
                options=[],
                variants=[
                    models.Variant(
                        sku=f"SKU-{number:06}",
                        options={},
                        price=Money(chance.randrange(1000, 9999), "EUR"),
                        prices=prices,
                    )
                ],
                images=[],
                in_stock=True,
                version=1,
                revision=1,
                created_at=0,
                updated_at=0,
                translations={"de": models.Translation(f"Produkt {chance.randrange(10**6):06}")},
            )
        )
        ids.append(product_id)
    batch.flush()
    return ids


class Batch:
    """Writes what a product consists of, 25 items at a time."""

    def __init__(self, dynamodb: Any) -> None:
        from common.tables import Transaction

        class Collecting(Transaction):
            def put(_, item: Any, condition: Any = None) -> None:  # noqa: N805, ARG002
                self.waiting.append((item.Meta.table_name, {"PutRequest": {"Item": item.serialize()}}))

        self.dynamodb, self.collecting = dynamodb, Collecting()
        self.waiting: list[tuple[str, dict[str, Any]]] = []

    def add(self, product: Any) -> None:
        for part in module("chalicelib.products.parts").parts_of_new(product, {one.sku: 5 for one in product.variants}):
            part.add(self.collecting)
        while len(self.waiting) >= BATCH:
            self._write()

    def _write(self) -> None:
        now, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
        requests: dict[str, list[Any]] = {}
        for table, request in now:
            requests.setdefault(table, []).append(request)
        self.dynamodb.batch_write_item(RequestItems=requests)

    def flush(self) -> None:
        while self.waiting:
            self._write()


def ask(ids: list[str]) -> None:
    app = module("app")
    # Asked again every ten seconds, by one query more; but here one query of an index can take as long.
    module("chalicelib.categories.domain")._REMEMBERED_SECONDS = 86_400
    middle = ids[len(ids) // 8 * 4]  # one with a price in dollars
    with module("tests.support.api").connected(app.app, "catalog") as api:
        meter = Meter(app.table.CatalogItem._get_connection().connection.client)
        cursor = api.get("/products?sort=name&category=top").json["next_cursor"]  # remembers the categories, too
        for name, route in routes(api, middle, cursor):
            meter.start()
            answer = route()
            assert answer.status in (200, 201, 204, 304), (name, answer)
            print(f"{name}\t{meter.result()}", flush=True)


def routes(api: Any, product_id: str, cursor: str) -> list[Route]:
    slug = f"product-{int(product_id.removeprefix('prd_')):06}"
    path = f"/products/{product_id}"
    skus = "&".join(f"sku=SKU-{n:06}" for n in range(100))
    staff = {"role": "staff"}
    variant = {"sku": "NEW", "price": {"amount": 1, "currency": "EUR"}}
    new = {"slug": "new", "name": "New", "variants": [variant], "status": "active"}
    category = {"slug": "new", "name": "New"}
    lists = ("", "?sort=price_asc", "?sort=price_desc", "?sort=name", "?category=top", "?category=leaf-01&sort=name")
    found: list[Route] = [(f"GET /products{query}", _get(api, f"/products{query}")) for query in lists]
    return [
        *found,
        ("the next page", _get(api, f"/products?sort=name&category=top&cursor={cursor}")),
        ("GET /products?currency=USD&sort=price_asc", _get(api, "/products?currency=USD&sort=price_asc")),
        ("GET /products?limit=100", _get(api, "/products?limit=100")),
        ("staff: ?status=all&category=top", _get(api, "/products?status=all&category=top", **staff)),
        ("staff: ?status=draft", _get(api, "/products?status=draft", **staff)),
        ("GET /products/{id}, the first time", _get(api, path)),
        ("GET /products/{id}", _get(api, path)),
        ("GET /products/{slug}", _get(api, f"/products/{slug}")),
        ("GET /products/{id}, 304", _get(api, path, If_None_Match='"1"')),
        ("GET /variants, 100 SKUs", _get(api, f"/variants?{skus}")),
        ("GET /categories", _get(api, "/categories")),
        ("PATCH /products/{id}, name", lambda: api.patch(path, {"name": "N"}, If_Match='"1"', **staff)),
        ("DELETE /products/{id}", lambda: api.delete(path, **staff)),
        ("POST /products", lambda: api.post("/products", new, **staff)),
        ("POST /categories", lambda: api.post("/categories", category, **staff)),
    ]


def _get(api: Any, path: str, **options: str) -> Callable[[], Any]:
    return lambda: api.get(path, **options)


class Meter:
    """Calls of the service's client, the units that its reads cost, and the items that it wrote."""

    def __init__(self, client: Any) -> None:
        client.meta.events.register("after-call.dynamodb", self._note)
        client.meta.events.register("provide-client-params.dynamodb", self._remember)
        self.start()

    def start(self) -> None:
        self.calls: Counter[str] = Counter()
        self.units, self.written = 0.0, 0
        self.params: dict[str, Any] = {}

    def _remember(self, params: dict[str, Any], **_: Any) -> None:
        self.params = params

    def _note(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        self.calls[model.name] += 1
        strong = "'ConsistentRead': True" in str(self.params)
        rate = 1.0 if strong else 0.5
        if model.name == "Query":
            self.units += rate * _blocks(sum(map(_bytes, parsed.get("Items", ()))))
        elif model.name == "BatchGetItem":
            asked = sum(len(one["Keys"]) for one in self.params["RequestItems"].values())
            rows = [row for found in parsed["Responses"].values() for row in found]
            self.units += rate * (sum(_blocks(_bytes(row)) for row in rows) + asked - len(rows))
        elif model.name == "GetItem":
            self.units += rate * _blocks(_bytes(parsed.get("Item", {})))
        elif model.name == "TransactWriteItems":
            self.written += len(self.params["TransactItems"])

    def result(self) -> str:
        calls = ", ".join(f"{name} × {number}" if number > 1 else name for name, number in self.calls.items())
        return f"{calls}; {self.units:g} RCU" + (f"; {self.written} items written" if self.written else "")


def _blocks(size: int) -> int:
    return max(1, -(-size // 4096))


def _bytes(item: dict[str, Any]) -> int:
    """As DynamoDB counts an item: names and values."""
    return sum(len(name) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: dict[str, Any]) -> int:
    kind, inner = next(iter(value.items()))
    return len(str(inner).encode()) if kind in ("S", "N") else 1


if __name__ == "__main__":
    measure(int(sys.argv[1]), sys.argv[2])
