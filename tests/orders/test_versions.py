"""If-Match is honoured by all that changes an order: who has seen another one changes nothing."""

import pytest

from tests.orders.neighbours import PARCEL, listed

ONE = {"items": listed({"MUG": 1})}
REFUND = {"amount": {"amount": 100, "currency": "EUR"}, "reason": "Scratched"}


@pytest.fixture
def delivered(staff, order_id):
    staff.ships(order_id)
    staff.delivers(order_id)
    return order_id


def change(who, path, body, seen):
    return who.post(path, body, If_Match=seen, Idempotency_Key=f"key-{path[-8:]}")


def check(who, path, body=None):
    """Refused at an old version, done at the one that stands."""
    order = path[: path.index("/", len("/orders/"))]
    before = who.get(order)

    late = change(who, path, body, '"1"')

    assert (late.status, late.code) == (412, "version_mismatch")
    assert who.get(order).json == before.json
    assert change(who, path, body, before.headers["ETag"]).status in (200, 201)


def test_an_order_is_cancelled_as_it_was_seen(shop, order_id):
    check(shop, f"/orders/{order_id}/cancel")


def test_what_is_cancelled_stays_so_whatever_was_seen(shop, order_id):
    seen = shop.get(f"/orders/{order_id}").headers["ETag"]
    answers = [change(shop, f"/orders/{order_id}/cancel", None, seen) for _ in range(2)]

    assert [(one.status, one.json["status"]) for one in answers] == [(200, "cancelled")] * 2


def test_an_order_is_shipped_and_delivered_as_it_was_seen(staff, order_id):
    check(staff, f"/orders/{order_id}/shipments", PARCEL)
    check(staff, f"/orders/{order_id}/deliver")


def test_a_repeat_under_a_key_is_answered_though_the_order_has_changed_by_it(staff, order_id):
    seen = staff.get(f"/orders/{order_id}").headers["ETag"]
    answers = [change(staff, f"/orders/{order_id}/shipments", PARCEL, seen) for _ in range(2)]

    assert [(one.status, one.headers.get("Idempotent-Replayed")) for one in answers] == [(201, None), (201, "true")]


def test_money_goes_back_as_the_order_was_seen(staff, order_id):
    check(staff, f"/orders/{order_id}/refunds", REFUND)


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_a_return_is_asked_for_and_judged_as_the_order_was_seen(shop, staff, delivered, verdict):
    check(shop, f"/orders/{delivered}/returns", ONE)
    return_id = shop.order(delivered)["returns"][0]["id"]

    check(staff, f"/orders/{delivered}/returns/{return_id}/{verdict}")
    if verdict == "approve":
        check(staff, f"/orders/{delivered}/returns/{return_id}/receive")


def test_another_version_is_told_of_before_what_the_rules_say(shop, staff, delivered):
    check(shop, f"/orders/{delivered}/returns", ONE)
    path = f"/orders/{delivered}/returns/{shop.order(delivered)['returns'][0]['id']}"
    assert staff.post(f"{path}/reject").status == 200

    assert change(staff, f"{path}/approve", None, '"1"').code == "version_mismatch"
    assert change(staff, f"{path}/reject", None, '"1"').status == 200
