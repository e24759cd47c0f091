"""Stripe's own library can't tell the sandbox from Stripe."""

import pytest
import stripe as library

from tests.payments.conftest import SECRET, Clock, Shop, Stripe, eventually


@pytest.fixture
def client(stripe: Stripe):
    return library.StripeClient("sk_test_x", base_addresses={"api": stripe.url}, max_network_retries=0)


FORM = {"amount": 1999, "currency": "eur", "capture_method": "manual", "payment_method_types": ["card"]}


def test_a_payment_from_creation_to_refund(client):
    intent = client.v1.payment_intents.create({**FORM, "metadata": {"order_id": "ord_1"}})
    client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    client.v1.payment_intents.capture(intent.id)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})

    assert client.v1.payment_intents.retrieve(intent.id).amount_received == 1999
    assert [found.id for found in client.v1.refunds.list({"payment_intent": intent.id})] == [refund.id]


def test_what_the_reconciler_reads(client, clock: Clock):
    form = {**FORM, "payment_method": "pm_card_refundFail", "confirm": True, "metadata": {"order_id": "ord_1"}}
    paid = [client.v1.payment_intents.create(form) for _ in range(3)]
    client.v1.payment_intents.capture(paid[0].id)
    client.v1.refunds.create({"payment_intent": paid[0].id, "amount": 500, "metadata": {"refund": 1}})
    since = {"gte": paid[0].created, "lt": paid[0].created + 60}

    pages = client.v1.payment_intents.list({"created": since, "limit": 2, "expand": ["data.latest_charge"]})
    listed = list(pages.auto_paging_iter())

    assert [one.id for one in listed] == [one.id for one in reversed(paid)]
    assert [one.latest_charge.amount_refunded for one in listed] == [0, 0, 500]
    clock.forward(21)
    (refund,) = client.v1.refunds.list({"created": since, "limit": 100})
    assert (refund.status, refund.failure_reason, refund.metadata["refund"]) == (
        "failed",
        "expired_or_canceled_card",
        "1",
    )


def test_a_decline_is_a_card_error(client):
    with pytest.raises(library.CardError) as declined:
        client.v1.payment_intents.create({**FORM, "payment_method": "pm_card_visa_chargeDeclined", "confirm": True})

    assert (declined.value.code, declined.value.error.payment_intent.status) == (
        "card_declined",
        "requires_payment_method",
    )


def test_a_reused_key_is_an_idempotency_error(client):
    client.v1.payment_intents.create(FORM, {"idempotency_key": "key"})

    with pytest.raises(library.IdempotencyError):
        client.v1.payment_intents.create({**FORM, "amount": 2000}, {"idempotency_key": "key"})


def test_a_webhook_has_a_signature_that_it_accepts(stripe_with_webhooks: Stripe, shop: Shop):
    stripe_with_webhooks.authorised()
    eventually(lambda: len(shop.received) == 1)
    signature, body = shop.received[0]

    assert library.Webhook.construct_event(body, signature, SECRET).type == "payment_intent.amount_capturable_updated"
    with pytest.raises(library.SignatureVerificationError):
        library.Webhook.construct_event(body.replace(b"1999", b"9999"), signature, SECRET)
