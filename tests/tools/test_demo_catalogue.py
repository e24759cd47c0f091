"""What the demo range must be before it can be seeded."""

import re
from collections import Counter
from itertools import product

import pytest
from PIL import Image

from tools.shop.demo import catalogue
from tools.shop.demo.catalogue import Goods

RANGE = catalogue.load()
VARIANTS = [variant for goods in RANGE.goods for variant in goods.body["variants"]]
every_product = pytest.mark.parametrize("goods", RANGE.goods, ids=lambda goods: goods.slug)


def test_about_sixty_products_fill_eight_categories():
    filled = Counter(goods.category for goods in RANGE.goods)

    assert len(RANGE.categories) == 8
    assert set(filled) == {category["slug"] for category in RANGE.categories}
    assert 55 <= len(RANGE.goods) <= 70
    assert min(filled.values()) >= 6


def test_slugs_and_skus_are_unique():
    slugs = [goods.slug for goods in RANGE.goods] + [category["slug"] for category in RANGE.categories]
    skus = [variant["sku"] for variant in VARIANTS]

    assert len(set(slugs)) == len(slugs)
    assert len(set(skus)) == len(skus)


def test_some_things_are_sold_out_some_nearly_and_some_reduced():
    stock = [variant["stock"] for variant in VARIANTS]

    assert 0 in stock
    assert any(0 < left <= 3 for left in stock)
    assert any(variant["compare_at_price"] for variant in VARIANTS)


@every_product
def test_product_has_the_fields_that_the_contract_wants(goods: Goods):
    body = goods.body

    assert set(body) == {"slug", "name", "description", "status", "options", "variants"}
    assert body["slug"] == goods.slug
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", goods.slug)
    assert 3 <= len(body["name"]) <= 60
    assert 40 <= len(body["description"]) <= 400
    assert body["status"] == "active"


@every_product
def test_variants_are_the_combinations_of_the_options(goods: Goods):
    options = {option["name"]: option["values"] for option in goods.body["options"]}
    combinations = [dict(zip(options, values, strict=True)) for values in product(*options.values())]

    assert [variant["options"] for variant in goods.body["variants"]] == combinations


@every_product
def test_variant_has_the_fields_that_the_contract_wants(goods: Goods):
    for variant in goods.body["variants"]:
        assert set(variant) == {"sku", "options", "price", "compare_at_price", "weight_g", "stock"}
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", variant["sku"])
        assert variant["price"]["amount"] > 0
        assert variant["price"]["currency"] == "EUR"
        assert variant["stock"] >= 0
        assert variant["weight_g"] > 0
        before = variant["compare_at_price"]
        assert before is None or before["amount"] > variant["price"]["amount"]


@every_product
def test_picture_is_a_small_square_webp(goods: Goods):
    with Image.open(goods.picture) as picture:
        assert (picture.format, picture.size) == ("WEBP", (800, 800))
    assert goods.picture.stat().st_size < 40_000
    assert 15 <= len(goods.alt) <= 120


def test_all_pictures_together_are_small_and_none_is_left_over():
    pictures = list((catalogue.HERE / "pictures").glob("*.webp"))

    assert sum(picture.stat().st_size for picture in pictures) < 1_500_000
    assert {picture.stem for picture in pictures} == {goods.slug for goods in RANGE.goods}
