"""The payment provider: what we ask of it over HTTP, and what it tells us by its webhook."""

import hashlib
import hmac
import json
from urllib.parse import parse_qs, unquote_plus

import pytest
import urllib3
from botocore.exceptions import EndpointConnectionError
from msgspec.structs import replace

from chalicelib import config
from chalicelib.checkout.effects import PaymentStatus
from chalicelib.errors import ProviderAnswered, ProviderDown, RefundRefused
from chalicelib.orders.order import Refund
from chalicelib.payments import client
from chalicelib.payments.provider import Stripe
from common.deadline import Deadline
from tests.orders.neighbours import sweep

SECRET = "whsec_of_the_tests"


def signed(body, clock, *, age=0, secret=SECRET):
    at = int(clock()) - age
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def event(order_id, kind="payment_intent.amount_capturable_updated"):
    return json.dumps({"type": kind, "data": {"object": {"metadata": {"order_id": order_id}}}}).encode()


def tell(shop, body, signature):
    return shop.api.post("/payments/events", body, Stripe_Signature=signature)


@pytest.fixture
def waiting(shop):
    """The id of an order whose buyer has to go to the bank."""
    shop.puts("MUG")
    return shop.buys(payment_method="pm_3ds").json["order_id"]


def test_the_webhook_brings_the_order_on(shop, provider, waiting, shop_clock):
    provider.complete(waiting)
    body = event(waiting)

    answer = tell(shop, body, signed(body, shop_clock))

    assert (answer.status, shop.order(waiting)["status"]) == (200, "confirmed")


def test_the_webhook_is_never_believed_without_asking(shop, waiting, shop_clock):
    body = event(waiting)

    assert tell(shop, body, signed(body, shop_clock)).status == 200
    assert shop.order(waiting)["status"] == "pending"


def test_a_late_or_repeated_webhook_moves_nothing_backwards(shop, provider, waiting, shop_clock):
    provider.complete(waiting)
    body = event(waiting)
    for _ in range(2):
        tell(shop, body, signed(body, shop_clock))

    late = event(waiting, "payment_intent.payment_failed")
    tell(shop, late, signed(late, shop_clock))

    assert shop.order(waiting)["status"] == "confirmed"
    assert provider.calls.count("capture") == 1


@pytest.mark.parametrize("age", [301, -301, 10**6])
def test_an_old_signature_is_refused(shop, waiting, shop_clock, age):
    body = event(waiting)

    answer = tell(shop, body, signed(body, shop_clock, age=age))

    assert (answer.status, answer.code) == (400, "signature_invalid")


@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "t=x,v1=00", "nonsense", "t=1,t=2,v1=00", "t=²,v1=é"])
def test_a_malformed_signature_is_refused(shop, header):
    assert tell(shop, b"{}", header).code == "signature_invalid"


def test_a_signature_of_another_body_or_secret_is_refused(shop, shop_clock):
    assert tell(shop, b'{"a":1}', signed(b"{}", shop_clock)).code == "signature_invalid"
    assert tell(shop, b"{}", signed(b"{}", shop_clock, secret="whsec_other")).code == "signature_invalid"


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"type":"x","data":{"object":{}}}', event("ord_none")])
def test_an_event_about_none_of_our_orders_is_taken_and_ignored(shop, shop_clock, body):
    assert tell(shop, body, signed(body, shop_clock)).status == 200


def test_a_lost_webhook_is_made_up_for_by_the_sweeper(shop, provider, waiting, shop_clock):
    provider.complete(waiting)
    shop_clock.forward(61)

    sweep()

    assert shop.order(waiting)["status"] == "confirmed"


@pytest.mark.parametrize("kind", ["charge.refunded", "refund.updated", "refund.failed", "charge.refund.updated"])
def test_an_event_of_a_refund_is_a_reason_to_look(shop, provider, waiting, shop_clock, kind):
    provider.complete(waiting)
    body = event(waiting, kind)

    assert tell(shop, body, signed(body, shop_clock)).status == 200
    assert shop.order(waiting)["status"] == "confirmed"


@pytest.mark.parametrize("kind", ["customer.created", "payment_intent.created", "balance.available", "", None, 7])
def test_events_of_other_kinds_are_no_reason(shop, provider, waiting, shop_clock, kind):
    provider.complete(waiting)
    body = event(waiting, kind)

    assert tell(shop, body, signed(body, shop_clock)).status == 200
    assert shop.order(waiting)["status"] == "pending"


def dispute(payment, **more):
    about = {"object": "dispute", "payment_intent": payment, "metadata": {}, "status": "needs_response", **more}
    return json.dumps({"type": "charge.dispute.created", "data": {"object": about}}).encode()


def test_a_dispute_is_logged_for_an_operator_with_the_order_that_its_payment_belongs_to(shop, wire, shop_clock, capsys):
    wire.replies = [
        Reply(
            200,
            intent("succeeded", currency="eur", amount=1, amount_received=1, created=1, metadata={"order_id": "ord_1"}),
        )
    ]
    body = dispute("pi_1")

    assert tell(shop, body, signed(body, shop_clock)).status == 200

    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "payment_event" in line]
    assert (line["level"], line["kind"], line["order_id"]) == ("error", "charge.dispute.created", "ord_1")


def test_a_dispute_of_a_payment_that_is_not_ours_is_ignored(shop, wire, shop_clock):
    wire.replies = [Reply(404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}})]
    body = dispute("pi_of_somebody")

    assert tell(shop, body, signed(body, shop_clock)).status == 200


def sent_back(order_id):
    about = {"object": "refund", "status": "failed", "metadata": {"order_id": order_id, "refund": "1"}}
    return json.dumps({"type": "refund.failed", "data": {"object": about}}).encode()


def listed(*entries):
    made = {"id": "re", "payment_intent": "pi", "amount": 1, "currency": "eur", "created": 1}
    data = [made | {"status": status, "metadata": {"refund": number}} for number, status in entries]
    return Reply(200, {"data": data, "has_more": False})


def test_a_refund_that_comes_back_weeks_later_can_be_made_again(shop, staff, order_id, wire, shop_clock):
    total = shop.order(order_id)["total"]["amount"]
    staff.refunds(order_id, total)
    shop_clock.forward(20 * 24 * 3600)
    wire.replies = [listed(("1", "failed"))]
    body = sent_back(order_id)

    assert [tell(shop, body, signed(body, shop_clock)).status for _ in range(2)] == [200, 200]

    order = shop.order(order_id)
    assert ([one["status"] for one in order["refunds"]], order["payment"]["refunded"]["amount"]) == (["failed"], 0)
    assert staff.refunds(order_id, total, key="again").status == 201


def test_that_a_refund_came_back_is_not_believed_without_asking(shop, staff, order_id, wire, shop_clock):
    staff.refunds(order_id, 100)
    wire.replies = [listed(("1", "succeeded"), ("1", "failed"))]
    body = sent_back(order_id)

    assert tell(shop, body, signed(body, shop_clock)).status == 200
    assert [one["status"] for one in shop.order(order_id)["refunds"]] == ["done"]


def test_while_the_secret_is_replaced_the_old_and_the_new_one_fit(shop, shop_clock, monkeypatch):
    monkeypatch.setattr(config, "payment_webhook_secrets", lambda: ["whsec_new", SECRET])

    assert tell(shop, b"{}", signed(b"{}", shop_clock, secret="whsec_new")).status == 200
    assert tell(shop, b"{}", signed(b"{}", shop_clock)).status == 200
    assert tell(shop, b"{}", signed(b"{}", shop_clock, secret="")).code == "signature_invalid"


def test_stripe_may_sign_with_both_secrets(shop, shop_clock):
    old, new = signed(b"{}", shop_clock), signed(b"{}", shop_clock, secret="whsec_new")

    assert tell(shop, b"{}", f"{new},{old.partition(',')[2]}").status == 200


def test_a_replaced_secret_is_known_five_minutes_later_and_the_known_one_serves_while_ssm_is_silent(
    shop, aws, shop_clock, monkeypatch
):
    assert tell(shop, b"{}", signed(b"{}", shop_clock)).status == 200
    aws("ssm").put_parameter(
        Name="/shop/orders/payment-webhook-secret", Value=f"whsec_new,{SECRET}", Type="SecureString", Overwrite=True
    )
    assert tell(shop, b"{}", signed(b"{}", shop_clock, secret="whsec_new")).code == "signature_invalid"

    monkeypatch.setattr(config, "PAYMENT_SECRETS_SECONDS", -1)

    assert tell(shop, b"{}", signed(b"{}", shop_clock, secret="whsec_new")).status == 200
    monkeypatch.setattr(config.secrets, "fresh", silent)
    assert tell(shop, b"{}", signed(b"{}", shop_clock)).status == 200


def silent(_name):
    raise EndpointConnectionError(endpoint_url="https://ssm.test")


class Reply:
    def __init__(self, status, body):
        self.status, self.data = status, body if isinstance(body, bytes) else json.dumps(body).encode()


class Wire:
    """Stands in for the connection: answers what it is told to, and remembers what was sent."""

    def __init__(self):
        self.replies, self.sent = [], []

    def request(self, method, url, **sent):
        self.sent.append((method, url, sent))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    @property
    def form(self):
        return {name: values[0] for name, values in parse_qs(self.sent[-1][2]["body"]).items()}


@pytest.fixture
def wire(monkeypatch):
    made = Wire()
    monkeypatch.setattr(client, "_pool", made)
    return made


def stripe(seconds=10.0):
    return Stripe("https://stripe.test", lambda: "sk_test_1", "https://shop.test", Deadline(seconds))


def intent(status, **more):
    return {"id": "pi_1", "status": status, "amount_capturable": 0, **more}


@pytest.fixture
def order(shop, waiting):
    from chalicelib.orders import models

    return models.find_order(waiting)


def test_a_payment_is_made_unconfirmed_with_manual_capture_under_the_orders_key(wire, order):
    wire.replies = [Reply(200, intent("requires_confirmation"))]

    payment = stripe().create(order)

    assert payment.status is PaymentStatus.UNCONFIRMED
    method, url, sent = wire.sent[0]
    assert (method, url) == ("POST", "https://stripe.test/v1/payment_intents")
    assert sent["headers"]["Idempotency-Key"] == f"{order.id}:create"
    assert wire.form == {
        "amount": str(order.total),
        "currency": "eur",
        "payment_method": "pm_3ds",
        "payment_method_types[0]": "card",
        "capture_method": "manual",
        "metadata[order_id]": order.id,
    }


def test_a_payment_that_stripe_will_not_make_is_a_decline(wire, order):
    wire.replies = [Reply(400, {"error": {"type": "invalid_request_error", "code": "resource_missing"}})]

    assert stripe().create(order).status is PaymentStatus.DECLINED


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("requires_payment_method", PaymentStatus.DECLINED),
        ("requires_action", PaymentStatus.ACTION_REQUIRED),
        ("processing", PaymentStatus.PROCESSING),
        ("requires_capture", PaymentStatus.AUTHORIZED),
        ("succeeded", PaymentStatus.CAPTURED),
        ("canceled", PaymentStatus.VOIDED),
    ],
)
@pytest.mark.parametrize("refused", [False, True])
def test_every_answer_tells_the_payment_as_it_is_even_a_refusal(wire, order, status, expected, refused):
    body = {"error": {"type": "card_error", "payment_intent": intent(status)}} if refused else intent(status)
    wire.replies = [Reply(402 if refused else 200, body)]

    assert stripe().confirm(order).status is expected


def test_a_refund_carries_the_orders_key_and_its_number(wire, order):
    wire.replies = [Reply(200, {"id": "re_1", "status": "succeeded"})]

    stripe().refund(order, 2, 500)

    assert wire.sent[0][2]["headers"]["Idempotency-Key"] == f"{order.id}:refund:2"
    assert wire.form["amount"] == "500"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}),
        Reply(400, {"error": {"type": "invalid_request_error", "code": "charge_disputed"}}),
        Reply(400, {"error": {"type": "invalid_request_error", "param": "amount"}}),
        Reply(200, {"id": "re_1", "status": "failed"}),
    ],
)
def test_a_refund_that_will_never_be_made_is_told_from_trouble(wire, order, reply):
    wire.replies = [reply]

    with pytest.raises(RefundRefused):
        stripe().refund(order, 1, 500)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(400, {"error": {"type": "invalid_request_error", "code": "balance_insufficient"}}), ProviderAnswered),
        (Reply(400, {"error": {"type": "invalid_request_error", "code": "parameter_unknown"}}), ProviderAnswered),
        (Reply(429, {"error": {"type": "invalid_request_error", "code": "lock_timeout"}}), ProviderDown),
        (Reply(500, {"error": {"type": "api_error"}}), ProviderDown),
    ],
)
def test_a_refund_that_can_still_be_made_is_asked_for_again(wire, order, reply, expected):
    wire.replies = [reply]

    with pytest.raises(expected):
        stripe().refund(order, 1, 500)


def test_a_pending_refund_is_made(wire, order):
    wire.replies = [Reply(200, {"id": "re_1", "status": "pending"})]

    stripe().refund(order, 1, 500)


def test_a_refund_that_is_asked_for_again_after_its_key_was_forgotten_is_looked_for_first(wire, order, shop_clock):
    old = replace(order, refunds=[Refund(1, 500, "late", shop_clock()), Refund(2, 500, "late", shop_clock())])
    made = [{"metadata": {"refund": "1"}, "status": "succeeded"}, {"metadata": {"refund": "2"}, "status": "failed"}]
    shop_clock.forward(13 * 3600)
    listed = Reply(200, {"data": made, "has_more": False})
    wire.replies = [listed, listed, Reply(200, {"id": "re_2", "status": "succeeded"})]

    stripe().refund(old, 1, 500)
    stripe().refund(old, 2, 500)

    assert [method for method, _, _ in wire.sent] == ["GET", "GET", "POST"]


@pytest.mark.parametrize(
    ("currency", "amount", "sent"),
    [("EUR", 1999, 1999), ("JPY", 500, 500), ("ISK", 5, 500), ("UGX", 5, 500), ("MGA", 500, 5), ("KWD", 5120, 5120)],
)
def test_amounts_are_sent_and_read_in_stripes_units(wire, order, currency, amount, sent):
    wire.replies = [Reply(200, intent("requires_capture", currency=currency.lower(), amount_capturable=sent))]

    payment = stripe().create(replace(order, currency=currency, total=amount))

    assert (wire.form["amount"], payment.authorized) == (str(sent), amount)


@pytest.mark.parametrize(("currency", "amount"), [("KWD", 5124), ("MGA", 550)])
def test_an_amount_that_stripe_can_not_write_is_never_rounded(wire, order, currency, amount):
    other = replace(order, currency=currency, total=amount)

    assert stripe().create(other).status is PaymentStatus.DECLINED
    with pytest.raises(RefundRefused):
        stripe().refund(other, 1, amount)
    assert wire.sent == []


def test_the_provider_is_not_told_who_buys(wire, order):
    wire.replies = [Reply(200, intent("requires_confirmation"))] * 6
    for call in ("create", "confirm", "capture", "void"):
        getattr(stripe(), call)(order)
    stripe().find("pi_1")
    stripe().refund(order, 1, 500)

    sent = unquote_plus(repr(wire.sent))
    assert order.id in sent
    assert [told for told in (order.email, order.owner, *order.shipping_address.values()) if told in sent] == []


@pytest.mark.parametrize(
    "reply",
    [
        urllib3.exceptions.ReadTimeoutError(None, "", "slow"),
        Reply(500, {"error": {"type": "api_error"}}),
        Reply(429, {"error": {"type": "rate_limit_error"}}),
        Reply(409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}),
        Reply(400, {"error": {"type": "idempotency_error"}}),
        Reply(401, {"error": {"type": "invalid_request_error"}}),
        Reply(200, b"<html>"),
        Reply(200, []),
        Reply(200, {"object": "payment_intent"}),
        Reply(400, {"error": "bad request"}),
        Reply(400, {"message": "a proxy said this"}),
        Reply(402, None),
    ],
)
def test_what_is_no_usable_answer_is_no_answer(wire, order, reply):
    wire.replies = [reply] * 2

    with pytest.raises(ProviderDown):
        stripe().create(order)
    with pytest.raises(ProviderDown):
        stripe().refund(order, 1, 500)


def test_a_payment_that_can_not_be_read_is_no_answer(wire):
    wire.replies = [Reply(400, {"error": {"type": "invalid_request_error", "code": "account_invalid"}})]

    with pytest.raises(ProviderAnswered):
        stripe().find("pi_1")


def test_a_state_that_we_have_never_seen_is_neither_money_nor_none(wire, capsys):
    wire.replies = [Reply(200, intent("requires_review"))]

    assert stripe().find("pi_1").status is PaymentStatus.PROCESSING
    assert "payment_status_unknown" in capsys.readouterr().err


def test_no_call_takes_longer_than_its_budget_or_what_is_left(wire, order):
    wire.replies = [Reply(200, intent("requires_capture"))] * 2

    stripe().find("pi_1")
    stripe(3).find("pi_1")

    budgets = [sent["timeout"] for _, _, sent in wire.sent]
    assert (budgets[0].connect_timeout, budgets[0].read_timeout) == (2, 8)
    assert budgets[1].read_timeout <= 3


def test_without_time_left_nothing_is_sent(wire):
    with pytest.raises(ProviderDown):
        stripe(0).find("pi_1")
    assert wire.sent == []
