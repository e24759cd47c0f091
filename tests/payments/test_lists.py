"""Lists: newest first, page by page."""

from tests.payments.conftest import Clock, Stripe


def ids(page) -> list[str]:
    return [item["id"] for item in page["data"]]


def test_pages_join_up_without_gaps(stripe: Stripe):
    made = [stripe.create()["id"] for _ in range(5)][::-1]

    first = stripe.get("/v1/payment_intents", limit="2")
    second = stripe.get("/v1/payment_intents", limit="2", starting_after=ids(first)[-1])
    third = stripe.get("/v1/payment_intents", limit="2", starting_after=ids(second)[-1])

    assert ids(first) + ids(second) + ids(third) == made
    assert [page["has_more"] for page in (first, second, third)] == [True, True, False]
    assert first["object"] == "list"


def test_reading_backwards_gives_the_page_before(stripe: Stripe):
    made = [stripe.create()["id"] for _ in range(5)][::-1]

    before = stripe.get("/v1/payment_intents", limit="2", ending_before=made[3])

    assert (ids(before), before["has_more"]) == (made[1:3], True)


def test_a_list_can_begin_and_end_at_a_time(stripe: Stripe, clock: Clock):
    early = stripe.create()
    clock.forward(100)
    late = stripe.create()

    since = {"created[gte]": str(early["created"] + 1)}
    until = {"created[lt]": str(late["created"])}
    assert ids(stripe.get("/v1/payment_intents", **since)) == [late["id"]]
    assert ids(stripe.get("/v1/payment_intents", **until)) == [early["id"]]
    assert ids(stripe.get("/v1/payment_intents", created=str(early["created"]))) == [early["id"]]


def test_a_limit_is_from_1_to_100(stripe: Stripe):
    assert stripe.get("/v1/payment_intents", limit="100").status == 200
    assert stripe.get("/v1/payment_intents", limit="101").error["param"] == "limit"
    assert stripe.get("/v1/payment_intents", limit="0").error["param"] == "limit"


def test_a_page_after_something_unknown_is_refused(stripe: Stripe):
    assert stripe.get("/v1/payment_intents", starting_after="pi_x").error["code"] == "resource_missing"


def test_events_are_listed_by_type(stripe: Stripe):
    stripe.captured()

    page = stripe.get("/v1/events", type="payment_intent.succeeded")

    assert [event["type"] for event in page["data"]] == ["payment_intent.succeeded"]
    assert page["data"][0]["data"]["object"]["amount_received"] == 1999


def test_the_balance_is_what_was_captured_less_what_was_refunded(stripe: Stripe):
    stripe.refund(stripe.captured(), amount="999")
    stripe.captured(currency="usd", amount="500")

    available = [(money["currency"], money["amount"]) for money in stripe.get("/v1/balance")["available"]]

    assert available == [("eur", 1000), ("usd", 500)]


def test_the_ledger_tells_each_movement_with_its_order(stripe: Stripe):
    intent_id = stripe.captured()
    stripe.refund(intent_id, amount="999")

    items = stripe.get("/ledger")["items"]

    assert [(item["type"], item["amount"]) for item in items] == [
        ("authorized", 1999),
        ("captured", 1999),
        ("refunded", 999),
    ]
    assert {(item["payment_intent"], item["currency"]) for item in items} == {(intent_id, "eur")}
    assert all(item["metadata"] == {"order_id": "ord_1"} for item in items)
    assert len({item["id"] for item in items}) == 3


def test_charges_are_expanded_in_a_list(stripe: Stripe):
    waiting, captured = stripe.create()["id"], stripe.captured()
    stripe.refund(captured, amount="500")

    first, second = stripe.get("/v1/payment_intents", **{"expand[]": "data.latest_charge"})["data"]

    assert (first["id"], first["latest_charge"]["amount_refunded"]) == (captured, 500)
    assert (second["id"], second["latest_charge"]) == (waiting, None)
    assert stripe.get("/v1/payment_intents", **{"expand[]": "latest_charge"}).status == 400
