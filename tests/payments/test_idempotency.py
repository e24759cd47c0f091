"""Idempotency keys: the same call is done once, another call is refused."""

import pytest

from tests.payments.conftest import Clock, Stripe, at_once


def test_a_repeated_call_is_answered_from_the_record(stripe: Stripe):
    first, again = stripe.create("key"), stripe.create("key")

    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers
    assert len(stripe.get("/v1/payment_intents")["data"]) == 1


def test_the_record_is_the_answer_of_then(stripe: Stripe):
    first = stripe.create("key")
    stripe.confirm(first["id"], payment_method="pm_card_visa")

    assert stripe.create("key")["status"] == "requires_payment_method"


def test_the_order_of_parameters_does_not_matter(stripe: Stripe):
    first = stripe.send("POST", "/v1/payment_intents", **form("amount=500&currency=eur", "key"))
    again = stripe.send("POST", "/v1/payment_intents", **form("currency=eur&amount=500", "key"))

    assert first["id"] == again["id"]


def form(body: str, key: str) -> dict[str, object]:
    return {"body": body, "headers": {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}}


def test_a_key_with_other_parameters_is_refused(stripe: Stripe):
    stripe.create("key")

    other = stripe.create("key", amount="2000")

    assert (other.status, other.error["type"]) == (400, "idempotency_error")
    assert "same parameters" in other.error["message"]


def test_a_key_at_another_address_is_refused(stripe: Stripe):
    intent_id = stripe.authorised()
    stripe.capture(intent_id, "key")

    other = stripe.cancel(intent_id, "key")

    assert (other.status, other.error["type"]) == (400, "idempotency_error")
    assert f"/v1/payment_intents/{intent_id}/capture" in other.error["message"]


def test_a_decline_is_stored(stripe: Stripe):
    intent_id = stripe.create()["id"]

    first = stripe.confirm(intent_id, "key", payment_method="pm_card_visa_chargeDeclined")
    again = stripe.confirm(intent_id, "key", payment_method="pm_card_visa_chargeDeclined")

    assert (first.status, again.status, again.body) == (402, 402, first.body)
    assert stripe.events() == ["payment_intent.payment_failed"]


def test_a_refused_state_is_stored(stripe: Stripe):
    intent_id = stripe.create()["id"]
    assert stripe.capture(intent_id, "key").status == 400
    stripe.confirm(intent_id, payment_method="pm_card_visa")

    again = stripe.capture(intent_id, "key")

    assert (again.status, again.headers["Idempotent-Replayed"]) == (400, "true")
    assert stripe.capture(intent_id, "another key").status == 200


def test_what_fails_validation_is_not_stored(stripe: Stripe):
    assert stripe.create("key", amount="none").status == 400

    assert stripe.create("key").status == 200


def test_a_repeated_refund_refunds_once(stripe: Stripe):
    intent_id = stripe.captured()

    refunds = [stripe.refund(intent_id, "ord_1:refund:1", amount="500") for _ in range(3)]

    assert len({refund["id"] for refund in refunds}) == 1
    assert stripe.ledger()[2:] == [("refunded", 500)]


def test_a_key_in_flight_is_in_use(stripe: Stripe):
    intent_id = stripe.create()["id"]

    answers = at_once(8, lambda _: stripe.confirm(intent_id, "key", payment_method="pm_sandbox_hang"))

    refused = [answer for answer in answers if answer.status != 200]
    assert len(refused) == 7
    assert {(answer.status, answer.error["code"]) for answer in refused} == {(409, "idempotency_key_in_use")}
    assert stripe.ledger() == [("authorized", 1999)]


def test_one_key_used_by_many_at_once_makes_one_intent(stripe: Stripe):
    answers = at_once(16, lambda _: stripe.create("key"))

    assert {answer["id"] for answer in answers if answer.status == 200} == {
        intent["id"] for intent in stripe.get("/v1/payment_intents")["data"]
    }
    assert len(stripe.get("/v1/payment_intents")["data"]) == 1


def test_many_captures_at_once_capture_once(stripe: Stripe):
    intent_id = stripe.authorised()

    answers = at_once(16, lambda turn: stripe.capture(intent_id, f"key {turn}"))

    assert sorted(answer.status for answer in answers) == [200] + [400] * 15
    assert stripe.ledger() == [("authorized", 1999), ("captured", 1999)]


def test_a_key_is_forgotten_after_a_day(stripe: Stripe, clock: Clock):
    first = stripe.create("key")
    clock.forward(23 * 3600)
    assert stripe.create("key")["id"] == first["id"]

    clock.forward(2 * 3600)

    assert stripe.create("key")["id"] != first["id"]


def test_a_key_is_at_most_255_characters_long(stripe: Stripe):
    assert stripe.create("k" * 255).status == 200
    assert stripe.create("k" * 256).error["type"] == "idempotency_error"


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/balance"])
def test_reading_needs_no_key_and_remembers_none(stripe: Stripe, path: str):
    headers = {"Idempotency-Key": "key"}
    stripe.send("GET", path, headers=headers)

    assert "Idempotent-Replayed" not in stripe.send("GET", path, headers=headers).headers
