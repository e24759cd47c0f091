"""Brings categories, products and pictures into the shop; what is there already stays as it is."""

from itertools import chain, zip_longest
from typing import Any

from tools.shop.demo.api import Api, SeedingFailed
from tools.shop.demo.catalogue import Goods

PICTURE_TYPE = "image/webp"


def seed_categories(staff: Api, wanted: list[dict[str, Any]]) -> dict[str, str]:
    """Make the categories that are missing, and return the ids of all by slug."""
    found = category_ids(staff)
    for body in wanted:
        if body["slug"] not in found:
            # A repeat after a lost reply is refused with slug_taken, and the id is read again below.
            staff.call("POST", "/api/categories", body, 201, 409)
    return category_ids(staff)


def category_ids(staff: Api) -> dict[str, str]:
    return {one["slug"]: one["id"] for one in staff.call("GET", "/api/categories", None, 200).body["items"]}


def seed_product(staff: Api, goods: Goods, ids: dict[str, str]) -> None:
    """Make the product, the variants and the picture that are missing."""
    product = find(staff, goods.slug) or create(staff, goods, ids[goods.category])
    present = {variant["sku"] for variant in product["variants"]}
    for variant in goods.body["variants"]:
        if variant["sku"] not in present:
            staff.call("POST", f"/api/products/{product['id']}/variants", variant, 201, 409)
    if not product["images"]:
        add_picture(staff, product["id"], goods)


def find(staff: Api, slug: str) -> dict[str, Any] | None:
    answer = staff.call("GET", f"/api/products/{slug}", None, 200, 404)
    return answer.body if answer.status == 200 else None


def create(staff: Api, goods: Goods, category_id: str) -> dict[str, Any]:
    """Product, variants and stock in one request. A repeat after a lost reply is refused: then read what is there."""
    answer = staff.call("POST", "/api/products", {**goods.body, "category_ids": [category_id]}, 201, 409)
    made = answer.body if answer.status == 201 else find(staff, goods.slug)
    if made is None:
        raise SeedingFailed(f"{goods.slug} was refused: {answer.body}")
    return dict(made)


def add_picture(staff: Api, product_id: str, goods: Goods) -> None:
    """Ask for a form, upload straight to S3, have it looked at and renditions made.

    Stopped before that was asked for, the next run begins a new one; afterwards the shop finishes it by itself.
    """
    content = goods.picture.read_bytes()
    wish = {"content_type": PICTURE_TYPE, "size": len(content), "alt": goods.alt}
    offer = staff.call("POST", f"/api/products/{product_id}/images", wish, 201).body
    staff.upload(offer["upload"]["url"], offer["upload"]["fields"], content, PICTURE_TYPE)
    complete = f"/api/products/{product_id}/images/{offer['image_id']}/complete"
    while staff.call("POST", complete, {}, 200).body["status"] == "processing":
        pass  # a busy machine: the call waited for seconds, and the next one waits again


def mixed(range_: list[Goods]) -> list[Goods]:
    """One product of each category in turn, the first ones last: then the newest show the best of the whole range."""
    shelves: dict[str, list[Goods]] = {}
    for goods in range_:
        shelves.setdefault(goods.category, []).append(goods)
    return [goods for goods in chain.from_iterable(zip_longest(*shelves.values())) if goods][::-1]
