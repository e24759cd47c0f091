"""A SKU dealt out over shards: it sells to the last unit, and whatever is done to it neither loses nor invents one."""

import boto3
import pytest

from tests.catalog.conftest import euros


@pytest.fixture
def lamp(shop):
    return shop.product("lamp", variants=[{"sku": "LAMP", "price": euros(1000), "stock": 5}])


def split(shop, number, sku="LAMP"):
    return shop.api.put(f"/stock/{sku}/shards", {"shards": number}, role="staff")


def items(sku="LAMP"):
    """Available and held of each item of a SKU, as stored."""
    from chalicelib import config

    rows = boto3.client("dynamodb").query(
        TableName=config.STOCK_TABLE,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"SKU#{sku}"}, ":sk": {"S": "STOCK"}},
    )["Items"]
    return [(int(row["available"]["N"]), int(row["held"]["N"])) for row in rows]


def marked():
    from chalicelib.stock.models import Sku

    return Sku.uneven()


def test_staff_deal_a_sku_out_and_gather_it_again(shop, lamp):
    dealt = split(shop, 3)

    assert dealt.json == {"sku": "LAMP", "on_hand": 5, "held": 0, "available": 5, "shards": 3, "low_stock_at": None}
    assert sorted(items()) == [(1, 0), (1, 0), (3, 0)]
    assert split(shop, 4).json["shards"] == 4
    assert len(items()) == 4
    assert split(shop, 1).json["shards"] == 1
    assert items() == [(5, 0)]
    assert marked() == []


@pytest.mark.parametrize("number", [0, 17, True, 1.0, "2", None])
def test_there_are_one_to_sixteen_shards(shop, lamp, number):
    assert split(shop, number).code == "validation_failed"
    assert split(shop, 2, "NONE").status == 404


@pytest.mark.parametrize("number", [1, 2, 4, 16])
def test_every_unit_sells_and_then_it_is_out_of_stock(shop, lamp, number):
    split(shop, number)

    assert [shop.reserve(f"ord_{n}").status for n in range(5)] == [201] * 5
    refused = shop.reserve("ord_more")
    assert refused.json["shortages"] == [{"sku": "LAMP", "requested": 1, "available": 0}]
    assert shop.stock() == {"on_hand": 5, "held": 5, "available": 0}


@pytest.mark.parametrize("number", [2, 3, 4])
def test_an_order_is_put_together_from_several_shards(shop, lamp, number):
    split(shop, number)

    assert shop.reserve("ord_6", LAMP=6).json["shortages"] == [{"sku": "LAMP", "requested": 6, "available": 5}]
    assert shop.reserve("ord_1", LAMP=5).status == 201
    assert set(items()) <= {(0, 1), (0, 2), (0, 3)}
    shop.release("ord_1")
    assert shop.stock() == {"on_hand": 5, "held": 0, "available": 5}
    assert {held for _, held in items()} == {0}


def test_a_process_that_knows_another_deal_still_finds_the_units(shop, lamp):
    shop.reserve("ord_0")
    split(shop, 4)
    assert shop.reserve("ord_1").status == 201
    split(shop, 2)
    assert shop.reserve("ord_2", LAMP=3).status == 201
    split(shop, 1)

    assert shop.reserve("ord_3").code == "out_of_stock"
    assert items() == [(0, 5)]


@pytest.mark.parametrize("then", [1, 2, 4])
@pytest.mark.parametrize("end", ["release", "expire", "commit", "return"])
def test_units_held_of_one_deal_come_back_to_the_next(shop, lamp, shop_clock, sweep, then, end):
    split(shop, 3)
    shop.reserve("ord_1", LAMP=4)
    if end == "return":
        shop.commit("ord_1")
    split(shop, then)
    if end == "release":
        shop.release("ord_1")
    elif end == "expire":
        shop_clock.forward(900)
        sweep()
    elif end == "commit":
        shop.commit("ord_1")
        sweep()
    else:
        assert shop.give_back("ret_1", "ord_1", LAMP=3).status == 200

    left = {"release": 5, "expire": 5, "commit": 1, "return": 4}[end]
    assert shop.stock() == {"on_hand": left, "held": 0, "available": left}
    assert all(available >= 0 and held == 0 for available, held in items())
    assert shop.reserve("ord_2", LAMP=left).status == 201


def test_a_return_of_some_goes_where_there_is_a_shard(shop, lamp):
    split(shop, 3)
    shop.reserve("ord_1", LAMP=5)
    shop.commit("ord_1")

    for number, units in enumerate((2, 1, 2)):
        assert shop.give_back(f"ret_{number}", "ord_1", LAMP=units).status == 200
    assert shop.stock() == {"on_hand": 5, "held": 0, "available": 5}


def test_staff_count_and_correct_what_is_dealt_out(shop, lamp):
    split(shop, 3)
    shop.reserve("ord_1", LAMP=4)

    assert shop.set_stock("LAMP", 3).code == "stock_held"
    assert shop.adjust("LAMP", -2, "key-1").code == "stock_held"
    assert shop.set_stock("LAMP", 4).json["available"] == 0
    assert shop.adjust("LAMP", 7, "key-2").json == {
        "sku": "LAMP",
        "on_hand": 11,
        "held": 4,
        "available": 7,
        "shards": 3,
        "low_stock_at": None,
    }
    assert len(items()) == 3
    assert marked() == []


def test_everybody_sees_the_sum(api, shop, lamp, stream):
    split(shop, 4)
    shop.reserve("ord_1", LAMP=2)
    stream.deliver()

    def available():
        page = api.get("/products/lamp").json["variants"][0]["available"]
        cart = api.get("/variants?sku=LAMP").json["items"][0]["available"]
        return page, cart, api.get("/products").json["items"][0]["available"]

    assert available() == (3, 3, True)
    shop.reserve("ord_2", LAMP=3)
    stream.deliver()
    assert available() == (0, 0, False)
    shop.release("ord_1")
    stream.deliver()
    assert available() == (2, 2, True)


def test_a_new_price_gathers_the_shards_and_the_sweeper_deals_them_out_again(shop, lamp, sweep):
    split(shop, 4)
    shop.reserve("ord_1")
    path = f"/products/{lamp['id']}/variants/LAMP"
    changed = shop.api.patch(path, {"price": euros(700)}, role="staff", If_Match='"1"')

    assert changed.status == 200
    assert items() == [(4, 1)]
    assert shop.reserve("ord_2").json["items"][0]["unit_price"] == euros(700)
    sweep()
    assert len(items()) == 4
    assert shop.reserve("ord_3").json["items"][0]["unit_price"] == euros(700)
    assert shop.release("ord_1").status == 204
    assert shop.stock() == {"on_hand": 5, "held": 2, "available": 3}


def test_an_archived_sku_leaves_no_shard_and_comes_back_with_its_units(shop, lamp, sweep):
    split(shop, 4)
    shop.reserve("ord_1")
    shop.archive(lamp)
    assert items() == [(4, 1)]
    assert marked() == []

    assert shop.change(lamp, version=2, status="active").status == 200
    sweep()
    assert len(items()) == 4
    assert shop.stock() == {"on_hand": 5, "held": 1, "available": 4}


def test_units_never_come_back_to_a_later_owner_of_the_sku(shop, lamp):
    split(shop, 3)
    shop.reserve("ord_1", LAMP=5)
    shop.archive(lamp)
    shop.product("other", variants=[{"sku": "LAMP", "price": euros(1), "stock": 7}])
    split(shop, 2)

    assert shop.release("ord_1").status == 204
    assert shop.stock("LAMP") == {"on_hand": 7, "held": 0, "available": 7}


def test_a_removed_variant_leaves_no_shard(api, shop, lamp):
    split(shop, 3)

    assert api.delete(f"/products/{lamp['id']}/variants/LAMP", role="staff").status == 204
    assert items() == []


@pytest.mark.parametrize(("cut", "then"), [(1, 1), (2, 1), (3, 2), (4, 1), (5, 1), (6, 2), (7, 2)])
def test_wherever_a_change_of_shards_is_cut_off_it_sells_and_the_sweeper_finishes(
    shop, lamp, sweep, monkeypatch, cut, then
):
    """The process dies before its n-th write."""
    split(shop, 3)
    shop.reserve("ord_1", LAMP=2)
    with monkeypatch.context() as patched:
        die_at_write(patched, cut)
        status = split(shop, then).status
    assert shop.stock() == {"on_hand": 5, "held": 2, "available": 3}
    assert shop.reserve("ord_2", LAMP=3).status == 201
    shop.release("ord_1")

    sweep()
    assert (len(items()), marked()) == ((then, []) if status == 200 or cut > 1 else (3, []))
    assert shop.stock() == {"on_hand": 5, "held": 3, "available": 2}


def die_at_write(patched, number):
    import botocore.client

    original, writes = botocore.client.BaseClient._make_api_call, []

    def call(client, operation, arguments):
        if operation in ("UpdateItem", "TransactWriteItems"):
            writes.append(operation)
            if len(writes) >= number:
                raise RuntimeError("The process died.")
        return original(client, operation, arguments)

    patched.setattr(botocore.client.BaseClient, "_make_api_call", call)


def test_lines_of_scattered_units_fit_one_transaction(shop, calls, monkeypatch):
    """Each needs units of many shards: the most scattered are gathered until all fit."""
    from chalicelib.reservations import models

    monkeypatch.setattr(models, "MOST_PLACES", 7)
    skus = [f"S{number}" for number in range(4)]
    shop.product("many", variants=[{"sku": sku, "price": euros(1), "stock": 3} for sku in skus])
    for sku in skus:
        split(shop, 3, sku)
    calls.clear()

    assert shop.reserve("ord_1", **dict.fromkeys(skus, 3)).status == 201
    assert len(calls.made[-1][2]["TransactItems"]) <= 1 + 7
    assert all(shop.stock(sku)["held"] == 3 for sku in skus)
    assert shop.release("ord_1").status == 204
    assert all(shop.stock(sku)["available"] == 3 for sku in skus)


def test_a_hold_of_what_is_dealt_out_is_one_transaction(shop, calls):
    shop.product("lamp", variants=[{"sku": "LAMP", "price": euros(1), "stock": 1600}])
    split(shop, 16)
    shop.reserve("ord_0")
    for number in range(1, 4):
        calls.clear()
        shop.reserve(f"ord_{number}")
        assert calls.dynamodb == ["TransactWriteItems"]
        assert len(calls.made[0][2]["TransactItems"]) == 2


def test_pages_and_carts_read_shards_in_the_same_call_once_they_are_known(api, shop, lamp, calls):
    split(shop, 16)
    for path in (f"/products/{lamp['id']}", "/variants?sku=LAMP"):
        api.get(path)
        calls.clear()
        api.get(path)
        assert calls.dynamodb == ["BatchGetItem"]


def test_the_first_read_of_a_cart_is_two_calls(api, shop, lamp, calls):
    split(shop, 16)
    calls.clear()
    api.get("/variants?sku=LAMP")
    assert calls.dynamodb == ["BatchGetItem", "BatchGetItem"]
