"""Goods that come back: asked for in time, judged by staff, restocked and paid back once."""

import json

import pytest

from chalicelib.checkout.store import DynamoStore
from tests.orders.neighbours import Crash, Shopper, bought, crashing_at, listed, sweep, told
from tests.support.fixtures import client

DAY = 24 * 3600


@pytest.fixture
def delivered(staff, order_id):
    """The order of one mug and two lamps has arrived."""
    staff.ships(order_id)
    staff.delivers(order_id)
    return order_id


def asks(who, order_id, reason="Too bright", **quantities):
    body = {"items": listed(quantities)} | ({"reason": reason} if reason else {})
    return who.post(f"/orders/{order_id}/returns", body)


def last_return(answer):
    return answer.json["returns"][-1]["id"]


def comes_back(shop, staff, order_id, **quantities):
    """It is asked for, approved and received; the answer to the last."""
    return_id = last_return(asks(shop, order_id, **quantities))
    staff.judges(order_id, return_id, "approve")
    return staff.judges(order_id, return_id, "receive")


def test_a_buyer_asks_for_a_return_and_staff_lets_it_come(shop, staff, delivered, catalog, provider, shop_clock):
    answer = asks(shop, delivered, **{"LAMP.1": 1})
    assert (answer.status, answer.json["status"]) == (201, "delivered")
    return_id = last_return(answer)

    shop_clock.forward(DAY)
    approved = staff.judges(delivered, return_id, "approve")

    (shown,) = approved.json["returns"]
    assert (approved.status, shown["status"], shown["reason"]) == (200, "approved", "Too bright")
    assert shown["items"] == [{"sku": "LAMP.1", "quantity": 1}]
    assert shown["requested_at"] < shown["decided_at"]
    assert (shown["received_at"], shown["refund"]) == (None, None)
    assert (catalog.left("LAMP.1"), provider.refunds) == (3, {})


def test_what_is_received_goes_back_to_stock_and_its_price_to_the_buyer(shop, staff, delivered, catalog, provider):
    answer = comes_back(shop, staff, delivered, **{"LAMP.1": 1})

    (shown,) = answer.json["returns"]
    (refund,) = answer.json["refunds"]
    assert (answer.status, answer.json["status"], shown["status"], shown["refund"]) == (200, "delivered", "received", 1)
    assert (refund["amount"]["amount"], refund["return_id"], refund["status"]) == (1999, shown["id"], "done")
    assert (catalog.left("LAMP.1"), catalog.left("MUG"), provider.refunds) == (4, 2, {(delivered, 1): 1999})


def test_parts_give_back_exactly_what_was_paid_and_the_last_of_them_the_shipping(shop, staff, delivered, catalog):
    total = shop.order(delivered)["total"]["amount"]
    answers = [comes_back(shop, staff, delivered, **one) for one in ({"LAMP.1": 1}, {"MUG": 1}, {"LAMP.1": 1})]

    amounts = [one["amount"]["amount"] for one in answers[-1].json["refunds"]]
    assert amounts == [1999, 750, total - 750 - 1999]
    assert [answer.json["status"] for answer in answers] == ["delivered", "delivered", "refunded"]
    assert (catalog.left("LAMP.1"), catalog.left("MUG")) == (5, 3)


def test_never_more_goes_back_than_was_left_of_the_money(shop, staff, delivered):
    total = shop.order(delivered)["total"]["amount"]
    staff.refunds(delivered, total - 1000)

    assert comes_back(shop, staff, delivered, **{"LAMP.1": 1}).json["refunds"][-1]["amount"]["amount"] == 1000


def test_what_was_refunded_in_full_is_still_restocked_when_it_comes(shop, staff, delivered, catalog):
    return_id = last_return(asks(shop, delivered, MUG=1))
    staff.judges(delivered, return_id, "approve")
    staff.refunds(delivered, shop.order(delivered)["total"]["amount"])

    answer = staff.judges(delivered, return_id, "receive")

    assert (answer.json["status"], len(answer.json["refunds"]), catalog.left("MUG")) == ("refunded", 1, 3)


def test_only_what_was_delivered_is_returned(shop, staff, order_id):
    assert asks(shop, order_id, MUG=1).code == "order_not_delivered"

    staff.ships(order_id)

    assert asks(shop, order_id, MUG=1).code == "order_not_delivered"
    assert asks(staff, order_id, MUG=1).code == "order_not_delivered"


def test_what_was_cancelled_is_not_returned(shop, order_id):
    shop.post(f"/orders/{order_id}/cancel")

    assert asks(shop, order_id, MUG=1).code == "order_cancelled"


def test_a_buyer_has_thirty_days_and_staff_may_be_kinder(shop, staff, delivered, shop_clock):
    shop_clock.forward(30 * DAY)
    assert asks(shop, delivered, MUG=1).status == 201

    shop_clock.forward(1)

    assert (asks(shop, delivered, **{"LAMP.1": 1}).status, asks(shop, delivered, MUG=1).code) == (
        409,
        "return_too_late",
    )
    assert asks(staff, delivered, **{"LAMP.1": 1}).status == 201


def test_nothing_is_returned_twice(shop, staff, delivered):
    return_id = last_return(asks(shop, delivered, **{"LAMP.1": 1}))
    for verdict in (None, "approve", "receive"):
        if verdict:
            staff.judges(delivered, return_id, verdict)
        answer = asks(shop, delivered, **{"LAMP.1": 2, "MUG": 1, "BOOK": 1})
        assert (answer.status, answer.code) == (409, "return_exceeds")
        assert [(one["sku"], one["requested"], one["left"]) for one in answer.json["exceeding"]] == [
            ("LAMP.1", 2, 1),
            ("BOOK", 1, 0),
        ]


def test_a_sku_that_is_named_twice_is_summed(shop, delivered):
    twice = [{"sku": "LAMP.1", "quantity": 1}] * 2

    assert shop.post(f"/orders/{delivered}/returns", {"items": [*twice, twice[0]]}).code == "return_exceeds"
    (made,) = shop.post(f"/orders/{delivered}/returns", {"items": twice}).json["returns"]
    assert made["items"] == [{"sku": "LAMP.1", "quantity": 2}]


def test_what_was_rejected_can_be_asked_for_again(shop, staff, delivered):
    return_id = last_return(asks(shop, delivered, MUG=1))
    rejected = staff.judges(delivered, return_id, "reject")

    assert rejected.json["returns"][0]["status"] == "rejected"
    assert asks(shop, delivered, MUG=1).status == 201


def test_a_verdict_against_an_earlier_one_is_refused_and_changes_nothing(shop, staff, delivered, catalog, provider):
    def refused(return_id, verdict):
        seen = catalog.left("MUG"), dict(provider.refunds), shop.order(delivered)
        answer = staff.judges(delivered, return_id, verdict)
        assert (catalog.left("MUG"), provider.refunds, shop.order(delivered)) == seen
        return answer.status, answer.code

    first = last_return(asks(shop, delivered, MUG=1))
    assert refused(first, "receive") == (409, "return_not_approved")
    staff.judges(delivered, first, "reject")
    assert refused(first, "approve") == refused(first, "receive") == (409, "return_rejected")

    second = last_return(asks(shop, delivered, MUG=1))
    for verdict in ("approve", "receive"):
        staff.judges(delivered, second, verdict)
        assert refused(second, "reject") == (409, "return_approved")


def test_each_verdict_can_be_repeated_and_does_nothing_again(shop, staff, delivered, catalog, provider):
    first, second = (last_return(asks(shop, delivered, **{"LAMP.1": 1})) for _ in range(2))
    for return_id, verdict in ((first, "reject"), (second, "approve"), (second, "receive")):
        once = staff.judges(delivered, return_id, verdict)
        again = staff.judges(delivered, return_id, verdict)
        assert (again.status, again.json) == (200, once.json)

    assert (catalog.left("LAMP.1"), provider.refunds) == (4, {(delivered, 1): 1999})


def test_approving_what_was_received_already_changes_nothing(shop, staff, delivered):
    received = comes_back(shop, staff, delivered, MUG=1)

    assert staff.judges(delivered, last_return(received), "approve").json == received.json


def test_there_has_to_be_such_a_return(shop, staff, delivered):
    return_id = last_return(asks(shop, delivered, MUG=1))

    for verdict in ("approve", "reject", "receive"):
        assert staff.judges(delivered, "ret_unknown", verdict).status == 404
        assert staff.judges("ord_unknown", return_id, verdict).status == 404


def test_somebody_elses_order_is_none_that_can_be_returned(shop, delivered):
    assert asks(shop.named("usr_other"), delivered, MUG=1).status == 404
    assert shop.order(delivered)["returns"] == []


def test_with_the_others_down_what_is_owed_is_made_later_and_once(
    shop, staff, delivered, catalog, provider, shop_clock
):
    return_id = last_return(asks(shop, delivered, MUG=1))
    staff.judges(delivered, return_id, "approve")
    catalog.down = provider.down = True
    answer = staff.judges(delivered, return_id, "receive")
    assert (answer.status, answer.json["refunds"][0]["status"], catalog.left("MUG")) == (200, "pending", 2)

    catalog.down = provider.down = False
    shop_clock.forward(61)

    assert (sweep(), sweep()) == (1, 0)
    assert (catalog.left("MUG"), provider.refunds) == (3, {(delivered, 1): 750})


def test_a_crash_after_the_arrival_was_written_down_loses_nothing(
    shop, staff, delivered, catalog, provider, shop_clock
):
    return_id = last_return(asks(shop, delivered, MUG=1))
    staff.judges(delivered, return_id, "approve")
    provider.down = True
    staff.judges(delivered, return_id, "receive")
    provider.down = False
    shop_clock.forward(61)
    with crashing_at("write"), pytest.raises(Crash):
        sweep()
    shop_clock.forward(61)
    sweep()

    assert (catalog.left("MUG"), provider.refunds) == (3, {(delivered, 1): 750})


def test_a_refund_that_the_provider_refuses_does_not_keep_the_goods_from_the_shelf(
    shop, staff, delivered, catalog, provider
):
    provider.refuse_refunds = True
    answer = comes_back(shop, staff, delivered, MUG=1)

    assert (answer.json["refunds"][0]["status"], catalog.left("MUG")) == ("failed", 3)
    provider.refuse_refunds = False
    assert staff.refunds(delivered, 750).json["refunds"][1]["status"] == "done"


def test_of_two_that_race_to_receive_one_return_both_see_it_received_once(
    shop, staff, delivered, catalog, provider, monkeypatch
):
    return_id = last_return(asks(shop, delivered, MUG=1))
    staff.judges(delivered, return_id, "approve")
    find, others = DynamoStore.find_order, iter([return_id])

    def overtaken(store, order_id):
        found = find(store, order_id)
        for other in others:
            assert staff.judges(delivered, other, "receive").status == 200
        return found

    monkeypatch.setattr(DynamoStore, "find_order", overtaken)
    answer = staff.judges(delivered, return_id, "receive")

    assert (answer.status, answer.json["returns"][0]["status"]) == (200, "received")
    assert (catalog.left("MUG"), provider.refunds) == (3, {(delivered, 1): 750})


def test_what_is_wrong_with_a_request_is_told_by_field(shop, delivered):
    mug = {"items": listed({"MUG": 1})}
    wrong = [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [{"sku": "MUG", "quantity": 0}]}, "items[0].quantity"),
        ({"items": [{"sku": "MUG", "quantity": True}]}, "items[0].quantity"),
        (mug | {"reason": ""}, "reason"),
        (mug | {"reason": "x" * 501}, "reason"),
        (mug | {"reason": "\u0000"}, "reason"),
    ]
    for body, field in wrong:
        answer = shop.post(f"/orders/{delivered}/returns", body)
        assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_the_world_is_told_of_each_step_once(shop, staff, delivered):
    return_id = last_return(comes_back(shop, staff, delivered, MUG=1))
    staff.judges(delivered, return_id, "receive")
    rejected = last_return(asks(shop, delivered, **{"LAMP.1": 1}))
    staff.judges(delivered, rejected, "reject")

    mug = [{"sku": "MUG", "product_id": "prd_MUG", "quantity": 1}]
    facts = {"order_id": delivered, "customer_id": "usr_guest", "buyer": "guest"}
    assert told("order.return_approved") == [facts | {"return_id": return_id, "items": mug}]
    assert told("order.return_received") == [facts | {"return_id": return_id, "items": mug}]
    assert {one["return_id"] for one in told("order.return_requested")} == {return_id, rejected}
    assert [one["return_id"] for one in told("order.return_rejected")] == [rejected]
    assert [one["return_id"] for one in told("order.refunded")] == [return_id]


def test_the_timeline_tells_of_each_step_and_the_statuses_stay_as_they_were(shop, staff, delivered, shop_clock):
    before = shop.get(f"/orders/{delivered}/events").json["items"]
    shop_clock.forward(60)
    return_id = last_return(comes_back(shop, staff, delivered, MUG=1))

    events = shop.get(f"/orders/{delivered}/events").json
    assert events["items"] == before
    assert [(one["kind"], one["actor"], one["return_id"]) for one in events["timeline"][-5:]] == [
        ("return_requested", "guest", return_id),
        ("return_approved", "staff", return_id),
        ("return_received", "staff", return_id),
        ("refund_requested", "staff", return_id),
        ("refund_made", "system", return_id),
    ]


def test_who_is_erased_leaves_no_reason(api, catalog, provider, staff, erasures):
    ann = Shopper(api, "customer", "usr_ann")
    order_id = bought(ann)
    staff.ships(order_id)
    staff.delivers(order_id)
    asks(ann, order_id, "It broke when Ann fell", MUG=1)
    assert "Ann fell" in json.dumps(ann.get("/privacy/orders").json)

    erasures.of("usr_ann")
    asks(staff, order_id, "Ann's sister brought it", **{"LAMP.1": 1})

    stored = json.dumps(client("dynamodb").scan(TableName="shop-orders")["Items"])
    assert [word for word in ("Ann fell", "sister") if word in stored] == []
    assert [one["reason"] for one in staff.order(order_id)["returns"]] == [None, None]


def test_an_order_takes_so_many_returns_and_no_more(shop, staff, delivered, monkeypatch):
    monkeypatch.setattr("chalicelib.returns.domain.MAX_RETURNS", 1)
    staff.judges(delivered, last_return(asks(shop, delivered, MUG=1)), "reject")

    assert asks(shop, delivered, MUG=1).code == "limit_reached"


def test_each_step_is_one_read_and_one_transaction(shop, staff, delivered, calls):
    made = []

    def counted(do):
        calls.clear()
        answer = do()
        made.append(calls.dynamodb)
        return answer

    return_id = last_return(counted(lambda: asks(shop, delivered, MUG=1)))
    counted(lambda: staff.judges(delivered, return_id, "approve"))
    counted(lambda: staff.judges(delivered, return_id, "receive"))
    counted(lambda: staff.judges(delivered, return_id, "receive"))

    step = ["GetItem", "TransactWriteItems"]
    paid_and_restocked = ["GetItem", "TransactWriteItems", "UpdateItem"]  # the breaker is looked at before the provider
    assert made == [step, step, [*step, *paid_and_restocked], ["GetItem"]]
