"""Lists of products: every sort a total order, pages that neither repeat nor leave out, cursors that fit one list."""

from operator import itemgetter

import pytest

from tests.catalog.conftest import euros

PRICES = {"zebra": 300, "Apple": 100, "émile": 200, "mango": 100, "banana": 100}


@pytest.fixture
def tree(shop):
    top = shop.category("top")
    return {"top": top, "left": shop.category("left", top), "right": shop.category("right", top)}


@pytest.fixture
def products(shop, shop_clock, tree):
    made = []
    for place, (name, cents) in enumerate(PRICES.items()):
        shop_clock.forward(1)
        slug = f"product-{place}"
        variants = [{"sku": f"{slug}-a", "price": euros(cents + 50)}, {"sku": f"{slug}-b", "price": euros(cents)}]
        branch = tree["left" if place % 2 else "right"]
        made.append(shop.product(slug, name=name, category_ids=[branch], variants=variants))
    return made


def pages(api, query, limit, role=None):
    cursor, found = "", []
    while cursor is not None:
        answer = api.get(f"/products?{query}&limit={limit}{cursor and f'&cursor={cursor}'}", role=role).json
        assert answer["items"]
        found += answer["items"]
        cursor = answer["next_cursor"]
    return found


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", ["banana", "mango", "émile", "Apple", "zebra"]),
        ("price_asc", ["Apple", "mango", "banana", "émile", "zebra"]),
        ("price_desc", ["zebra", "émile", "banana", "mango", "Apple"]),
        ("name", ["Apple", "banana", "émile", "mango", "zebra"]),
    ],
)
def test_each_sort_is_paged_without_gaps_or_repeats(api, products, sort, expected, limit):
    assert [card["name"] for card in pages(api, f"sort={sort}", limit)] == expected


def test_a_category_includes_those_below_it(shop, products):
    assert shop.names("category=left&sort=name") == ["Apple", "mango"]
    assert shop.names("category=right&sort=name") == ["banana", "émile", "zebra"]
    assert sorted(shop.names("category=top")) == sorted(PRICES)
    assert shop.names("category=none") == []


def test_a_card_shows_what_a_list_draws(api, shop):
    product = shop.product(variants=[{"sku": "A", "price": euros(900), "compare_at_price": euros(1200), "stock": 1}])

    assert api.get("/products").json == {
        "items": [
            {
                "id": product["id"],
                "slug": "lamp",
                "name": "Lamp",
                "status": "active",
                "price": euros(900),
                "compare_at_price": euros(1200),
                "available": True,
                "thumb_url": None,
                "picture_url": None,
            }
        ],
        "next_cursor": None,
    }


def test_staff_list_by_status_and_category(shop, products, tree):
    shop.product("draft", name="draft", status="draft", category_ids=[tree["left"]])
    shop.archive(products[0])

    assert shop.names("status=draft", role="staff") == ["draft"]
    assert shop.names("status=draft&category=top&sort=price_asc", role="staff") == ["draft"]
    assert shop.names("status=archived", role="admin") == ["zebra"]
    assert sorted(shop.names("status=all", role="staff")) == sorted([*PRICES, "draft"])
    assert shop.names("status=all&category=left&sort=name", role="staff") == ["Apple", "draft", "mango"]
    assert "draft" not in shop.names() + shop.names("category=left")


def test_a_change_moves_the_card(shop, products, tree):
    shop.change(products[0], name="aardvark", category_ids=[tree["left"]])

    assert shop.names("category=left&sort=name") == ["aardvark", "Apple", "mango"]
    assert "zebra" not in shop.names() + shop.names("category=right")


def test_a_product_without_variants_comes_after_those_with_a_price(api, shop, products):
    shop.product("bare", name="bare", variants=[])

    assert shop.names("sort=price_asc")[-1] == "bare"
    assert {card["name"]: card["price"] for card in api.get("/products").json["items"]}["bare"] is None


def test_a_cursor_fits_one_list_only(api, products):
    cursor = api.get("/products?sort=name&limit=2").json["next_cursor"]
    staff = api.get("/products?status=active&sort=name&limit=2", role="staff").json["next_cursor"]

    assert api.get(f"/products?sort=name&limit=1&cursor={cursor}").json["items"][0]["name"] == "émile"
    for query in ("sort=newest", "sort=name&category=top", "sort=name&status=active"):
        assert api.get(f"/products?{query}&cursor={cursor}", role="staff").code == "cursor_invalid"
    assert api.get(f"/products?sort=name&status=active&cursor={staff}", role="admin").code == "cursor_invalid"
    altered = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    assert api.get(f"/products?sort=name&cursor={altered}").code == "cursor_invalid"
    assert api.get("/products?cursor=x").code == "cursor_invalid"


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "sort=cheapest", "limit=1.5"])
def test_bad_parameters_are_named(api, query):
    refused = api.get(f"/products?{query}")

    assert (refused.status, [error["field"] for error in refused.json["errors"]]) == (422, [query.partition("=")[0]])


def test_a_tie_is_broken_by_the_id(api, products):
    tied = [card for card in pages(api, "sort=price_asc", 2) if card["price"]["amount"] == 100]

    assert tied == sorted(tied, key=itemgetter("id"))
