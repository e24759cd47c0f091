"""Many hands at one order of a running shop: money and goods go back once."""

import secrets

from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.web import all_at_once

AT_ONCE = 8


def refund(lamp, order, amount=None, key=None):
    body = {"amount": {**order["total"], **({"amount": amount} if amount else {})}, "reason": "Scratched"}
    return lamp.staff.post(f"/orders/{order['id']}/refunds", body, Idempotency_Key=key or secrets.token_hex(8))


def refunded(lamp):
    return [one["amount"] for one in lamp.ledger() if one["type"] == "refunded"]


def test_of_many_full_refunds_at_once_one_is_made_and_the_goods_go_back_once(shop, goods):
    lamp = goods(stock=3)
    order = lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku, 2)).buy().json

    answers = all_at_once([lambda: refund(lamp, order)] * AT_ONCE)

    assert sorted(one.code if one.status > 201 else "made" for one in answers) == ["made"] + (
        ["refund_exceeds"] * (AT_ONCE - 1)
    )
    assert eventually(lambda: lamp.staff.get(f"/orders/{order['id']}").json["status"] == "refunded")
    assert (refunded(lamp), lamp.stock()["available"]) == ([order["total"]["amount"]], 3)


def test_one_key_is_one_refund_however_often_it_is_sent(shop, goods):
    lamp = goods(stock=1)
    order = lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku)).buy().json

    answers = all_at_once([lambda: refund(lamp, order, 100, "once")] * AT_ONCE)

    assert {one.status for one in answers} == {201}
    assert eventually(lambda: refunded(lamp) == [100]), lamp.report()
    assert refund(lamp, order, 101, "once").code == "idempotency_mismatch"


def test_of_many_who_receive_one_return_it_is_restocked_and_paid_back_once(shop, goods):
    lamp = goods(stock=2)
    buyer = lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku, 2))
    order = buyer.buy().json
    path = f"/orders/{order['id']}"
    assert lamp.staff.post(f"{path}/shipments", {"carrier": "DHL"}, Idempotency_Key=order["id"]).status == 201
    assert lamp.staff.post(f"{path}/deliver", {}).status == 200
    asked = buyer.web.post(f"{path}/returns", {"items": [{"sku": lamp.sku, "quantity": 1}], "reason": "Too bright"})
    mine = f"{path}/returns/{asked.json['returns'][0]['id']}"
    assert lamp.staff.post(f"{mine}/approve", {}).status == 200

    answers = all_at_once([lambda: lamp.staff.post(f"{mine}/receive", {})] * AT_ONCE)

    assert {one.status for one in answers} == {200}, answers
    assert eventually(lambda: lamp.stock()["available"] == 1), lamp.stock()
    assert eventually(lambda: refunded(lamp) == [1990]), lamp.report()
    assert lamp.staff.get(path).json["status"] == "delivered"
