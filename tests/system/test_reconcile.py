"""Reconciling a running shop: purchases of every kind leave no difference; what is planted is found and mended."""

import re
import secrets

import pytest
import urllib3

from tests.system.buyers import Books, Buyer
from tests.system.eventually import eventually
from tests.system.web import open_page


@pytest.fixture(scope="module")
def bank(shop):
    """The payment provider, as somebody with its key uses it by hand."""
    pool = urllib3.PoolManager(retries=False, timeout=10)

    def post(path, **form):
        headers = {"Authorization": "Bearer sk_test_by_hand"}
        made = pool.request("POST", shop.payments_url + path, fields=form, encode_multipart=False, headers=headers)
        assert made.status == 200, made.data
        return made.json()

    return post


def test_what_differs_is_told_and_mended_and_a_second_run_is_clean(shop, goods, bank):
    lamp = goods(stock=9)
    orders = purchases_of_every_kind(shop, lamp)
    payment = next(one["payment_intent"] for one in lamp.ledger() if one["metadata"]["order_id"] == orders[0])
    with shop.clock_moved("+2h"):
        before = lines(shop.command("reconcile"), orders)
        lost = bank(
            "/v1/payment_intents", amount="500", currency="eur", capture_method="manual", confirm="true",
            payment_method="pm_card_visa", **{"metadata[order_id]": f"ord_{secrets.token_hex(8)}"},
        )  # fmt: skip
        bank("/v1/refunds", payment_intent=payment, amount="100")
        shop.command("clock", "+1h")
        # The shop reconciles by itself too, and may have been first: then its report tells.
        mended = shop.command("reconcile") + shop.command("reconcile", "--reports", "1")
        again = shop.command("reconcile", "--dry-run")

    assert before == []
    assert re.search(rf"{orders[0]}: refund_unknown_to_order .*: mended", mended)
    assert re.search(rf"payment_without_order \(payment {lost['id']},.*: mended", mended)
    assert (lines(again, orders), lost["id"] in again) == ([], False)
    assert lamp.buyers[0].orders()[0]["payment"]["refunded"]["amount"] == 100


def lines(printed: str, orders: list[str]) -> list[str]:
    return [line for line in printed.splitlines() if any(order_id in line for order_id in orders)]


def purchases_of_every_kind(shop, lamp: Books) -> list[str]:
    """Ids of orders that were bought, declined, cancelled, and confirmed at the bank."""
    cards = ["pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_authenticationRequired", "pm_card_visa"]
    for card in cards:
        answer = lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku)).buy(card)
        if answer.code == "payment_action_required":
            open_page(answer.json["next_action"]["redirect_to_url"]["url"])
    last = lamp.buyers[-1].orders()[0]["id"]
    lamp.buyers[-1].web.post(f"/orders/{last}/cancel", {})
    assert eventually(lambda: all(order["status"] != "pending" for order in lamp.orders())), lamp.report()
    return [order["id"] for order in lamp.orders()]


def test_an_order_that_does_not_come_to_rest_is_listed(shop, goods):
    lamp = goods(stock=1)
    buyer = lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku))
    answer = buyer.buy("pm_card_authenticationRequired")

    order_id = answer.json["order_id"]

    assert re.search(rf"{order_id}: RESERVED since", shop.command("stuck", "--minutes", "0"))
    assert order_id not in shop.command("stuck")
    assert buyer.web.post(f"/orders/{order_id}/cancel", {}).status in (200, 202)
    assert eventually(lambda: order_id not in shop.command("stuck", "--minutes", "0"))
