"""Orders once they are placed: reading them, and cancelling."""

import json
from collections import defaultdict

import pytest
from msgspec.structs import replace

from chalicelib.checkout.effects import PaymentStatus
from chalicelib.checkout.store import DynamoStore
from chalicelib.orders import models
from chalicelib.orders.order import State
from tests.orders.neighbours import sweep
from tests.orders.simulation.catalog import Hold


def place(shop, count=1, **changes):
    ids = []
    for n in range(count):
        shop.puts("MUG")
        answer = shop.buys(f"key-{n}", **changes)
        ids.append(answer.json.get("id") or answer.json["order_id"])
    return ids


def force(order_id, **changes):
    """Write a state that this version of the service has no route for yet."""
    order = DynamoStore().find_order(order_id)
    DynamoStore().write(order, replace(order, version=order.version + 1, **changes))


def test_an_order_shows_all_that_was_agreed(shop):
    (order_id,) = place(shop)

    answer = shop.get(f"/orders/{order_id}")

    order = answer.json
    assert answer.headers["ETag"] == f'"{order["version"]}"'
    assert order["items"][0]["unit_price"] == {"amount": 750, "currency": "EUR"}
    assert (order["shipments"], order["returns"], order["refunds"]) == ([], [], [])
    assert shop.get(f"/orders/{order_id}", If_None_Match=answer.headers["ETag"]).status == 304


def test_the_history_tells_how_it_came_to_its_status(shop):
    (order_id,) = place(shop)
    shop.post(f"/orders/{order_id}/cancel")

    events = shop.get(f"/orders/{order_id}/events").json["items"]

    assert [(event["status"], event["actor"]) for event in events] == [
        ("pending", "guest"),
        ("confirmed", "system"),
        ("cancelled", "guest"),
    ]


def test_own_orders_are_listed_newest_first_in_pages(shop, catalog, shop_clock):
    catalog.reservations.skus["MUG"].on_hand = 9
    ids = []
    for n in range(3):
        shop_clock.forward(1)
        shop.puts("MUG")
        ids.insert(0, shop.buys(f"key-{n}").json["id"])

    first = shop.get("/orders?limit=2").json
    second = shop.get(f"/orders?limit=2&cursor={first['next_cursor']}").json

    assert [order["id"] for order in first["items"] + second["items"]] == ids
    assert second["next_cursor"] is None


def test_a_cursor_is_good_only_for_its_owner_and_its_filters(shop, catalog):
    catalog.reservations.skus["MUG"].on_hand = 9
    place(shop, 2)
    cursor = shop.get("/orders?limit=1").json["next_cursor"]

    assert shop.named("usr_other").get(f"/orders?cursor={cursor}").code == "cursor_invalid"
    assert shop.get(f"/orders?cursor={cursor[:-1]}x").code == "cursor_invalid"


@pytest.mark.parametrize("filters", ["status=confirmed", "customer_id=usr_guest", "email=ANN@example.test"])
def test_staff_find_orders_by_one_filter(shop, catalog, filters, shop_clock):
    catalog.reservations.skus["MUG"].on_hand = 9
    ids = set(place(shop, 5))
    other = shop.named("usr_other")
    other.puts("LAMP.1")
    other.buys(payment_method="pm_declined", email="other@example.test")
    staff = shop.named("usr_staff", "staff")

    first = staff.get(f"/orders?{filters}&limit=3").json
    second = staff.get(f"/orders?{filters}&limit=3&cursor={first['next_cursor']}").json

    assert {order["id"] for order in first["items"] + second["items"]} == ids
    assert (len(first["items"]), second["next_cursor"]) == (3, None)


def test_filters_are_asked_for_one_at_a_time(shop):
    staff = shop.named("usr_staff", "staff")

    assert staff.get("/orders?status=pending&email=a@b.test").status == 422
    assert staff.get("/orders?status=unheard_of").status == 422


def test_a_confirmed_order_is_cancelled_with_money_and_stock_back(shop, catalog, provider):
    (order_id,) = place(shop)

    answer = shop.post(f"/orders/{order_id}/cancel")

    assert (answer.status, answer.json["status"]) == (200, "cancelled")
    assert answer.json["payment"]["refunded"] == answer.json["payment"]["captured"] == answer.json["total"]
    assert (catalog.left("MUG"), catalog.states()) == (3, [Hold.RETURNED])
    assert list(provider.refunds.values()) == [answer.json["total"]["amount"]]


def test_cancelling_twice_gives_back_once(shop, provider):
    (order_id,) = place(shop)

    first, second = shop.post(f"/orders/{order_id}/cancel"), shop.post(f"/orders/{order_id}/cancel")

    assert (second.status, second.json) == (200, first.json)
    assert provider.calls.count("refund") == 1


def test_a_pending_order_is_cancelled_and_its_cart_is_free(shop, catalog, provider):
    (order_id,) = place(shop, payment_method="pm_3ds")

    answer = shop.post(f"/orders/{order_id}/cancel")

    assert (answer.status, answer.json["status"]) == (200, "cancelled")
    assert (catalog.left("MUG"), provider.statuses()) == (3, [PaymentStatus.VOIDED])
    assert shop.buys("other").status == 201


def test_an_order_whose_payment_failed_is_answered_as_it_is(shop):
    (order_id,) = place(shop, payment_method="pm_declined")

    answer = shop.post(f"/orders/{order_id}/cancel")

    assert (answer.status, answer.json["status"]) == (200, "payment_failed")


@pytest.mark.parametrize("state", [State.SHIPPED, State.DELIVERED])
def test_a_shipped_order_can_not_be_cancelled(shop, state):
    (order_id,) = place(shop)
    force(order_id, state=state)

    answer = shop.post(f"/orders/{order_id}/cancel")

    assert (answer.status, answer.code) == (409, "order_shipped")


def test_staff_cancel_for_a_customer(shop):
    (order_id,) = place(shop)

    answer = shop.named("usr_staff", "staff").post(f"/orders/{order_id}/cancel")

    assert answer.status == 200
    assert shop.get(f"/orders/{order_id}/events").json["items"][-1]["actor"] == "staff"


@pytest.mark.parametrize("neighbour", ["catalog", "provider"])
def test_a_cancellation_is_accepted_now_and_finished_when_the_neighbour_is_back(
    shop, catalog, provider, shop_clock, neighbour
):
    (order_id,) = place(shop)
    down = {"catalog": catalog, "provider": provider}[neighbour]
    down.down = True

    accepted = shop.post(f"/orders/{order_id}/cancel")
    down.down = False
    shop_clock.forward(61)
    sweep()

    assert (accepted.status, accepted.json["status"]) == (202, "confirmed")
    assert shop.order(order_id)["status"] == "cancelled"
    assert catalog.left("MUG") == 3


def test_a_cancellation_during_the_capture_is_remembered(shop, catalog, provider, shop_clock):
    shop.puts("MUG")
    provider.lose_replies_to = {"capture"}
    order_id = shop.buys().json["id"]

    accepted = shop.post(f"/orders/{order_id}/cancel")
    provider.lose_replies_to = set()
    shop_clock.forward(61)
    sweep()

    assert accepted.status == 202
    order = shop.order(order_id)
    assert (order["status"], order["payment"]["status"]) == ("cancelled", "refunded")
    assert catalog.left("MUG") == 3


def test_the_sweeper_leaves_an_order_alone_that_another_has_under_lease(shop, provider, shop_clock):
    (order_id,) = place(shop, payment_method="pm_3ds")
    shop_clock.forward(61)
    force(order_id, leased_until=shop_clock() + 30)

    assert sweep() == 0
    shop_clock.forward(31)
    assert sweep() == 1


def test_one_order_in_trouble_does_not_keep_the_others_waiting(shop, catalog, provider, shop_clock):
    other = shop.named("usr_other")
    other.puts("LAMP.1")
    ids = [*place(shop, payment_method="pm_3ds"), other.buys(payment_method="pm_3ds").json["order_id"]]
    del provider.payments[f"pi_{ids[0]}"]
    provider.complete(ids[1])
    shop_clock.forward(61)

    sweep()

    assert (shop.order(ids[0])["status"], other.order(ids[1])["status"]) == ("pending", "confirmed")


def test_who_waits_longest_is_brought_on_first_when_there_is_no_time_for_all(shop, provider, shop_clock, monkeypatch):
    shards = defaultdict(lambda: 3 - len(shards))
    monkeypatch.setattr(models, "_shard", shards.__getitem__)
    ids = []
    for number in range(3):
        buyer = shop.named(f"usr_{number}")
        buyer.puts("MUG")
        ids.append(buyer.buys(payment_method="pm_3ds").json["order_id"])
        shop_clock.forward(1)
    shop_clock.forward(60)

    assert list(models.list_due(shop_clock(), 10)) == ids


def test_what_happens_to_an_order_is_told_once_through_the_outbox(shop, aws):
    (order_id,) = place(shop)
    shop.post(f"/orders/{order_id}/cancel")

    items = aws("dynamodb").scan(TableName="shop-orders")["Items"]
    told = [item["event"]["S"] for item in items if item["sk"]["S"].startswith("OUT#")]

    assert sorted(json.loads(text)["type"] for text in told) == [
        "order.cancelled",
        "order.confirmed",
        "order.placed",
        "order.refunded",
    ]
    assert "ann@example.test" not in "".join(told)
