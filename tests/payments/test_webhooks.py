"""Events reach the shop, signed, at least once."""

import hashlib
import hmac
import json
import time

import pytest

from tests.payments.conftest import SECRET, Clock, Shop, Stripe, eventually
from tools.shop.payments import call


def types(shop: Shop) -> list[str]:
    return [json.loads(body)["type"] for _, body in shop.received]


def test_everything_that_happens_to_money_is_told(stripe_with_webhooks: Stripe, shop: Shop):
    stripe = stripe_with_webhooks
    stripe.refund(stripe.captured())
    stripe.cancel(stripe.authorised())
    stripe.create(payment_method="pm_card_visa_chargeDeclined", confirm="true")
    stripe.create(payment_method="pm_card_authenticationRequired", confirm="true")

    eventually(lambda: len(shop.received) >= 7)

    assert sorted(types(shop)) == sorted(
        [
            "payment_intent.amount_capturable_updated",
            "payment_intent.succeeded",
            "charge.refunded",
            "payment_intent.amount_capturable_updated",
            "payment_intent.canceled",
            "payment_intent.payment_failed",
            "payment_intent.requires_action",
        ]
    )


def test_an_event_is_signed_with_the_time_of_the_shop(stripe_with_webhooks: Stripe, shop: Shop, clock: Clock):
    clock.forward(1000)
    intent_id = stripe_with_webhooks.authorised()
    eventually(lambda: len(shop.received) == 1)

    signature, body = shop.received[0]

    parts = dict(part.split("=") for part in signature.split(","))
    digest = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert parts["v1"] == digest
    assert abs(int(parts["t"]) - time.time() - 1000) < 60
    assert json.loads(body)["data"]["object"]["id"] == intent_id


def test_an_event_that_the_shop_refused_comes_again(stripe_with_webhooks: Stripe, shop: Shop):
    shop.statuses[:] = [500, 503]

    stripe_with_webhooks.authorised()

    eventually(lambda: len(shop.received) == 3)
    assert len({json.loads(body)["id"] for _, body in shop.received}) == 1


def test_completing_the_authentication_is_told(stripe_with_webhooks: Stripe, shop: Shop):
    intent = stripe_with_webhooks.create(payment_method="pm_card_authenticationRequired", confirm="true")

    stripe_with_webhooks.page(intent["next_action"]["redirect_to_url"]["url"])

    eventually(lambda: "payment_intent.amount_capturable_updated" in types(shop))


def test_what_happens_by_itself_is_told_without_a_call(stripe_with_webhooks: Stripe, shop: Shop, clock: Clock):
    stripe_with_webhooks.create(payment_method="pm_sandbox_processing", confirm="true")

    clock.forward(21)

    eventually(lambda: "payment_intent.amount_capturable_updated" in types(shop))


def test_events_may_come_twice(stripe_with_webhooks: Stripe, shop: Shop):
    stripe_with_webhooks.captured(payment_method="pm_sandbox_webhooks_twice")

    eventually(lambda: len(shop.received) >= 4)

    kinds = ["payment_intent.amount_capturable_updated", "payment_intent.succeeded"]
    assert sorted(types(shop)) == sorted(kinds * 2)
    assert len({json.loads(body)["id"] for _, body in shop.received}) == 2


def test_later_events_may_come_first(stripe_with_webhooks: Stripe, shop: Shop):
    stripe_with_webhooks.captured(payment_method="pm_sandbox_webhooks_reversed")

    eventually(lambda: len(shop.received) >= 2)

    assert types(shop) == ["payment_intent.succeeded", "payment_intent.amount_capturable_updated"]


def test_events_may_come_late(stripe_with_webhooks: Stripe, shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(call, "LATE_SECONDS", 3.0)
    late = stripe_with_webhooks.authorised(payment_method="pm_sandbox_webhooks_late")
    stripe_with_webhooks.authorised()

    eventually(lambda: len(shop.received) == 2)

    assert json.loads(shop.received[-1][1])["data"]["object"]["id"] == late
