"""Unit tests of catalog-service: its routes over fresh tables in moto, in a process of their own."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.support.services import prepare

prepare("catalog")

from tests.support import fixtures  # noqa: E402
from tests.support.api import Answer, Api  # noqa: E402

api, calls, service_name, shop_clock = fixtures.api, fixtures.calls, fixtures.service_name, fixtures.shop_clock
tables = fixtures.aws


@pytest.fixture
def aws(tables: Any) -> Any:
    """The tables and the bucket."""
    from chalicelib import config

    place = {"LocationConstraint": "eu-central-1"}
    tables("s3").create_bucket(Bucket=config.bucket.name, CreateBucketConfiguration=place)
    return tables


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Nothing that the service remembers outlives a test."""
    from chalicelib import config
    from chalicelib.categories import domain as categories
    from chalicelib.reservations import holding
    from chalicelib.search.reader import reader
    from chalicelib.stock import counters

    config.secrets._known.clear()
    categories.forget()
    counters.forget()
    reader.forget()
    holding.forget()


def euros(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "EUR"}


class Shop:
    """The catalogue as its staff and orders-service use it; every call gives the service's answer."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def category(self, slug: str, parent: str | None = None) -> str:
        made = self.api.post("/categories", {"slug": slug, "name": slug.title(), "parent_id": parent}, role="staff")
        assert made.status == 201, made
        return str(made.json["id"])

    def create(self, slug: str = "lamp", **fields: Any) -> Answer:
        variants = [{"sku": slug.upper(), "price": euros(1000), "stock": 5}]
        body = {"slug": slug, "name": slug.title(), "status": "active", "variants": variants} | fields
        return self.api.post("/products", body, role="staff")

    def product(self, slug: str = "lamp", **fields: Any) -> Any:
        made = self.create(slug, **fields)
        assert made.status == 201, made
        return made.json

    def change(self, product: Any, version: int | None = None, **fields: Any) -> Answer:
        tag = f'"{product["version"] if version is None else version}"'
        return self.api.patch(f"/products/{product['id']}", fields, role="staff", If_Match=tag)

    def archive(self, product: Any) -> None:
        assert self.api.delete(f"/products/{product['id']}", role="staff").status == 204

    def read(self, id_or_slug: str, role: str | None = None) -> Answer:
        return self.api.get(f"/products/{id_or_slug}", role=role)

    def names(self, query: str = "", role: str | None = None) -> list[str]:
        listed = self.api.get(f"/products?{query}", role=role)
        assert listed.status == 200, listed
        return [card["name"] for card in listed.json["items"]]

    def stock(self, sku: str = "LAMP") -> dict[str, int]:
        answer = self.api.get(f"/stock/{sku}", role="staff")
        assert answer.status == 200, answer
        return {name: answer.json[name] for name in ("on_hand", "held", "available")}

    def set_stock(self, sku: str, on_hand: int) -> Answer:
        return self.api.put(f"/stock/{sku}", {"on_hand": on_hand}, role="staff")

    def adjust(self, sku: str, delta: int, key: str, reason: str = "count") -> Answer:
        body = {"delta": delta, "reason": reason}
        return self.api.post(f"/stock/{sku}/adjustments", body, role="staff", Idempotency_Key=key)

    def reserve(self, reservation: str = "ord_1", ttl_seconds: int = 900, **quantities: int) -> Answer:
        items = [{"sku": sku, "quantity": quantity} for sku, quantity in (quantities or {"LAMP": 1}).items()]
        return self.reserve_items(items, reservation, ttl_seconds)

    def reserve_items(self, items: list[dict[str, Any]], reservation: str = "ord_1", ttl_seconds: int = 900) -> Answer:
        body = {"items": items, "ttl_seconds": ttl_seconds}
        return self.api.put(f"/reservations/{reservation}", body, role="service:orders")

    def commit(self, reservation: str = "ord_1") -> Answer:
        return self.api.post(f"/reservations/{reservation}/commit", role="service:orders")

    def release(self, reservation: str = "ord_1") -> Answer:
        return self.api.delete(f"/reservations/{reservation}", role="service:orders")

    def give_back(self, return_id: str, reservation: str = "ord_1", **quantities: int) -> Answer:
        items = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
        body = {"return_id": return_id, "items": items}
        return self.api.post(f"/reservations/{reservation}/return", body, role="service:orders")

    def reservation(self, reservation: str = "ord_1") -> Answer:
        return self.api.get(f"/reservations/{reservation}", role="service:orders")


@pytest.fixture
def shop(api: Api) -> Shop:
    return Shop(api)


@pytest.fixture
def sweep() -> Callable[[], None]:
    """What the schedule does each minute."""
    import app

    return lambda: app.sweep({"source": "aws.events", "detail-type": "", "detail": {}, "version": "", "account": "",
                              "id": "", "region": "", "resources": [], "time": ""}, None)  # fmt: skip


class Stream:
    """The stock table's stream as its handler gets it: every change since the last look, by comparing the items."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = self._items()

    def deliver(self) -> None:
        import app

        now = self._items()
        records = [self._record(self.seen.get(key), now.get(key)) for key in self.seen.keys() | now.keys()]
        self.seen = now
        event = {"Records": [record for record in records if record]}
        app.follow_stock(event, None)
        app.tell_low_stock(event, None)

    @staticmethod
    def _record(old: Any, new: Any) -> dict[str, Any] | None:
        kind = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        keys = {name: (new or old or {})[name] for name in ("pk", "sk")} if new or old else {}
        images = {name: image for name, image in (("OldImage", old), ("NewImage", new)) if image}
        return None if old == new else {"eventName": kind, "dynamodb": {"Keys": keys, **images}}

    @staticmethod
    def _items() -> dict[str, Any]:
        from chalicelib import config

        rows = boto3.client("dynamodb").scan(TableName=config.STOCK_TABLE)["Items"]
        return {row["pk"]["S"] + row["sk"]["S"]: row for row in rows}


@pytest.fixture
def stream(aws: Any) -> Stream:
    return Stream()


@pytest.fixture
def set_aside(aws: Any) -> Any:
    """What followers of the stream failed at."""
    import app
    from chalicelib import config
    from tests.support.aside import SetAside

    return SetAside(aws("sqs"), config.SET_ASIDE_QUEUE, app.take_up)


@pytest.fixture
def erasures(aws: Any, calls: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What users-service tells of people who are erased."""
    import app
    from chalicelib import config
    from tests.support.erasures import Erasures, make_queue

    make_queue(aws, config, monkeypatch)
    return Erasures(app.forget_people, calls)
