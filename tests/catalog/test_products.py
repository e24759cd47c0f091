"""Products: unique slugs and SKUs, changes by version, and cards that are always in step."""

import pytest

from tests.catalog.conftest import euros


def variant(sku, cents=1000, stock=0, **fields):
    return {"sku": sku, "price": euros(cents), "stock": stock} | fields


def dollars(cents):
    return {"amount": cents, "currency": "USD"}


def many(number, prefix="V"):
    return [variant(f"{prefix}{place}", 1000 + place, stock=1) for place in range(number)]


def test_a_product_is_made_and_read_by_id_and_slug(api, shop):
    made = shop.create(
        "lamp", description="Bright", variants=[variant("L-1", 900, 3, options={"Size": "S"}, weight_g=20)]
    )

    assert (made.status, made.headers["Location"], made.headers["ETag"]) == (201, f"/products/{made.json['id']}", '"1"')
    assert api.get(made.headers["Location"], role="staff").json == shop.read("lamp", role="staff").json == made.json
    assert made.json["options"] == [{"name": "Size", "values": ["S"]}]
    assert made.json["variants"] == [
        {
            "sku": "L-1",
            "options": {"Size": "S"},
            "price": euros(900),
            "compare_at_price": None,
            "weight_g": 20,
            "available": 3,
            "prices": [],
        }
    ]


def test_categories_are_named_on_a_product(api, shop):
    top = shop.category("top")
    below = shop.category("below", top)

    product = shop.product(category_ids=[below])
    assert product["categories"] == [{"id": below, "slug": "below", "name": "Below"}]
    api.patch(f"/categories/{below}", {"name": "Renamed"}, role="staff", If_Match='"1"')
    assert shop.read("lamp").json["categories"][0]["name"] == "Renamed"


def test_an_unchanged_product_is_not_sent_again(api, shop):
    shop.product()
    tag = shop.read("lamp").headers["ETag"]

    assert api.get("/products/lamp", If_None_Match=tag).status == 304
    assert api.get("/products/lamp", If_None_Match='"7"').status == 200
    assert shop.read("lamp").headers["Cache-Control"] == "no-store"  # stock and signed addresses have no version


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_is_not_active_is_there_for_staff_only(shop, status):
    product = shop.product(status="draft")
    if status == "archived":
        shop.archive(product)

    unknown = shop.read("prd_none", role="customer")
    hidden = shop.read(product["id"], role="customer")
    same = [
        {name: value for name, value in answer.json.items() if name != "request_id"} for answer in (unknown, hidden)
    ]
    assert (hidden.status, shop.read(product["id"]).status) == (404, 404)
    assert same[0] == same[1]
    assert shop.read(product["id"], role="staff").json["status"] == status


def test_slugs_and_skus_are_taken_once(shop):
    shop.product("lamp")

    assert shop.create("lamp", variants=[]).code == "slug_taken"
    taken = shop.create("other", variants=[variant("NEW", stock=1), variant("LAMP")])
    assert (taken.status, taken.code, taken.json["skus"]) == (409, "sku_taken", ["LAMP"])
    assert shop.read("other", role="staff").status == 404
    assert shop.product("third", variants=[variant("NEW")])


def test_archiving_frees_slug_and_skus(api, shop):
    old = shop.product("lamp")
    shop.archive(old)
    shop.archive(old)

    new = shop.product("lamp")
    assert shop.read("lamp").json["id"] == new["id"] != old["id"]
    assert api.get("/variants?sku=LAMP").json["items"][0]["product_id"] == new["id"]


def test_an_archived_product_can_return_with_its_stock_unless_its_names_are_taken(shop):
    old = shop.product("lamp")
    shop.archive(old)
    assert shop.change(old, version=2, status="active").json["variants"][0]["available"] == 5
    assert shop.names() == ["Lamp"]

    shop.archive(old)
    shop.product("lamp")
    assert shop.change(old, version=4, status="active").code == "slug_taken"
    assert shop.change(old, version=4, status="active", slug="old-lamp").code == "sku_taken"


def test_a_change_needs_the_version_that_was_read(api, shop):
    product = shop.product()

    assert api.patch(f"/products/{product['id']}", {"name": "X"}, role="staff").status == 428
    changed = shop.change(product, name="Better", slug="better")
    assert (changed.json["version"], changed.headers["ETag"]) == (2, '"2"')
    assert shop.change(product, name="Late").code == "version_mismatch"
    assert (shop.read("lamp").status, shop.read("better").json["name"]) == (404, "Better")
    assert api.delete(f"/products/{product['id']}", role="staff", If_Match='"1"').status == 412


def test_variants_come_and_go_by_the_products_version(api, shop):
    product = shop.product()
    path = f"/products/{product['id']}/variants"

    made = api.post(path, variant("L-2", 500, 4), role="staff")
    assert (made.status, made.headers["ETag"], made.json["available"]) == (201, '"2"', 4)
    assert api.post(path, variant("L-2"), role="staff").code == "sku_taken"
    assert api.patch(f"{path}/L-2", {"price": euros(400)}, role="staff").status == 428
    assert api.patch(f"{path}/L-2", {"price": euros(400)}, role="staff", If_Match='"1"').status == 412
    assert api.patch(f"{path}/L-2", {"price": euros(400)}, role="staff", If_Match='"2"').json["price"] == euros(400)
    assert api.get("/products").json["items"][0]["price"] == euros(400)
    assert api.delete(f"{path}/L-2", role="staff").status == 204
    assert api.delete(f"{path}/L-2", role="staff").status == 404
    assert api.get("/products").json["items"][0]["price"] == euros(1000)
    assert shop.product("other", variants=[variant("L-2")])


def test_a_variant_that_is_none_is_not_found_before_any_version_is_asked_for(api, shop):
    path = f"/products/{shop.product()['id']}/variants/NONE"

    assert api.patch(path, {"weight_g": 1}, role="staff").status == 404
    assert api.patch(path, {"weight_g": 1}, role="staff", If_Match='"9"').status == 404
    assert api.delete(path, role="staff", If_Match='"9"').status == 404


def test_variants_can_be_replaced_as_a_whole(api, shop):
    product = shop.product()
    changed = shop.change(product, variants=[variant("LAMP", 1, stock=99), variant("NEW", 2, stock=7)])

    assert [(one["sku"], one["available"]) for one in changed.json["variants"]] == [("LAMP", 5), ("NEW", 7)]
    assert shop.change(product, version=2, variants=[]).json["variants"] == []
    assert api.get("/variants?sku=LAMP&sku=NEW").json["missing"] == ["LAMP", "NEW"]


def test_what_is_too_long_for_a_sku_is_missing_and_not_looked_for(api, shop, calls):
    """A key of more than 2 KB would be an error of DynamoDB."""
    shop.product()
    long = "x" * 3000

    found = api.get(f"/variants?sku={long}&sku=LAMP").json

    assert ([one["sku"] for one in found["items"]], found["missing"]) == (["LAMP"], [long])
    assert long not in str(calls.made)
    assert api.get(f"/variants?sku={long}").json == {"items": [], "missing": [long]}


def test_variants_are_looked_up_as_asked(api, shop):
    product = shop.product("lamp", variants=[variant("A", 100, 2, options={"Size": "S"}), variant("B", 200)])
    shop.product("draft", status="draft", variants=[variant("C")])

    found = api.get("/variants?sku=B&sku=C&sku=A&sku=none&sku=A").json
    assert [one["sku"] for one in found["items"]] == ["B", "A"]
    assert found["missing"] == ["C", "none"]
    assert found["items"][1] == {
        "sku": "A",
        "product_id": product["id"],
        "name": "Lamp",
        "options": {"Size": "S"},
        "price": euros(100),
        "weight_g": 0,
        "available": 2,
        "thumb_url": None,
    }
    assert api.get("/variants?" + "&".join(f"sku=s{n}" for n in range(101))).code == "limit_reached"
    assert api.get("/variants").status == 422


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"variants": [variant("A"), variant("A")]}, "variants[1].sku"),
        (
            {"variants": [variant("A"), {"sku": "B", "price": {"amount": 1, "currency": "USD"}}]},
            "variants[1].price.currency",
        ),
        ({"variants": many(101)}, "variants"),
        ({"category_ids": ["cat_none"]}, "category_ids[0]"),
        ({"status": "archived"}, "status"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"name": ""}, "name"),
        ({"variants": [variant("no/slash")]}, "variants[0].sku"),
        ({"variants": [{"sku": "A", "price": {"amount": 1.0, "currency": "EUR"}}]}, "variants[0].price.amount"),
        ({"images": []}, "images"),
    ],
)
def test_bad_fields_are_named(shop, fields, field):
    refused = shop.create(**fields)

    assert refused.status == 422
    assert field in [error["field"] for error in refused.json["errors"]]


def test_a_product_with_a_hundred_variants_in_many_categories_goes_through_its_whole_life(api, shop, sweep):
    parent = None
    for level in range(5):
        parent = shop.category(f"level-{level}", parent)
    product = shop.product("big", category_ids=[parent], variants=many(100))

    assert sum(one["available"] for one in shop.read("big").json["variants"]) == 100
    assert len(api.get("/variants?" + "&".join(f"sku=V{n}" for n in range(100))).json["items"]) == 100
    assert shop.reserve(V0=1, V99=1).status == 201
    product = shop.change(product, name="Bigger").json
    assert {one["name"] for one in api.get("/variants?sku=V0&sku=V99").json["items"]} == {"Bigger"}
    product = shop.change(product, variants=many(100, "W")).json
    assert api.get("/variants?sku=V0&sku=V99").json["missing"] == ["V0", "V99"]
    shop.archive(product)
    assert shop.product("next", variants=many(100, "W"))
    assert api.post(f"/products/{product['id']}/variants", variant("MORE"), role="staff").status == 422


def test_a_large_change_that_was_cut_off_is_finished_by_the_sweeper(api, shop, sweep, monkeypatch):
    from chalicelib.products import saving

    product = shop.product("big", variants=many(100))
    with monkeypatch.context() as crash:
        crash.setattr(saving, "finish", lambda written: written)
        shop.archive(product)
    assert api.get("/variants?sku=V0&sku=V99").json["missing"] != ["V0", "V99"]

    sweep()
    assert api.get("/variants?sku=V0&sku=V99").json["missing"] == ["V0", "V99"]
    assert shop.product("next", variants=many(100))


def test_claims_of_a_product_that_was_never_written_bind_nobody(shop, monkeypatch):
    from chalicelib.products import saving

    class Crash(BaseException):
        pass

    def crash(*_):
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(saving, "document_part", crash)
        with pytest.raises(Crash):
            shop.create("big", variants=many(100))

    assert shop.reserve(V99=1).json["shortages"] == [{"sku": "V99", "requested": 1, "available": 0}]
    assert shop.product("small", variants=[variant("V99", stock=1)])
    assert shop.product("big", variants=many(99))


@pytest.fixture
def small_room(monkeypatch):
    """A transaction has room for few items, so that a few variants are too many for it."""
    from chalicelib.products import saving

    monkeypatch.setattr(saving, "_ROOM", 4)


def test_a_large_product_comes_back_from_the_archive_with_all_its_units(shop, small_room):
    product = shop.product("big", variants=many(6))
    shop.reserve(V5=1)
    shop.archive(product)

    back = shop.change(product, version=2, status="active").json
    assert [one["available"] for one in back["variants"]] == [1, 1, 1, 1, 1, 0]
    shop.release()
    assert shop.stock("V5") == {"on_hand": 1, "held": 0, "available": 1}
    assert shop.reserve("ord_2", V0=1, V5=1).status == 201


def test_a_return_from_the_archive_that_was_cut_off_can_be_tried_again(shop, small_room, monkeypatch):
    from chalicelib.products import saving

    class Crash(BaseException):
        pass

    def crash(*_):
        raise Crash

    product = shop.product("big", variants=many(6))
    shop.archive(product)
    with monkeypatch.context() as broken:
        broken.setattr(saving, "document_part", crash)
        with pytest.raises(Crash):
            shop.change(product, version=2, status="active")

    back = shop.change(product, version=2, status="active").json
    assert [one["available"] for one in back["variants"]] == [1] * 6
    assert shop.reserve(V0=1, V5=1).status == 201


def test_a_product_comes_back_although_its_archiving_was_cut_off(shop, small_room, monkeypatch):
    from chalicelib.products import saving

    product = shop.product("big", variants=many(6))
    with monkeypatch.context() as crash:
        crash.setattr(saving, "finish", lambda written: written)
        shop.archive(product)

    back = shop.change(product, version=2, status="active").json
    assert [one["available"] for one in back["variants"]] == [1] * 6


def test_the_card_follows_the_stock(api, shop, stream):
    def available():
        return api.get("/products").json["items"][0]["available"]

    product = shop.product("lamp", variants=[variant("A", stock=1), variant("B", stock=1)])
    stream.deliver()
    assert available()
    shop.reserve("ord_1", A=1)
    stream.deliver()
    assert available()
    shop.reserve("ord_2", B=1)
    stream.deliver()
    assert not available()
    shop.release("ord_2")
    stream.deliver()
    assert available()
    assert api.delete(f"/products/{product['id']}/variants/B", role="staff").status == 204
    stream.deliver()
    assert not available()
    assert shop.read("lamp").json["version"] == 2


def test_a_stock_record_that_comes_late_or_twice_tells_what_is_true_now(api, shop, stream):
    from chalicelib.products import domain

    product = shop.product("lamp", variants=[variant("A", stock=1)])
    shop.reserve("ord_1", A=1)
    shop.release("ord_1")
    domain.follow_stock(product["id"])
    domain.follow_stock(product["id"])
    domain.follow_stock("prd_none")

    assert api.get("/products").json["items"][0]["available"]
