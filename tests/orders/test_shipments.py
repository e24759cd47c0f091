"""Orders on their way: shipments, in one or several parts, and delivery."""

import json

import pytest
from msgspec.structs import replace

from chalicelib.checkout.store import DynamoStore
from chalicelib.orders import models
from chalicelib.orders.order import Parcel, Shipment
from tests.orders.neighbours import PARCEL, Shopper, bought, sweep, told
from tests.support.fixtures import client


def test_a_shipment_takes_all_that_is_left_unless_it_says_what(shop, staff, order_id, shop_clock):
    first = staff.ships(order_id, "a", **{"LAMP.1": 1})
    shop_clock.forward(60)
    second = staff.ships(order_id, "b", {"carrier": "Bike"})

    assert [(one.status, one.json["status"]) for one in (first, second)] == [(201, "confirmed"), (201, "shipped")]
    one, two = shop.order(order_id)["shipments"]
    assert (one["carrier"], one["tracking_number"], one["items"]) == (
        "DHL",
        "JJD-001",
        [{"sku": "LAMP.1", "quantity": 1}],
    )
    assert (two["carrier"], two["tracking_number"]) == ("Bike", None)
    assert {item["sku"]: item["quantity"] for item in two["items"]} == {"MUG": 1, "LAMP.1": 1}
    assert one["shipped_at"] < two["shipped_at"]


def test_the_timeline_tells_when_it_was_shipped_and_delivered_and_by_whom(shop, staff, order_id):
    staff.ships(order_id, "a", MUG=1)
    staff.ships(order_id, "b")
    delivered = staff.delivers(order_id)

    assert (delivered.status, delivered.json["status"]) == (200, "delivered")
    events = shop.get(f"/orders/{order_id}/events").json["items"]
    assert [(event["status"], event["actor"]) for event in events[-3:]] == [
        ("confirmed", "system"),
        ("shipped", "staff"),
        ("delivered", "staff"),
    ]


@pytest.mark.parametrize(
    ("quantities", "exceeding"),
    [
        ({"MUG": 2}, [("MUG", 2, 1)]),
        ({"MUG": 1, "LAMP.1": 2, "BOOK": 1}, [("LAMP.1", 2, 1), ("BOOK", 1, 0)]),
    ],
)
def test_more_than_is_left_is_refused_and_nothing_is_shipped(shop, staff, order_id, quantities, exceeding):
    staff.ships(order_id, "a", **{"LAMP.1": 1})

    answer = staff.ships(order_id, "b", **quantities)

    assert (answer.status, answer.code) == (409, "shipment_exceeds")
    assert [(one["sku"], one["requested"], one["left"]) for one in answer.json["exceeding"]] == exceeding
    assert len(shop.order(order_id)["shipments"]) == 1


def test_a_sku_that_is_named_twice_is_summed(staff, order_id):
    twice = [{"sku": "LAMP.1", "quantity": 1}] * 2

    assert staff.ships(order_id, "a", PARCEL | {"items": [*twice, twice[0]]}).code == "shipment_exceeds"
    assert staff.ships(order_id, "b", PARCEL | {"items": twice}).json["shipments"][0]["items"] == [
        {"sku": "LAMP.1", "quantity": 2}
    ]


def test_of_a_shipped_order_nothing_is_left(staff, order_id):
    staff.ships(order_id, "a")

    assert staff.ships(order_id, "b").code == "shipment_exceeds"
    staff.delivers(order_id)
    assert staff.ships(order_id, "c", MUG=1).code == "shipment_exceeds"


def test_the_same_key_ships_once_and_is_answered_with_the_order_as_it_stands(staff, order_id):
    first = staff.ships(order_id, "a", MUG=1)
    staff.ships(order_id, "b")

    again = staff.ships(order_id, "a", MUG=1)

    assert (again.status, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert "Idempotent-Replayed" not in first.headers
    assert len(again.json["shipments"]) == 2


def test_a_key_is_good_for_one_request(shop, staff, order_id, catalog):
    staff.ships(order_id, "a", MUG=1)
    other = bought(shop, "key-2")

    assert staff.ships(order_id, "a", MUG=1, **{"LAMP.1": 1}).code == "idempotency_mismatch"
    assert staff.ships(other, "a", MUG=1).code == "idempotency_mismatch"
    assert staff.post(f"/orders/{order_id}/shipments", PARCEL).code == "idempotency_key_required"


def test_a_refusal_is_not_kept_under_its_key(shop, staff, provider, shop_clock):
    waiting = bought(shop, payment_method="pm_3ds")
    assert staff.ships(waiting).code == "order_not_confirmed"

    provider.complete(waiting)
    shop_clock.forward(61)
    sweep()

    assert staff.ships(waiting).status == 201


def test_keys_belong_to_the_caller(api, staff, order_id):
    staff.ships(order_id, "a", MUG=1)
    other = Shopper(api, "admin", "usr_admin")

    answer = other.post(f"/orders/{order_id}/shipments", PARCEL, Idempotency_Key="a")

    assert (answer.status, answer.json["status"]) == (201, "shipped")


@pytest.mark.parametrize(
    ("prepare", "ship", "deliver"),
    [
        (lambda shop: bought(shop, payment_method="pm_3ds"), "order_not_confirmed", "order_not_shipped"),
        (lambda shop: bought(shop, payment_method="pm_declined"), "order_cancelled", "order_cancelled"),
        (lambda shop: cancelled(shop, bought(shop)), "order_cancelled", "order_cancelled"),
        (lambda _: "ord_unknown", "not_found", "not_found"),
    ],
    ids=["pending", "payment failed", "cancelled", "unknown"],
)
def test_what_is_not_confirmed_is_not_shipped(shop, staff, prepare, ship, deliver):
    order_id = prepare(shop)

    assert staff.ships(order_id).code == ship
    assert staff.delivers(order_id).code == deliver


def cancelled(shop, order_id):
    assert shop.post(f"/orders/{order_id}/cancel").status == 200
    return order_id


def test_a_cancellation_that_is_accepted_but_not_finished_stops_the_shipment(shop, staff, provider, order_id):
    provider.down = True
    assert shop.post(f"/orders/{order_id}/cancel").status == 202

    assert staff.ships(order_id).code == "order_cancelled"
    assert staff.delivers(order_id).code == "order_cancelled"


def test_a_part_on_its_way_can_not_be_cancelled_any_more(shop, staff, provider, order_id):
    staff.ships(order_id, MUG=1)

    answer = shop.post(f"/orders/{order_id}/cancel")

    assert (answer.status, answer.code, provider.refunds) == (409, "order_shipped", {})


def test_only_what_is_wholly_shipped_is_delivered_and_that_once(shop, staff, order_id):
    staff.ships(order_id, "a", MUG=1)
    assert staff.delivers(order_id).code == "order_not_shipped"
    staff.ships(order_id, "b")

    first, second = staff.delivers(order_id), staff.delivers(order_id)

    assert (second.status, second.json) == (200, first.json)
    assert len(told("order.delivered")) == 1


def test_the_world_is_told_of_each_part_of_the_whole_and_of_the_delivery(shop, staff, order_id):
    staff.ships(order_id, "a", MUG=1)
    staff.ships(order_id, "b")
    staff.ships(order_id, "b")
    first, second = staff.delivers(order_id).json["shipments"]

    mug = {"sku": "MUG", "product_id": "prd_MUG", "quantity": 1}
    lamps = {"sku": "LAMP.1", "product_id": "prd_LAMP.1", "quantity": 2}
    whole = {"order_id": order_id, "customer_id": "usr_guest", "buyer": "guest", "items": [lamps, mug]}
    assert told("order.partially_shipped") == [whole | {"items": [mug], "shipment_id": first["id"]}]
    assert told("order.shipped") == [whole | {"shipment_id": second["id"]}]
    assert told("order.delivered") == [whole]


def test_who_loses_a_race_for_an_order_looks_again(staff, order_id, monkeypatch):
    find, others = DynamoStore.find_keyed, iter([{"MUG": 1}])

    def overtaken(store, *arguments):
        found = find(store, *arguments)
        for quantities in others:
            assert staff.ships(order_id, "other", **quantities).status == 201
        return found

    monkeypatch.setattr(DynamoStore, "find_keyed", overtaken)
    answer = staff.ships(order_id, "mine")

    assert answer.json["status"] == "shipped"
    assert answer.json["shipments"][1]["items"] == [{"sku": "LAMP.1", "quantity": 2}]


def test_a_key_that_is_used_for_another_order_meanwhile_is_good_for_that_one(shop, staff, order_id, monkeypatch):
    find, others = DynamoStore.find_keyed, iter([bought(shop, "key-2")])

    def overtaken(store, *arguments):
        found = find(store, *arguments)
        for other in others:
            assert staff.ships(other, "a").status == 201
        return found

    monkeypatch.setattr(DynamoStore, "find_keyed", overtaken)

    assert staff.ships(order_id, "a").code == "idempotency_mismatch"
    assert shop.order(order_id)["shipments"] == []


def test_a_cancellation_that_comes_between_wins(shop, staff, order_id, monkeypatch):
    find, others = DynamoStore.find_keyed, iter([order_id])

    def overtaken(store, *arguments):
        found = find(store, *arguments)
        for other in others:
            cancelled(shop, other)
        return found

    monkeypatch.setattr(DynamoStore, "find_keyed", overtaken)

    assert staff.ships(order_id).code == "order_cancelled"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tracking_number": "x"}, "carrier"),
        ({"carrier": ""}, "carrier"),
        ({"carrier": "D\nHL"}, "carrier"),
        ({"carrier": "DHL", "tracking_number": "x" * 101}, "tracking_number"),
        ({"carrier": "DHL", "items": []}, "items"),
        ({"carrier": "DHL", "items": [{"sku": "MUG", "quantity": 0}]}, "items[0].quantity"),
        ({"carrier": "DHL", "items": [{"sku": "MUG", "quantity": True}]}, "items[0].quantity"),
    ],
)
def test_what_is_wrong_with_a_shipment_is_told_by_field(staff, order_id, body, field):
    answer = staff.ships(order_id, body=body)

    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_who_is_erased_leaves_no_carrier_and_no_number(api, catalog, provider, staff, erasures):
    ann = Shopper(api, "customer", "usr_ann")
    order_id = bought(ann)
    staff.ships(order_id, "a", MUG=1)

    erasures.of("usr_ann")

    order = staff.order(order_id)
    assert [(one["carrier"], one["tracking_number"]) for one in order["shipments"]] == [(None, None)]
    stored = json.dumps(client("dynamodb").scan(TableName="shop-orders")["Items"])
    assert [word for word in ("JJD", "DHL") if word in stored] == []


def test_a_shipment_is_one_read_and_one_transaction_and_a_repeat_one_read(staff, order_id, calls):
    costs = []
    for do in (lambda: staff.ships(order_id), lambda: staff.ships(order_id), lambda: staff.delivers(order_id)):
        calls.clear()
        do()
        costs.append(calls.dynamodb)

    assert costs == [["BatchGetItem", "TransactWriteItems"], ["BatchGetItem"], ["GetItem", "TransactWriteItems"]]


def test_an_order_never_outgrows_the_table_however_much_is_written_into_it(shop, staff, order_id):
    long = {"carrier": "\N{DELIVERY TRUCK}" * 100, "tracking_number": "\N{PACKAGE}" * 100}
    order = models.find_order(order_id)
    many = [Shipment(id=f"shp_{n}", **long, items=[Parcel("LAMP.1", 0)], at=0) for n in range(300)]
    full = replace(order, shipments=many)

    models.write(order, replace(full, version=order.version + 1))

    assert staff.ships(order_id).code == "limit_reached"
    assert staff.refunds(order_id, 100).code == "limit_reached"


def test_an_order_takes_a_hundred_shipments(staff, order_id):
    order = models.find_order(order_id)
    many = [Shipment(id=f"shp_{n}", carrier="DHL", tracking_number=None, items=[], at=0) for n in range(100)]
    models.write(order, replace(order, version=order.version + 1, shipments=many))

    assert staff.ships(order_id).code == "limit_reached"
