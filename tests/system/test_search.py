"""Search in a running shop: in step with the products within seconds, and served on while S3 is away."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.support.running_shop import Shop
from tests.system.eventually import eventually
from tests.system.web import Web, all_at_once
from tools.shop import environment
from tools.shop.home import read_json

FRESH_S = 5


@pytest.fixture
def staff(shop: Shop) -> Web:
    return shop.as_role("staff")


@pytest.fixture
def word() -> str:
    """That no other test's products have."""
    return f"w{secrets.token_hex(6)}"


@pytest.fixture
def found(shop: Shop) -> Callable[[str], list[dict[str, Any]]]:
    web = Web(shop.url)

    def search(query: str) -> list[dict[str, Any]]:
        answer = web.get(f"/products?q={query}")
        assert answer.status == 200, answer
        return list(answer.json["items"])

    return search


@pytest.fixture
def bucket(shop: Shop) -> Any:
    resource = boto3.resource(
        "s3",
        endpoint_url=shop.ports.url("aws"),
        region_name=environment.REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return resource.Bucket(read_json(shop.home.environment)["catalog"]["BUCKET"])


def product(staff: Web, name: str) -> dict[str, Any]:
    slug = f"p-{secrets.token_hex(6)}"
    variant = {"sku": slug, "price": {"amount": 1990, "currency": "EUR"}, "stock": 1}
    made = staff.post("/products", {"slug": slug, "name": name, "status": "active", "variants": [variant]})
    assert made.status == 201, made
    return dict(made.json)


def soon(condition: Callable[[], Any]) -> bool:
    return bool(eventually(condition, within_s=FRESH_S))


def test_a_product_is_found_renamed_sold_out_and_archived_within_seconds(staff, found, word):
    made = product(staff, f"Lamp {word}")
    assert soon(lambda: [card["name"] for card in found(word)] == [f"Lamp {word}"])

    path, other = f"/products/{made['id']}", word[::-1]
    assert staff.patch(path, {"name": f"Lamp {other}"}, If_Match='"1"').status == 200
    assert soon(lambda: found(other) and not found(word))

    assert staff.put(f"/stock/{made['slug']}", {"on_hand": 0}).status == 200
    assert soon(lambda: [card["available"] for card in found(other)] == [False])

    assert staff.delete(path).status == 204
    assert soon(lambda: not found(other))


def test_while_the_index_is_out_of_reach_the_last_one_serves(shop, staff, found, bucket, word):
    product(staff, f"Lamp {word}")
    assert eventually(lambda: found(word))
    for one in bucket.objects.filter(Prefix="search/"):
        one.put(Body=b"damaged")
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        assert found(word)

    shop.kill("catalog")
    refused = Web(shop.url).get(f"/products?q={word}")
    assert (refused.status, refused.code) == (503, "unavailable")
    assert Web(shop.url).get("/products").status == 200

    product(staff, f"Table {word}")  # the next change finds it damaged and has it made anew
    assert eventually(lambda: Web(shop.url).get(f"/products?q={word}").status == 200)
    assert eventually(lambda: len(found(word)) == 2)


def test_a_rebuild_loses_no_change_that_is_made_meanwhile(shop, staff, found, word):
    first = [product(staff, f"Lamp {word} {number}") for number in range(3)]
    changes = [lambda n=number: product(staff, f"Lamp {word} {n}") for number in range(3, 8)]
    changes += [lambda one=one: staff.delete(f"/products/{one['id']}") for one in first[:2]]

    all_at_once([lambda: shop.command("search", "rebuild"), *changes])

    assert soon(lambda: sorted(card["name"][-1] for card in found(word)) == list("234567"))
    assert shop.command("search", "check") == "The index says what is stored."
