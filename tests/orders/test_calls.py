"""What each route may cost in calls: docs/data.md."""

import pytest


def cost(shop, catalog, calls, do):
    calls.clear()
    catalog.calls.clear()
    do()
    return calls.dynamodb, catalog.calls


def test_reading_the_cart_is_one_read(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, shop.cart) == (["GetItem"], ["variants"])


def test_changing_a_line_is_one_write(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.puts("MUG", 2)) == (["UpdateItem"], ["variants"])


def test_a_new_line_is_one_write_after_one_that_was_refused_and_told_what_is_in_the_cart(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.puts("LAMP.1")) == (["UpdateItem"] * 2, ["variants"])


def test_removing_a_line_is_one_write(shop, catalog, calls):
    shop.puts("MUG")
    shop.puts("LAMP.1")

    assert cost(shop, catalog, calls, lambda: shop.deletes("/cart/items/MUG")) == (["UpdateItem"], ["variants"])


def test_emptying_the_cart_is_one_write(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.deletes("/cart")) == (["UpdateItem"], [])


def test_a_quote_is_one_read(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, shop.quote) == (["GetItem"], ["variants"])


def test_an_order_is_placed_with_two_writes_and_each_later_step_is_one(shop, catalog, calls, provider):
    shop.puts("MUG")
    body = shop.purchase()

    made, asked = cost(shop, catalog, calls, lambda: shop.buys(body=body))

    assert made == [
        "PutItem",  # the idempotency record
        "GetItem",  # the cart
        "TransactWriteItems",  # the order, with record, mark and event
        "UpdateItem",  # the payment's id
        "UpdateItem",  # AUTHORIZED
        "UpdateItem",  # COMMITTED
        "TransactWriteItems",  # CONFIRMED, with cart and event
    ]
    assert asked == ["hold", "hold", "commit"]
    assert provider.calls == ["create", "find", "confirm", "capture"]


def test_a_replay_is_recognised_by_one_call_and_reads_the_order(shop, catalog, calls):
    shop.puts("MUG")
    body = shop.purchase()
    shop.buys(body=body)

    assert cost(shop, catalog, calls, lambda: shop.buys(body=body)) == (["PutItem", "GetItem"], [])


@pytest.mark.parametrize("path", ["/orders/{}", "/orders/{}/events", "/orders"])
def test_reading_orders_is_one_call(shop, catalog, calls, path):
    shop.puts("MUG")
    order_id = shop.buys().json["id"]

    made, asked = cost(shop, catalog, calls, lambda: shop.get(path.format(order_id)))

    assert (len(made), asked) == (1, [])


def test_a_list_costs_one_query_however_long_it_is(shop, catalog, calls):
    catalog.reservations.skus["MUG"].on_hand = 30
    for n in range(25):
        shop.puts("MUG")
        shop.buys(f"key-{n}")

    assert cost(shop, catalog, calls, lambda: shop.get("/orders?limit=20")) == (["Query"], [])


def test_all_that_is_held_on_a_person_is_one_read_and_one_query(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.get("/privacy/orders")) == (["GetItem", "Query"], [])


def test_a_sweep_with_nothing_due_is_one_query_a_shard(shop, catalog, calls):
    from chalicelib.orders.models import SHARDS
    from tests.orders.neighbours import sweep

    assert cost(shop, catalog, calls, sweep) == (["Query"] * SHARDS, [])
