"""Refunds never exceed what was captured."""

from tests.payments.conftest import Clock, Stripe, at_once


def test_a_refund_without_an_amount_gives_everything_back(stripe: Stripe):
    intent_id = stripe.captured()

    refund = stripe.refund(intent_id, reason="requested_by_customer")

    assert (refund["amount"], refund["status"], refund["payment_intent"]) == (1999, "succeeded", intent_id)
    assert stripe.ledger()[-1] == ("refunded", 1999)
    assert stripe.intent(intent_id)["status"] == "succeeded"


def test_refunds_add_up_to_what_was_captured_and_no_further(stripe: Stripe):
    intent_id = stripe.captured()
    stripe.refund(intent_id, amount="1500")

    too_much = stripe.refund(intent_id, amount="500")
    rest = stripe.refund(intent_id)
    more = stripe.refund(intent_id, amount="1")

    assert (too_much.status, too_much.error["param"]) == (400, "amount")
    assert "(€5.00) is greater than unrefunded amount on charge (€4.99)" in too_much.error["message"]
    assert rest["amount"] == 499
    assert more.error["code"] == "charge_already_refunded"


def test_no_more_than_a_partial_capture_is_refunded(stripe: Stripe):
    intent_id = stripe.authorised()
    stripe.capture(intent_id, amount_to_capture="700")

    assert stripe.refund(intent_id, amount="701").status == 400
    assert stripe.refund(intent_id, amount="700").status == 200


def test_what_was_not_captured_is_not_refunded(stripe: Stripe):
    waiting, authorised, cancelled = stripe.create()["id"], stripe.authorised(), stripe.authorised()
    stripe.cancel(cancelled)

    for intent_id in (waiting, authorised, cancelled):
        assert "does not have a successful charge to refund" in stripe.refund(intent_id).error["message"]
    assert "refunded" not in [kind for kind, _ in stripe.ledger()]


def test_refunds_at_once_never_exceed_the_capture(stripe: Stripe):
    intent_id = stripe.captured()

    answers = at_once(10, lambda _: stripe.refund(intent_id, amount="500"))

    assert [answer.status for answer in answers].count(200) == 3


def test_an_unknown_intent_cannot_be_refunded(stripe: Stripe):
    refused = stripe.refund("pi_unknown")

    assert (refused.status, refused.error["code"], refused.error["param"]) == (
        400,
        "resource_missing",
        "payment_intent",
    )


def test_a_refund_names_what_it_refunds(stripe: Stripe):
    assert stripe.post("/v1/refunds", amount="5").status == 400


def test_a_refund_by_charge_is_the_same(stripe: Stripe):
    intent_id = stripe.captured()
    charge = stripe.intent(intent_id)["latest_charge"]

    assert stripe.post("/v1/refunds", charge=charge, amount="5")["payment_intent"] == intent_id
    assert stripe.get(f"/v1/charges/{charge}")["amount_refunded"] == 5


def test_refunds_are_read_by_id_and_by_intent(stripe: Stripe):
    first, second = stripe.captured(), stripe.captured()
    refund = stripe.refund(first, amount="5")
    stripe.refund(second, amount="6")

    assert stripe.get(f"/v1/refunds/{refund['id']}").body == refund.body
    assert stripe.get("/v1/refunds", payment_intent=first)["data"] == [refund.body]


def test_a_refund_may_arrive_later(stripe: Stripe, clock: Clock):
    intent_id = stripe.captured(payment_method="pm_card_pendingRefund")
    refund = stripe.refund(intent_id)
    assert (refund["status"], stripe.ledger()[-1]) == ("pending", ("captured", 1999))
    assert stripe.refund(intent_id).error["code"] == "charge_already_refunded"

    clock.forward(21)

    assert stripe.get(f"/v1/refunds/{refund['id']}")["status"] == "succeeded"
    assert stripe.ledger()[-1] == ("refunded", 1999)
    assert stripe.events()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_refund_may_fail_after_it_had_succeeded(stripe: Stripe, clock: Clock):
    intent_id = stripe.captured(payment_method="pm_card_refundFail")
    refund = stripe.refund(intent_id, amount="500")
    assert refund["status"] == "succeeded"

    clock.forward(21)

    failed = stripe.get(f"/v1/refunds/{refund['id']}", **{"expand[]": "charge"})
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert failed["charge"]["amount_refunded"] == 0
    assert stripe.ledger()[-2:] == [("refunded", 500), ("refund_failed", 500)]
    assert stripe.get("/v1/balance")["available"][0]["amount"] == 1999
    assert stripe.events()[-2:] == ["refund.failed", "charge.refund.updated"]


def test_a_disputed_charge_is_not_refunded(stripe: Stripe):
    intent_id = stripe.captured(payment_method="pm_card_createDispute")

    assert stripe.refund(intent_id).error["code"] == "charge_disputed"
    assert stripe.events()[-2:] == ["payment_intent.succeeded", "charge.dispute.created"]


def test_refunds_keep_to_what_the_currency_can_be_paid_in(stripe: Stripe):
    intent_id = stripe.captured(amount="5120", currency="kwd")

    assert stripe.refund(intent_id, amount="15").error["code"] == "invalid_charge_amount"
    assert stripe.refund(intent_id, amount="20").status == 200
