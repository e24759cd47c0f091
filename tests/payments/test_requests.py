"""Keys, versions, addresses and parameters: what is refused before anything happens."""

import base64

import pytest

from tests.payments.conftest import Stripe


def authorised_by(stripe: Stripe, value: str):
    return stripe.send("GET", "/v1/balance", headers={"Authorization": value})


@pytest.mark.parametrize("value", ["Bearer sk_test_abc", "Basic " + base64.b64encode(b"sk_test_abc:").decode()])
def test_any_test_key_is_taken(stripe: Stripe, value: str):
    assert authorised_by(stripe, value).status == 200


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer sk_live_abc", "Bearer pk_test_abc", "Basic %%", "Digest x"])
def test_anything_else_is_refused(stripe: Stripe, value: str):
    refused = authorised_by(stripe, value)

    assert (refused.status, refused.error["type"]) == (401, "invalid_request_error")
    assert "abc" not in refused.error["message"]


BAD = [
    ("amount", "", "parameter_invalid_empty"),
    ("amount", "12.5", "parameter_invalid_integer"),
    ("amount", "0", "parameter_invalid_integer"),
    ("amount", "-5", "parameter_invalid_integer"),
    ("amount", "1e3", "parameter_invalid_integer"),
    ("amount", "49", "amount_too_small"),
    ("amount", "100000000", "amount_too_large"),
    ("currency", "", "parameter_invalid_empty"),
    ("currency", "eurr", None),
    ("currency", "xxx", None),
    ("capture_method", "later", None),
    ("confirm", "yes", None),
    ("payment_method", "pm_unheard_of", "resource_missing"),
    ("metadata", "text", None),
    ("payment_method_types[]", "sepa_debit", None),
    ("return_url", "javascript:alert(1)", "url_invalid"),
    ("return_url", "http://localhost/without-confirm", None),
    ("tip", "5", "parameter_unknown"),
    ("expand[]", "customer", None),
]


@pytest.mark.parametrize(("name", "value", "code"), BAD)
def test_a_bad_parameter_is_named_and_nothing_is_made(stripe: Stripe, name: str, value: str, code: str | None):
    refused = stripe.create(**{name: value})

    assert (refused.status, refused.error["type"]) == (400, "invalid_request_error")
    assert refused.error["param"].startswith(name.removesuffix("[]"))
    assert refused.error.get("code") == code
    assert stripe.get("/v1/payment_intents")["data"] == []


@pytest.mark.parametrize("name", ["amount", "currency"])
def test_a_missing_parameter_is_named(stripe: Stripe, name: str):
    form = {"amount": "500", "currency": "eur"}
    del form[name]

    refused = stripe.post("/v1/payment_intents", **form)

    assert (refused.error["code"], refused.error["param"]) == ("parameter_missing", name)


def test_parameters_inside_others_are_checked_too(stripe: Stripe):
    refused = stripe.create(**{"automatic_payment_methods[enabld]": "true"})

    assert (refused.error["code"], refused.error["param"]) == (
        "parameter_unknown",
        "automatic_payment_methods[enabld]",
    )


def test_a_body_must_be_a_form(stripe: Stripe):
    refused = stripe.send("POST", "/v1/payment_intents", json={"amount": 500, "currency": "eur"})

    assert refused.status == 400
    assert "application/x-www-form-urlencoded" in refused.error["message"]


@pytest.mark.parametrize("body", ["a[=1", "a]b=1", "metadata[x]=1&metadata=2", "metadata=2&metadata[x]=1", "a=%ff"])
def test_a_malformed_form_is_refused(stripe: Stripe, body: str):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    assert stripe.send("POST", "/v1/payment_intents", body=body, headers=headers).status == 400


def test_metadata_has_limits(stripe: Stripe):
    assert stripe.create(**{"metadata[k]": "v" * 500, "metadata[" + "k" * 40 + "]": "v"}).status == 200
    assert stripe.create(**{"metadata[k]": "v" * 501}).status == 400
    assert stripe.create(**{"metadata[" + "k" * 41 + "]": "v"}).status == 400
    assert stripe.create(**{f"metadata[{number}]": "v" for number in range(51)}).status == 400


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/customers"), ("DELETE", "/v1/refunds"), ("GET", "/x")])
def test_an_unknown_address_is_said_to_be_unknown(stripe: Stripe, method: str, path: str):
    refused = stripe.send(method, path)

    assert (refused.status, refused.error["type"]) == (404, "invalid_request_error")
    assert f"Unrecognized request URL ({method}: {path})" in refused.error["message"]


def test_every_answer_has_an_id_and_the_version(stripe: Stripe):
    answers = [
        stripe.send("GET", path, headers={"Stripe-Version": "2025-03-31.basil"}) for path in ("/v1/balance", "/x")
    ]

    assert {answer.headers["Stripe-Version"] for answer in answers} == {"2025-03-31.basil"}
    assert len({answer.headers["Request-Id"] for answer in answers}) == 2
    assert stripe.send("GET", "/v1/balance", headers={"Stripe-Version": "new"}).status == 400


def newest(stripe: Stripe, **more: str):
    form = {"amount": "500", "currency": "eur", "payment_method": "pm_card_visa", "confirm": "true", **more}
    return stripe.send("POST", "/v1/payment_intents", fields=form, headers={"Stripe-Version": "2023-08-16"})


def test_newer_versions_want_a_return_url_unless_no_method_redirects(stripe: Stripe):
    never = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}

    assert "return_url" in newest(stripe).error["message"]
    assert newest(stripe, return_url="http://localhost/").status == 200
    assert newest(stripe, **never).status == 200
    assert newest(stripe, **{"payment_method_types[]": "card"}).status == 200


def test_the_charge_can_be_expanded(stripe: Stripe):
    intent_id = stripe.authorised()

    expanded = stripe.get(f"/v1/payment_intents/{intent_id}", **{"expand[]": "latest_charge"})

    assert expanded["latest_charge"]["payment_intent"] == intent_id


def test_health_needs_no_key(stripe: Stripe):
    assert stripe.send("GET", "/health", headers={"Authorization": ""}).status == 200
