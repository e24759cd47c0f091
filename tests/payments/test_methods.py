"""How each payment method of the sandbox behaves."""

import pytest
import urllib3

from tests.payments.conftest import Clock, Stripe, at_once

DECLINES = {
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
}


@pytest.mark.parametrize("method", DECLINES)
def test_a_declined_card_leaves_the_intent_waiting_for_another(stripe: Stripe, method: str):
    intent = stripe.create()

    declined = stripe.confirm(intent["id"], payment_method=method)

    error = declined.error
    assert (declined.status, error["type"], error["code"]) == (402, "card_error", "card_declined")
    assert error["decline_code"] == DECLINES[method]
    left = stripe.intent(intent["id"]).body
    assert error["payment_intent"] == left
    assert (left["status"], left["payment_method"]) == ("requires_payment_method", None)
    assert left["last_payment_error"]["decline_code"] == DECLINES[method]
    assert stripe.ledger() == []


def test_after_a_decline_another_card_may_succeed(stripe: Stripe):
    intent = stripe.create()
    stripe.confirm(intent["id"], payment_method="pm_card_visa_chargeDeclined")

    second = stripe.confirm(intent["id"], payment_method="pm_card_visa")

    assert (second["status"], second["last_payment_error"]) == ("requires_capture", None)


def test_a_decline_on_creation_still_makes_the_intent(stripe: Stripe):
    declined = stripe.create(payment_method="pm_card_visa_chargeDeclined", confirm="true")

    assert stripe.intent(declined.error["payment_intent"]["id"])["status"] == "requires_payment_method"


def test_an_unknown_method_is_refused(stripe: Stripe):
    refused = stripe.confirm(stripe.create()["id"], payment_method="pm_card_unheard_of")

    assert (refused.status, refused.error["code"], refused.error["param"]) == (
        400,
        "resource_missing",
        "payment_method",
    )


def challenged(stripe: Stripe, **form: str) -> tuple[str, str]:
    intent = stripe.create(payment_method="pm_card_authenticationRequired", confirm="true", **form)
    assert intent["status"] == "requires_action"
    assert intent["next_action"]["type"] == "redirect_to_url"
    return intent["id"], intent["next_action"]["redirect_to_url"]["url"]


def test_opening_the_page_of_the_bank_completes_the_authentication(stripe: Stripe):
    intent_id, url = challenged(stripe)
    assert stripe.ledger() == []

    status, page = stripe.page(url)

    assert (status, "Payment confirmed" in page) == (200, True)
    intent = stripe.intent(intent_id)
    assert (intent["status"], intent["next_action"]) == ("requires_capture", None)
    assert stripe.ledger() == [("authorized", 1999)]


def test_opening_the_page_twice_authorises_once(stripe: Stripe):
    _, url = challenged(stripe)

    assert [stripe.page(url)[0] for _ in range(2)] == [200, 200]
    assert stripe.ledger() == [("authorized", 1999)]


def test_a_failed_authentication_leaves_the_intent_waiting_for_another_card(stripe: Stripe):
    intent_id, url = challenged(stripe)

    stripe.page(url + "/fail")
    stripe.page(url)

    intent = stripe.intent(intent_id)
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"


def test_the_page_of_a_cancelled_payment_is_too_late(stripe: Stripe):
    intent_id, url = challenged(stripe)
    stripe.cancel(intent_id)

    assert stripe.page(url)[0] == 410
    assert stripe.intent(intent_id)["status"] == "canceled"


def test_a_guessed_page_completes_nothing(stripe: Stripe):
    intent_id, url = challenged(stripe)

    stripe.page(url[:-1] + "~")

    assert stripe.intent(intent_id)["status"] == "requires_action"


def test_the_page_leads_back_to_the_shop(stripe: Stripe):
    intent_id, url = challenged(stripe, return_url="http://localhost:8080/done?a=<b>")

    _, page = stripe.page(url)

    assert f"http://localhost:8080/done?a=&lt;b&gt;&amp;payment_intent={intent_id}&amp;" in page
    assert "redirect_status=succeeded" in page


def test_the_hanging_method_authorises_before_it_hangs(stripe: Stripe):
    intent_id = stripe.create()["id"]

    def act(turn: int):
        return stripe.confirm(intent_id, payment_method="pm_sandbox_hang") if turn == 0 else authorised_meanwhile()

    def authorised_meanwhile():
        while not stripe.ledger():
            pass
        return stripe.intent(intent_id)

    hanging, meanwhile = at_once(2, act)

    assert (hanging["status"], meanwhile["status"]) == ("requires_capture", "requires_capture")


def test_a_lost_reply_is_the_answer_to_the_repeated_call(stripe: Stripe):
    intent_id = stripe.create()["id"]

    with pytest.raises(urllib3.exceptions.ProtocolError):
        stripe.confirm(intent_id, "key", payment_method="pm_sandbox_lost_reply")

    again = stripe.confirm(intent_id, "key", payment_method="pm_sandbox_lost_reply")
    assert (again["status"], again.headers["Idempotent-Replayed"]) == ("requires_capture", "true")
    assert stripe.ledger() == [("authorized", 1999)]


def test_the_reply_to_a_capture_may_be_lost(stripe: Stripe):
    intent_id = stripe.authorised(payment_method="pm_sandbox_lost_capture")

    with pytest.raises(urllib3.exceptions.ProtocolError):
        stripe.capture(intent_id)

    assert stripe.capture(intent_id).error["payment_intent"]["status"] == "succeeded"
    assert stripe.ledger() == [("authorized", 1999), ("captured", 1999)]


def test_the_reply_to_a_refund_may_be_lost(stripe: Stripe):
    intent_id = stripe.captured(payment_method="pm_sandbox_lost_refund")

    with pytest.raises(urllib3.exceptions.ProtocolError):
        stripe.refund(intent_id, "key", amount="500")

    assert stripe.refund(intent_id, "key", amount="500").headers["Idempotent-Replayed"] == "true"
    assert stripe.ledger()[-2:] == [("captured", 1999), ("refunded", 500)]


def test_a_refused_capture_can_still_be_cancelled(stripe: Stripe):
    intent_id = stripe.authorised(payment_method="pm_sandbox_capture_fails")

    refused = stripe.capture(intent_id)

    assert (refused.status, refused.error["type"]) == (402, "card_error")
    assert refused.error["payment_intent"]["status"] == "requires_capture"
    assert stripe.cancel(intent_id)["status"] == "canceled"
    assert stripe.ledger() == [("authorized", 1999), ("voided", 1999)]


def test_a_processing_payment_cannot_be_cancelled_until_it_is_done(stripe: Stripe, clock: Clock):
    intent = stripe.create(payment_method="pm_sandbox_processing", confirm="true")
    assert intent["status"] == "processing"
    assert stripe.cancel(intent["id"]).status == 400

    clock.forward(21)

    assert stripe.intent(intent["id"])["status"] == "requires_capture"
    assert stripe.cancel(intent["id"])["status"] == "canceled"
