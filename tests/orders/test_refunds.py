"""Money that staff give back: never more than was paid, never twice, and never lost."""

import json

import pytest
from msgspec.structs import replace

from chalicelib import config
from chalicelib.checkout.store import DynamoStore
from chalicelib.orders import models
from common.tables import Busy, Transaction
from tests.orders.neighbours import Crash, Shopper, Staff, bought, crashing_at, sweep, told
from tests.orders.test_payments import event, signed, tell
from tests.support.fixtures import client

EUR = {"currency": "EUR"}
REFUND = {"amount": {"amount": 500} | EUR, "reason": "Scratched"}


@pytest.fixture
def total(shop, order_id):
    return shop.order(order_id)["total"]["amount"]


@pytest.fixture
def admin(api):
    return Staff(api, "admin")


def money(order):
    """What was captured, refunded, and by which refunds."""
    payment = order["payment"]
    return payment["captured"]["amount"], payment["refunded"]["amount"], [one["status"] for one in order["refunds"]]


def test_what_the_provider_could_never_pay_is_refused(staff, order_id):
    order = models.find_order(order_id)
    models.write(order, replace(order, version=order.version + 1, currency="KWD"))

    def dinars(amount, key):
        body = REFUND | {"amount": {"amount": amount, "currency": "KWD"}}
        return staff.post(f"/orders/{order_id}/refunds", body, Idempotency_Key=key)

    odd, even = dinars(5, "odd"), dinars(10, "even")

    assert (odd.status, odd.json["errors"][0]["field"]) == (422, "amount.amount")
    assert even.json["refunds"][0]["status"] == "done"


def test_too_many_at_one_order_are_asked_to_come_again_and_nothing_happened(shop, staff, order_id, monkeypatch):
    def busy(_transaction):
        raise Busy(retry_after=1)

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "commit", busy)
        answer = staff.refunds(order_id, 500)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert shop.order(order_id)["refunds"] == []
    assert staff.refunds(order_id, 500).status == 201


def test_a_part_of_the_money_goes_back_and_the_order_stands(shop, staff, order_id, total, provider):
    answer = staff.refunds(order_id, 500)

    assert (answer.status, answer.json["status"], money(answer.json)) == (201, "confirmed", (total, 500, ["done"]))
    assert answer.json["payment"]["status"] == "partially_refunded"
    (refund,) = shop.order(order_id)["refunds"]
    assert (refund["number"], refund["amount"], refund["reason"]) == (1, {"amount": 500} | EUR, "Scratched")
    assert provider.refunds == {(order_id, 1): 500}
    assert staff.ships(order_id).status == 201


def test_more_than_was_paid_and_not_given_back_yet_is_refused(staff, order_id, total, provider):
    staff.refunds(order_id, 500, "a")

    answer = staff.refunds(order_id, total - 499, "b")

    assert (answer.status, answer.code) == (409, "refund_exceeds")
    assert answer.json["refundable"] == {"amount": total - 500} | EUR
    assert provider.refunds == {(order_id, 1): 500}


def test_the_same_key_refunds_once_and_is_answered_with_the_order_as_it_stands(staff, order_id, provider):
    staff.refunds(order_id, 500, "a")
    staff.refunds(order_id, 200, "b")

    again = staff.refunds(order_id, 500, "a")

    assert (again.status, again.headers["Idempotent-Replayed"], len(again.json["refunds"])) == (201, "true", 2)
    assert provider.refunds == {(order_id, 1): 500, (order_id, 2): 200}
    assert staff.refunds(order_id, 501, "a").code == "idempotency_mismatch"
    assert staff.post(f"/orders/{order_id}/refunds", {}).code == "idempotency_key_required"


def test_a_full_refund_of_what_was_not_shipped_ends_the_order_and_restocks_it(
    shop, staff, order_id, total, catalog, provider
):
    staff.refunds(order_id, 500, "a")
    answer = staff.refunds(order_id, total - 500, "b")

    assert (answer.json["status"], money(answer.json)) == ("refunded", (total, total, ["done", "done"]))
    assert (catalog.left("MUG"), catalog.left("LAMP.1")) == (3, 5)
    assert staff.ships(order_id).code == "order_cancelled"
    assert (shop.post(f"/orders/{order_id}/cancel").status, sum(provider.refunds.values())) == (200, total)


def test_a_full_refund_of_what_is_partly_shipped_keeps_the_rest_here(staff, order_id, total, catalog):
    staff.ships(order_id, MUG=1)

    answer = staff.refunds(order_id, total)

    assert answer.json["status"] == "refunded"
    assert (catalog.left("MUG"), catalog.left("LAMP.1")) == (2, 5)
    assert staff.ships(order_id, "b").code == "order_cancelled"


@pytest.mark.parametrize("delivered", [False, True])
def test_a_full_refund_of_what_is_on_its_way_brings_nothing_back_to_stock(staff, order_id, total, catalog, delivered):
    staff.ships(order_id)
    if delivered:
        staff.delivers(order_id)

    assert staff.refunds(order_id, total).json["status"] == "refunded"
    assert (catalog.left("MUG"), catalog.left("LAMP.1")) == (2, 3)
    assert staff.delivers(order_id).code == "order_cancelled"


def test_staff_refund_up_to_a_limit_of_each_order_and_admins_anything(
    staff, admin, order_id, total, provider, monkeypatch
):
    monkeypatch.setattr(config, "REFUND_LIMIT", 600)

    assert staff.refunds(order_id, 601, "a").status == 403
    assert staff.refunds(order_id, 400, "b").status == 201
    assert staff.refunds(order_id, 201, "c").status == 403
    assert staff.refunds(order_id, 200, "d").status == 201
    assert admin.refunds(order_id, total - 600, "e").json["status"] == "refunded"
    assert sum(provider.refunds.values()) == total


def test_the_limit_is_500_unless_configured():
    assert config.REFUND_LIMIT == 50000


def test_what_is_wrong_with_a_refund_is_told_by_field(staff, order_id, provider):
    wrong = [
        ({"amount": {"amount": 0} | EUR}, "amount.amount"),
        ({"amount": {"amount": -1} | EUR}, "amount.amount"),
        ({"amount": {"amount": 1.5} | EUR}, "amount.amount"),
        ({"amount": {"amount": 500, "currency": "USD"}}, "amount.currency"),
        ({"reason": ""}, "reason"),
        ({"reason": "\u0000"}, "reason"),
        ({"reason": "x" * 501}, "reason"),
    ]
    for body, field in wrong:
        answer = staff.post(f"/orders/{order_id}/refunds", REFUND | body, Idempotency_Key="a")
        assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])

    assert provider.refunds == {}


@pytest.mark.parametrize(
    ("method", "code"), [("pm_3ds", "order_not_paid"), ("pm_declined", "order_not_paid"), (None, "refund_exceeds")]
)
def test_what_was_not_paid_or_went_back_is_not_refunded(shop, staff, provider, method, code):
    order_id = bought(shop, **({"payment_method": method} if method else {}))
    if method is None:
        shop.post(f"/orders/{order_id}/cancel")
    before = dict(provider.refunds)

    assert (staff.refunds(order_id, 1).status, staff.refunds(order_id, 1).code) == (409, code)
    assert staff.refunds("ord_unknown", 1).status == 404
    assert provider.refunds == before


def test_a_refund_during_a_cancellation_is_refused(shop, staff, order_id, provider):
    provider.down = True
    assert shop.post(f"/orders/{order_id}/cancel").status == 202

    assert staff.refunds(order_id, 1).code == "order_cancelled"


def test_a_cancellation_after_a_partial_refund_gives_the_rest_back(shop, staff, order_id, total, provider):
    staff.refunds(order_id, 500)

    assert shop.post(f"/orders/{order_id}/cancel").json["status"] == "cancelled"
    assert provider.refunds == {(order_id, 1): 500, (order_id, 2): total - 500}


def test_with_the_provider_down_a_refund_is_accepted_and_made_later_once(
    shop, staff, order_id, total, provider, catalog, shop_clock
):
    provider.down = True
    answer = staff.refunds(order_id, total)
    assert (answer.status, answer.json["status"], money(answer.json)) == (201, "confirmed", (total, 0, ["pending"]))
    assert staff.refunds(order_id, 1, "b").code == "refund_exceeds"
    assert staff.ships(order_id).code == "order_cancelled"

    provider.down = False
    shop_clock.forward(61)

    assert (sweep(), sweep()) == (1, 0)
    assert (shop.order(order_id)["status"], provider.refunds) == ("refunded", {(order_id, 1): total})
    assert catalog.left("LAMP.1") == 5


def test_a_refund_whose_reply_is_lost_is_asked_for_again_under_the_same_number(
    shop, staff, order_id, provider, shop_clock
):
    provider.lose_replies_to = {"refund"}
    assert staff.refunds(order_id, 500).json["refunds"][0]["status"] == "pending"

    provider.lose_replies_to = set()
    shop_clock.forward(61)
    sweep()

    assert (provider.refunds, shop.order(order_id)["refunds"][0]["status"]) == ({(order_id, 1): 500}, "done")


def test_a_crash_after_the_refund_was_written_down_loses_nothing(shop, staff, order_id, provider, shop_clock):
    with crashing_at("write"), pytest.raises(Crash):
        staff.refunds(order_id, 500)

    shop_clock.forward(61)
    sweep()

    assert (provider.refunds, shop.order(order_id)["refunds"][0]["status"]) == ({(order_id, 1): 500}, "done")


def test_with_the_catalogue_down_the_money_goes_back_at_once_and_the_goods_later(
    shop, staff, order_id, total, catalog, shop_clock
):
    catalog.down = True
    answer = staff.refunds(order_id, total)
    assert (answer.json["status"], money(answer.json)) == ("confirmed", (total, total, ["done"]))

    catalog.down = False
    shop_clock.forward(61)
    sweep()

    assert (shop.order(order_id)["status"], catalog.left("MUG")) == ("refunded", 3)


def test_a_refund_that_the_provider_refuses_is_shown_and_its_amount_is_free_again(
    shop, staff, order_id, total, provider, catalog
):
    provider.refuse_refunds = True
    refused = staff.refunds(order_id, total, "a")
    assert (refused.status, refused.json["status"], money(refused.json)) == (201, "confirmed", (total, 0, ["failed"]))
    assert (catalog.left("MUG"), sweep()) == (2, 0)

    provider.refuse_refunds = False
    again = staff.refunds(order_id, total, "b")

    assert (again.json["status"], money(again.json)) == ("refunded", (total, total, ["failed", "done"]))
    assert (provider.refunds, catalog.left("MUG")) == ({(order_id, 2): total}, 3)


def test_an_order_whose_refund_is_refused_is_shipped_after_all(staff, order_id, total, provider):
    provider.refuse_refunds = True
    staff.refunds(order_id, total)

    assert staff.ships(order_id).json["status"] == "shipped"


def test_a_cancellation_whose_refund_is_refused_ends_and_staff_refunds_it_anew(
    shop, staff, order_id, total, provider, catalog
):
    provider.refuse_refunds = True
    cancelled = shop.post(f"/orders/{order_id}/cancel")
    assert (cancelled.status, cancelled.json["status"], money(cancelled.json)) == (
        200, "cancelled", (total, 0, ["failed"]),
    )  # fmt: skip
    assert catalog.left("MUG") == 3

    provider.refuse_refunds = False
    answer = staff.refunds(order_id, total)

    assert (answer.json["status"], money(answer.json)) == ("cancelled", (total, total, ["failed", "done"]))
    assert catalog.left("MUG") == 3


def test_a_cancellation_meets_a_full_refund_under_way_and_the_money_goes_back_once(
    shop, staff, order_id, total, provider, catalog, shop_clock
):
    provider.down = True
    staff.refunds(order_id, total)
    assert shop.post(f"/orders/{order_id}/cancel").status == 202

    provider.down = False
    shop_clock.forward(61)
    sweep()

    assert (shop.order(order_id)["status"], provider.refunds) == ("refunded", {(order_id, 1): total})
    assert (catalog.left("MUG"), catalog.left("LAMP.1")) == (3, 5)


def test_a_cancellation_is_kept_when_the_full_refund_under_way_is_refused(
    shop, staff, order_id, total, provider, catalog, shop_clock
):
    provider.down = True
    staff.refunds(order_id, total)
    shop.post(f"/orders/{order_id}/cancel")

    provider.down, provider.refuse_refunds = False, True
    shop_clock.forward(61)
    sweep()

    assert (shop.order(order_id)["status"], catalog.left("MUG")) == ("cancelled", 3)
    assert money(shop.order(order_id)) == (total, 0, ["failed", "failed"])


def test_of_two_that_race_for_the_last_of_the_money_one_is_refused(staff, order_id, total, provider, monkeypatch):
    find, others = DynamoStore.find_keyed, iter([total])

    def overtaken(store, *arguments):
        found = find(store, *arguments)
        for amount in others:
            assert staff.refunds(order_id, amount, "other").status == 201
        return found

    monkeypatch.setattr(DynamoStore, "find_keyed", overtaken)

    assert staff.refunds(order_id, total, "mine").code == "refund_exceeds"
    assert provider.refunds == {(order_id, 1): total}


def test_the_world_is_told_of_each_refund_once_it_is_made(staff, order_id, total, provider):
    provider.refuse_refunds = True
    staff.refunds(order_id, 300, "a")
    provider.refuse_refunds = False
    staff.refunds(order_id, 500, "b")
    staff.refunds(order_id, total - 500, "c")

    facts = {"order_id": order_id, "customer_id": "usr_guest", "buyer": "guest", "currency": "EUR", "return_id": None}
    assert sorted(told("order.refunded"), key=lambda one: one["refund"]) == [
        facts | {"refund": 2, "amount": 500, "full": False},
        facts | {"refund": 3, "amount": total - 500, "full": True},
    ]


def test_the_timeline_tells_what_happened_when_and_by_whom(shop, staff, admin, order_id, total, provider, shop_clock):
    shop_clock.forward(60)
    staff.ships(order_id)
    shop_clock.forward(60)
    provider.down = True
    staff.refunds(order_id, 500, "a")
    shop_clock.forward(60)
    provider.down = False
    sweep()
    shop_clock.forward(60)
    admin.refunds(order_id, total - 500, "b")

    events = shop.get(f"/orders/{order_id}/events").json
    assert [one["status"] for one in events["items"]] == ["pending", "confirmed", "shipped", "refunded"]
    assert [(one["kind"], one["actor"]) for one in events["timeline"][2:]] == [
        ("shipment", "staff"),
        ("shipped", "staff"),
        ("refund_requested", "staff"),
        ("refund_made", "system"),
        ("refund_requested", "admin"),
        ("refund_made", "system"),
        ("refunded", "admin"),
    ]
    assert (events["timeline"][4]["refund"], events["timeline"][4]["amount"]) == (1, {"amount": 500} | EUR)


def test_late_news_of_the_payment_moves_no_order_back(shop, staff, order_id, total, provider, shop_clock):
    def hear_it_again():
        before = shop.order(order_id)
        for kind in ("payment_intent.amount_capturable_updated", "payment_intent.succeeded", "payment_intent.canceled"):
            body = event(order_id, kind)
            assert tell(shop, body, signed(body, shop_clock)).status == 200
        sweep()
        assert shop.order(order_id) == before
        return before["status"]

    seen = [hear_it_again()]
    for act in (staff.ships, staff.delivers, lambda _: staff.refunds(order_id, total)):
        act(order_id)
        seen.append(hear_it_again())

    assert seen == ["confirmed", "shipped", "delivered", "refunded"]
    assert provider.refunds == {(order_id, 1): total}


def test_who_is_erased_leaves_no_reason(api, catalog, provider, staff, erasures):
    ann = Shopper(api, "customer", "usr_ann")
    order_id = bought(ann)
    staff.ships(order_id)
    staff.refunds(order_id, 100, "a", reason="Ann Example was angry")
    assert "angry" in json.dumps(ann.get("/privacy/orders").json)

    erasures.of("usr_ann")
    staff.refunds(order_id, 100, "b", reason="Ann Example is gone")

    stored = json.dumps(client("dynamodb").scan(TableName="shop-orders")["Items"])
    assert [word for word in ("angry", "gone") if word in stored] == []
    assert [one["reason"] for one in staff.order(order_id)["refunds"]] == [None, None]


def test_an_order_takes_so_many_refunds_and_no_more(staff, order_id, monkeypatch):
    monkeypatch.setattr("chalicelib.refunds.domain.MAX_REFUNDS", 2)

    assert [staff.refunds(order_id, 1, key).status for key in "abc"] == [201, 201, 422]
    assert staff.refunds(order_id, 1, "c").code == "limit_reached"


def test_a_refund_is_one_read_and_two_transactions_with_a_look_at_the_breaker_and_a_repeat_one_read(
    staff, order_id, calls, provider
):
    costs = []
    for _ in range(2):
        calls.clear()
        staff.refunds(order_id, 500)
        costs.append(calls.dynamodb)

    assert costs == [["BatchGetItem", "TransactWriteItems", "GetItem", "TransactWriteItems"], ["BatchGetItem"]]
    assert provider.calls.count("refund") == 1


def test_nothing_is_no_refund_whatever_order_is_named(staff, order_id):
    answers = [staff.refunds(one, 0) for one in (order_id, "ord_unknown")]

    assert [(one.status, one.json["errors"][0]["field"]) for one in answers] == [(422, "amount.amount")] * 2
