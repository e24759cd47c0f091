"""What may be done to an intent in which state."""

import pytest

from tests.payments.conftest import Clock, Stripe


def test_an_intent_without_a_method_waits_for_one(stripe: Stripe):
    assert stripe.create()["status"] == "requires_payment_method"


def test_an_intent_with_a_method_waits_to_be_confirmed(stripe: Stripe):
    assert stripe.create(payment_method="pm_card_visa")["status"] == "requires_confirmation"


def test_confirming_authorises_and_capturing_takes_the_money(stripe: Stripe):
    intent = stripe.create()

    authorised = stripe.confirm(intent["id"], payment_method="pm_card_visa")
    captured = stripe.capture(intent["id"])

    assert (authorised["status"], authorised["amount_capturable"]) == ("requires_capture", 1999)
    assert (captured["status"], captured["amount_received"], captured["amount_capturable"]) == ("succeeded", 1999, 0)


def test_automatic_capture_takes_the_money_at_once(stripe: Stripe):
    intent = stripe.create(capture_method="automatic", payment_method="pm_card_visa", confirm="true")

    assert intent["status"] == "succeeded"
    assert stripe.ledger() == [("authorized", 1999), ("captured", 1999)]


def test_a_captured_intent_is_not_captured_again(stripe: Stripe):
    intent_id = stripe.captured()

    again = stripe.capture(intent_id)

    assert (again.status, again.error["code"]) == (400, "payment_intent_unexpected_state")
    assert again.error["payment_intent"]["status"] == "succeeded"


def test_part_of_what_is_authorised_can_be_captured_and_the_rest_is_voided(stripe: Stripe):
    captured = stripe.capture(stripe.authorised(), amount_to_capture="500")

    assert captured["amount_received"] == 500
    assert stripe.ledger() == [("authorized", 1999), ("captured", 500), ("voided", 1499)]


def test_no_more_is_captured_than_is_authorised(stripe: Stripe):
    intent_id = stripe.authorised()

    refused = stripe.capture(intent_id, amount_to_capture="2000")

    assert (refused.status, refused.error["code"]) == (400, "amount_too_large")
    assert stripe.intent(intent_id)["status"] == "requires_capture"


def test_a_cancelled_authorisation_goes_back_to_the_card(stripe: Stripe):
    cancelled = stripe.cancel(stripe.authorised(), cancellation_reason="abandoned")

    assert (cancelled["status"], cancelled["cancellation_reason"]) == ("canceled", "abandoned")
    assert (cancelled["amount_capturable"], cancelled["canceled_at"] > 0) == (0, True)
    assert stripe.ledger() == [("authorized", 1999), ("voided", 1999)]


def test_cancelling_what_never_was_authorised_moves_no_money(stripe: Stripe):
    assert stripe.cancel(stripe.create()["id"])["status"] == "canceled"
    assert stripe.ledger() == []


@pytest.mark.parametrize("action", ["capture", "confirm", "cancel"])
def test_a_cancelled_intent_stays_cancelled(stripe: Stripe, action: str):
    intent_id = stripe.authorised()
    stripe.cancel(intent_id)

    refused = stripe.post(f"/v1/payment_intents/{intent_id}/{action}")

    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")
    assert "status of canceled" in refused.error["message"]


@pytest.mark.parametrize("action", ["confirm", "cancel"])
def test_a_captured_intent_is_neither_confirmed_nor_cancelled(stripe: Stripe, action: str):
    intent_id = stripe.captured()

    refused = stripe.post(f"/v1/payment_intents/{intent_id}/{action}")

    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")


def test_an_authorised_intent_is_not_confirmed_again(stripe: Stripe):
    refused = stripe.confirm(stripe.authorised(), payment_method="pm_card_visa")

    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")
    assert stripe.ledger() == [("authorized", 1999)]


def test_confirming_needs_a_method(stripe: Stripe):
    refused = stripe.confirm(stripe.create()["id"])

    assert refused.status == 400
    assert "missing a payment method" in refused.error["message"]


@pytest.mark.parametrize("status", ["requires_payment_method", "requires_confirmation"])
def test_only_an_authorised_intent_is_captured(stripe: Stripe, status: str):
    methods = {"requires_confirmation": {"payment_method": "pm_card_visa"}}
    intent = stripe.create(**methods.get(status, {}))
    assert intent["status"] == status

    assert f"status of {status}" in stripe.capture(intent["id"]).error["message"]


def test_the_amount_changes_until_something_is_authorised(stripe: Stripe):
    intent_id = stripe.create()["id"]

    assert stripe.post(f"/v1/payment_intents/{intent_id}", amount="700")["amount"] == 700
    stripe.confirm(intent_id, payment_method="pm_card_visa")

    late = stripe.post(f"/v1/payment_intents/{intent_id}", amount="900")
    assert (late.status, late.error["code"]) == (400, "payment_intent_unexpected_state")
    assert stripe.ledger() == [("authorized", 700)]


def test_metadata_changes_in_every_state_key_by_key(stripe: Stripe):
    intent_id = stripe.captured()

    form = {"metadata[note]": "gift", "metadata[order_id]": ""}
    assert stripe.post(f"/v1/payment_intents/{intent_id}", **form)["metadata"] == {"note": "gift"}
    assert stripe.post(f"/v1/payment_intents/{intent_id}", metadata="")["metadata"] == {}


def test_an_authorisation_lapses_after_a_week(stripe: Stripe, clock: Clock):
    intent_id = stripe.authorised()

    clock.forward(7 * 24 * 3600 + 1)

    assert stripe.capture(intent_id).status == 400
    assert stripe.intent(intent_id)["cancellation_reason"] == "automatic"
    assert stripe.ledger() == [("authorized", 1999), ("voided", 1999)]


def test_an_unknown_intent_is_not_found(stripe: Stripe):
    missing = stripe.capture("pi_unknown")

    assert (missing.status, missing.error["code"]) == (404, "resource_missing")
    assert missing.error["message"] == "No such payment_intent: 'pi_unknown'"
