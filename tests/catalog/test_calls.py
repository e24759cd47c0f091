"""What each route costs in round trips to DynamoDB (docs/data.md), however many products there are."""

import pytest

from tests.catalog.conftest import euros
from tests.catalog.files import Files


@pytest.fixture
def lamps(shop):
    top = shop.category("top")
    below = shop.category("below", top)
    variants = [{"sku": f"L{n}", "price": euros(1000), "stock": 50} for n in range(3)]
    return shop.product(category_ids=[below], variants=variants)


@pytest.fixture
def big(shop, lamps):
    variants = [{"sku": f"V{n}", "price": euros(1000), "stock": 1} for n in range(100)]
    return shop.product("big", category_ids=[lamps["categories"][0]["id"]], variants=variants)


def test_a_list_is_one_query(api, lamps, calls):
    api.get("/products?category=top")  # which slug is which category is remembered from here on
    for query in (
        "",
        "?category=below&sort=price_desc",
        "?category=top&sort=name",
        "?sort=price_asc&limit=1",
        "?category=top&currency=USD&sort=price_asc&locale=de",
    ):
        calls.clear()
        assert api.get(f"/products{query}").status == 200
        assert calls.dynamodb == ["Query"]
    for query in ("?status=all&category=top&sort=name", "?status=draft&sort=price_asc"):
        calls.clear()
        assert api.get(f"/products{query}", role="staff").status == 200
        assert calls.dynamodb == ["Query"]


def test_a_page_reads_as_many_cards_as_it_shows_and_one(api, shop, lamps, calls):
    shop.product("second")
    calls.clear()
    api.get("/products?limit=1")

    assert [arguments["Limit"] for service, _, arguments in calls.made if service == "dynamodb"] == [2]


def test_categories_are_one_query(api, lamps, calls):
    api.get("/categories")

    assert calls.dynamodb == ["Query"]


def test_a_product_is_two_calls_the_first_time_then_one_and_one_more_by_slug(api, lamps, calls):
    for path, made in (
        (lamps["id"], ["BatchGetItem"] * 2),
        (lamps["id"], ["BatchGetItem"]),
        ("lamp", ["GetItem", "BatchGetItem"]),
    ):
        calls.clear()
        api.get(f"/products/{path}")
        assert calls.dynamodb == made


def test_a_product_with_a_hundred_variants_costs_no_more(api, big, calls):
    api.get("/products?category=top")
    calls.clear()

    assert len(api.get(f"/products/{big['id']}").json["variants"]) == 100
    assert calls.dynamodb == ["BatchGetItem", "BatchGetItem"]


@pytest.mark.parametrize("role", [None, "staff"])
def test_who_has_the_page_already_costs_one_read_less(api, lamps, calls, role):
    for path, made in ((lamps["id"], ["BatchGetItem"]), ("lamp", ["GetItem", "BatchGetItem"])):
        calls.clear()
        assert api.get(f"/products/{path}", role=role, If_None_Match='"1"').status == 304
        assert calls.dynamodb == made


def test_a_product_is_made_and_changed_in_one_transaction(api, shop, lamps, calls):
    """Beside it what is read: the product, the tree for categories, and at the end stock and categories to show."""
    path, tag = f"/products/{lamps['id']}", iter(f'"{version}"' for version in range(1, 9))
    category, more = [lamps["categories"][0]["id"]], {"sku": "MORE", "price": euros(1)}
    staff = {"role": "staff"}
    expected = [
        (lambda: shop.create("new", category_ids=category), ["Query", "Query", "TransactWriteItems", "BatchGetItem"]),
        (lambda: shop.create("plain"), ["TransactWriteItems", "BatchGetItem"]),
        (
            lambda: api.patch(path, {"name": "X"}, If_Match=next(tag), **staff),
            ["GetItem", "TransactWriteItems", "BatchGetItem"],
        ),
        (
            lambda: api.patch(path, {"category_ids": []}, If_Match=next(tag), **staff),
            ["GetItem", "TransactWriteItems", "BatchGetItem"],
        ),
        (
            lambda: api.post(f"{path}/variants", more, If_Match=next(tag), **staff),
            ["GetItem", "TransactWriteItems", "BatchGetItem"],
        ),
        (
            lambda: api.patch(f"{path}/variants/MORE", {"weight_g": 1}, If_Match=next(tag), **staff),
            ["GetItem", "TransactWriteItems", "BatchGetItem"],
        ),
        (lambda: api.delete(f"{path}/variants/MORE", **staff), ["GetItem", "TransactWriteItems"]),
        (lambda: api.delete(path, **staff), ["GetItem", "TransactWriteItems"]),
        (lambda: api.delete(path, **staff), ["GetItem"]),
    ]
    for change, made in expected:
        calls.clear()
        assert change().status < 300
        assert calls.dynamodb == made


def test_a_refused_change_of_a_product_writes_nothing(api, lamps, calls):
    for tag, status in ((None, 428), ('"9"', 412)):
        headers = {"If_Match": tag} if tag else {}
        calls.clear()
        assert api.patch(f"/products/{lamps['id']}", {"name": "X"}, role="staff", **headers).status == status
        assert calls.dynamodb == ["GetItem"]


def test_a_category_is_made_changed_and_removed_in_one_transaction(api, shop, lamps, calls):
    body = {"slug": "new", "name": "New", "parent_id": lamps["categories"][0]["id"]}
    calls.clear()
    made = api.post("/categories", body, role="staff").json
    assert calls.dynamodb == ["Query", "TransactWriteItems"]
    path = f"/categories/{made['id']}"
    for change in (
        lambda: api.patch(path, {"name": "X", "translations": {"de": {"name": "Y"}}}, role="staff", If_Match='"1"'),
        lambda: api.patch(path, {"parent_id": None}, role="staff", If_Match='"2"'),
        lambda: api.delete(path, role="staff"),
    ):
        calls.clear()
        assert change().status < 300
        assert calls.dynamodb == ["Query", "TransactWriteItems"]


def test_a_hundred_variants_are_one_batch_read(api, big, calls):
    found = api.get("/variants?currency=USD&locale=de&" + "&".join(f"sku=V{n}" for n in range(100))).json

    assert len(found["items"]) == 100
    assert calls.dynamodb == ["BatchGetItem"]


def test_a_reservation_is_one_transaction_once_its_skus_are_known(shop, lamps, calls):
    shop.reserve("ord_1", L0=1, L1=1, L2=1)
    assert calls.dynamodb == ["BatchGetItem", "TransactWriteItems"]
    calls.clear()
    shop.reserve("ord_2", L0=1, L1=1, L2=1)
    assert calls.dynamodb == ["TransactWriteItems"]
    (_, _, arguments) = calls.made[0]
    assert [next(iter(part)) for part in arguments["TransactItems"]] == ["Put", "Update", "Update", "Update"]


def test_a_repeat_and_an_extension_are_one_update_where_the_hold_was_made(shop, lamps, calls, shop_clock):
    shop.reserve("ord_1", L0=1)
    for seconds in (0, 1):
        shop_clock.forward(seconds)
        calls.clear()
        shop.reserve("ord_1", L0=1)
        assert calls.dynamodb == ["UpdateItem"]


def test_elsewhere_a_repeat_is_one_transaction_and_an_extension_one_update_more(shop, lamps, calls, shop_clock):
    from chalicelib.reservations import holding

    for seconds, made in ((0, ["TransactWriteItems"]), (1, ["TransactWriteItems", "UpdateItem"])):
        shop.reserve("ord_1", L0=1)
        holding.forget()
        shop_clock.forward(seconds)
        calls.clear()
        shop.reserve("ord_1", L0=1)
        assert calls.dynamodb == made


def test_a_shortage_is_one_transaction(shop, lamps, calls):
    shop.reserve("ord_1", L0=1)
    calls.clear()

    assert shop.reserve("ord_2", L0=50).status == 409
    assert calls.dynamodb == ["TransactWriteItems"]


def test_a_commit_is_one_update_also_when_repeated_or_refused(shop, lamps, calls, shop_clock):
    shop.reserve("ord_1", L0=1, L1=1)
    shop.reserve("ord_2", ttl_seconds=1, L0=1)
    shop_clock.forward(1)
    for reservation in ("ord_1", "ord_1", "ord_2", "ord_none"):
        calls.clear()
        shop.commit(reservation)
        assert calls.dynamodb == ["UpdateItem"]


def test_a_release_and_a_return_are_two_calls(shop, lamps, calls):
    shop.reserve("ord_1", L0=1, L1=1)
    shop.reserve("ord_2", L0=1)
    shop.commit("ord_2")
    for release in (lambda: shop.release("ord_1"), lambda: shop.give_back("ret_1", "ord_2", L0=1)):
        calls.clear()
        release()
        assert calls.dynamodb == ["GetItem", "TransactWriteItems"]
    calls.clear()
    shop.release("ord_none")
    assert calls.dynamodb == ["GetItem", "UpdateItem"]


def test_stock_is_read_in_two_calls_and_set_in_three(api, shop, lamps, calls):
    api.get("/stock/L0", role="staff")
    assert calls.dynamodb == ["Query", "GetItem"]
    calls.clear()
    shop.set_stock("L0", 3)
    assert calls.dynamodb == ["Query", "GetItem", "TransactWriteItems"]


def test_a_skus_history_and_low_stock_are_one_query(api, shop, lamps, calls):
    for path in ("/stock/L0/adjustments", "/stock?low=true"):
        calls.clear()
        assert api.get(path, role="staff").status == 200
        assert calls.dynamodb == ["Query"]


def test_a_replayed_adjustment_writes_nothing(shop, lamps, calls):
    shop.adjust("L0", 1, "key")
    calls.clear()
    shop.adjust("L0", 1, "key")

    assert calls.dynamodb == ["Query", "GetItem"]


def test_no_route_ever_scans(api, shop, lamps, calls, sweep, stream):
    calls.clear()
    for path in ("/products", "/products/lamp", "/categories", "/variants?sku=L0", "/health/dependencies"):
        api.get(path)
    shop.archive(lamps)
    sweep()

    assert "Scan" not in calls.dynamodb


def test_all_that_is_held_on_a_person_is_one_query_for_corrections_and_one_for_what_was_received(api, calls):
    api.get("/privacy/catalog", role="staff")

    assert calls.dynamodb == ["Query", "Query"]


def test_an_import_is_announced_started_and_watched_in_a_call_or_two(aws, api, calls, monkeypatch):
    files = Files(aws, api, monkeypatch)
    import_id = files.uploaded("csv", b"slug\n")
    for method, path, body, made in (
        ("POST", "/imports", {"format": "csv", "size": 1}, ["PutItem"]),
        ("GET", "/imports", None, ["Query"]),
        ("POST", f"/imports/{import_id}/start", None, ["GetItem", "UpdateItem"]),
        ("POST", f"/imports/{import_id}/start", None, ["GetItem"]),
        ("GET", f"/imports/{import_id}", None, ["GetItem"]),
        ("POST", f"/imports/{import_id}/stop", None, ["GetItem", "UpdateItem"]),
        ("POST", "/exports", {"format": "csv"}, ["PutItem", "UpdateItem"]),
    ):
        calls.clear()
        assert api.request(method, path, body, role="staff").status < 300
        assert calls.dynamodb == made
