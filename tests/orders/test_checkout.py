"""Buying a cart: every answer of POST /orders, and what each leaves behind."""

import pytest

from chalicelib.checkout.effects import PaymentStatus
from chalicelib.checkout.store import DynamoStore
from chalicelib.pricing import rates
from common.schemas import Money
from tests.orders.neighbours import ADDRESS, Crash, crashing_at, sweep
from tests.orders.simulation.catalog import Hold


def test_a_guest_buys_and_gets_the_confirmed_order(shop, catalog, provider):
    shop.puts("LAMP.1", 2)

    answer = shop.buys()

    order = answer.json
    assert (answer.status, order["status"]) == (201, "confirmed")
    assert answer.headers["Location"] == f"/orders/{order['id']}"
    assert order["total"] == {"amount": 2 * 1999 + 490, "currency": "EUR"}
    assert order["payment"] == {
        "status": "captured",
        "method": "pm_card_visa",
        "captured": order["total"],
        "refunded": {"amount": 0, "currency": "EUR"},
    }
    assert (catalog.left("LAMP.1"), provider.statuses()) == (3, [PaymentStatus.CAPTURED])
    assert shop.cart()["items"] == []


def test_a_customer_buys_without_naming_an_address(shop):
    customer = shop.named("usr_ann", "customer")
    customer.puts("MUG")

    order = customer.buys().json

    assert (order["customer_id"], order["email"]) == ("usr_ann", "usr_ann@example.test")
    assert order["billing_address"] == order["shipping_address"] == ADDRESS


def test_the_same_key_and_body_give_the_same_order_again(shop, catalog, provider):
    shop.puts("MUG")
    body = shop.purchase()

    first, second = shop.buys(body=body), shop.buys(body=body)

    assert (second.status, second.json) == (201, first.json)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert (catalog.left("MUG"), provider.calls.count("capture")) == (2, 1)


def test_the_same_key_with_another_body_is_refused(shop):
    shop.puts("MUG")
    body = shop.purchase()
    shop.buys(body=body)

    answer = shop.buys(body=body | {"email": "bob@example.test"})

    assert (answer.status, answer.code) == (422, "idempotency_mismatch")


def test_two_buyers_may_use_the_same_key(shop):
    other = shop.named("usr_other")
    shop.puts("MUG")
    other.puts("MUG")

    assert shop.buys().json["id"] != other.buys().json["id"]


@pytest.mark.parametrize(("key", "code"), [(None, "idempotency_key_required"), ("a b", "idempotency_key_invalid")])
def test_a_key_is_required(shop, key, code):
    shop.puts("MUG")
    headers = {} if key is None else {"Idempotency_Key": key}

    answer = shop.post("/orders", shop.purchase(), **headers)

    assert (answer.status, answer.code) == (400, code)


def test_while_the_first_request_runs_the_second_is_told_to_wait(shop, shop_clock):
    shop.puts("MUG")
    body = shop.purchase()
    with crashing_at("find_terms"), pytest.raises(Crash):
        shop.buys(body=body)

    waiting = shop.buys(body=body)
    shop_clock.forward(31)
    done = shop.buys(body=body)

    assert (waiting.status, waiting.code) == (409, "in_progress")
    assert int(waiting.headers["Retry-After"]) >= 1
    assert (done.status, done.json["status"]) == (201, "confirmed")


@pytest.mark.parametrize("effect", ["place", "write"])
def test_what_a_crash_left_a_replay_finishes_with_one_charge(shop, catalog, provider, shop_clock, effect):
    shop.puts("MUG")
    body = shop.purchase()
    with crashing_at(effect), pytest.raises(Crash):
        shop.buys(body=body)
    shop_clock.forward(31)

    assert shop.buys(body=body).status == 201
    assert (catalog.left("MUG"), len(provider.payments)) == (2, 1)


def test_a_declined_payment_is_told_and_the_stock_is_back_at_once(shop, catalog, provider):
    shop.puts("MUG")
    body = shop.purchase(payment_method="pm_declined")

    answer = shop.buys(body=body)
    again = shop.buys(body=body)

    assert (answer.status, answer.code) == (402, "payment_declined")
    assert shop.order(answer.json["order_id"])["status"] == "payment_failed"
    assert (catalog.left("MUG"), provider.statuses()) == (3, [PaymentStatus.VOIDED])
    assert len(shop.cart()["items"]) == 1
    assert (again.status, again.code) == (402, "payment_not_completed")
    assert again.headers["Idempotent-Replayed"] == "true"


def test_after_a_decline_the_same_cart_can_be_bought_under_a_new_key(shop):
    shop.puts("MUG")
    shop.buys("one", payment_method="pm_declined")

    assert shop.buys("two").status == 201


def test_an_unknown_payment_method_is_a_decline(shop, catalog):
    shop.puts("MUG")

    answer = shop.buys(payment_method="pm_unknown")

    assert (answer.status, answer.code, catalog.left("MUG")) == (402, "payment_declined", 3)


def test_a_refused_capture_gives_the_stock_back(shop, catalog, provider):
    shop.puts("MUG")

    answer = shop.buys(payment_method="pm_capture_fails")

    assert (answer.status, answer.code) == (402, "payment_declined")
    assert catalog.states() == [Hold.RETURNED]
    assert provider.statuses() == [PaymentStatus.VOIDED]


def test_a_bank_that_asks_is_passed_on_and_its_yes_confirms_the_order(shop, provider):
    shop.puts("MUG")
    body = shop.purchase(payment_method="pm_3ds")

    asked = shop.buys(body=body)
    order_id = asked.json["order_id"]
    again = shop.buys(body=body)
    provider.complete(order_id)
    done = shop.buys(body=body)

    assert (asked.status, asked.code) == (402, "payment_action_required")
    assert asked.json["next_action"]["redirect_to_url"]["url"] == "https://bank.test"
    assert (again.code, again.json["order_id"]) == ("payment_action_required", order_id)
    assert (done.status, done.json["status"], done.json["id"]) == (201, "confirmed", order_id)


def test_a_bank_that_is_not_answered_in_time_ends_the_order(shop, catalog, provider, shop_clock):
    shop.puts("MUG")
    order_id = shop.buys(payment_method="pm_3ds").json["order_id"]
    shop_clock.forward(901)

    sweep()

    assert shop.order(order_id)["status"] == "cancelled"
    assert (catalog.left("MUG"), provider.statuses()) == (3, [PaymentStatus.VOIDED])
    assert shop.buys("other").status == 201


def test_out_of_stock_names_the_shortages_and_leaves_nothing(shop, catalog, provider):
    shop.puts("MUG", 4)

    answer = shop.buys()

    assert (answer.status, answer.code) == (409, "out_of_stock")
    assert answer.json["shortages"] == [{"sku": "MUG", "requested": 4, "available": 3}]
    assert (shop.get("/orders").json["items"], provider.calls) == ([], [])


def test_a_refused_key_may_be_used_again(shop, catalog):
    shop.puts("MUG", 4)
    body = shop.purchase()
    assert shop.buys(body=body).code == "out_of_stock"
    catalog.reservations.skus["MUG"].on_hand = 4

    assert shop.buys(body=body).status == 201


def test_a_changed_price_comes_back_with_the_new_quote(shop, catalog):
    shop.puts("MUG")
    body = shop.purchase()
    catalog.reservations.skus["MUG"].price = 800

    answer = shop.buys(body=body)

    assert (answer.status, answer.code) == (409, "price_changed")
    assert answer.json["quote"] == shop.quote().json
    assert catalog.left("MUG") == 3
    assert shop.buys(body=body | {"expected_total": answer.json["quote"]["total"]}).status == 201


def test_what_is_sold_in_another_currency_by_now_is_not_bought_at_its_bare_number(shop, catalog):
    shop.puts("LAMP.1")
    shop.puts("MUG")
    body = shop.purchase()
    catalog.currencies["MUG"] = "JPY"

    bought, quoted = shop.buys(body=body), shop.quote()
    cart = shop.cart()
    shop.deletes("/cart/items/MUG")

    assert (bought.status, bought.code, quoted.code) == (409, "currency_mismatch", "currency_mismatch")
    assert cart["subtotal"] == {"amount": 1999 + 750, "currency": "EUR"}
    assert [(one["sku"], one["code"]) for one in cart["warnings"]] == [("MUG", "other_currency")]
    assert shop.buys().status == 201


def test_a_cart_that_changed_meanwhile_is_not_bought(shop, catalog):
    shop.puts("MUG")
    body = shop.purchase()
    shop.puts("MUG", 2)

    answer = shop.buys(body=body)

    assert (answer.status, answer.code) == (409, "cart_changed")
    assert catalog.calls.count("hold") == 0


def test_a_cart_that_changes_during_the_hold_is_not_bought(shop, catalog, monkeypatch):
    shop.puts("MUG")
    body = shop.purchase()
    hold = catalog.hold
    monkeypatch.setattr(catalog, "hold", lambda *arguments: (hold(*arguments), shop.puts("MUG", 2))[0])

    assert shop.buys(body=body).code == "cart_changed"
    assert catalog.left("MUG") == 3


def test_an_empty_cart_is_not_bought(shop):
    answer = shop.buys(body=shop.purchase())

    assert (answer.status, answer.code) == (409, "cart_empty")


def test_a_cart_is_bought_by_one_order_at_a_time(shop):
    shop.puts("MUG")
    first = shop.buys("one", payment_method="pm_3ds").json["order_id"]

    answer = shop.buys("two")

    assert (answer.status, answer.code, answer.json["order_id"]) == (409, "checkout_in_progress", first)
    shop.post(f"/orders/{first}/cancel")
    assert shop.buys("two").status == 201


def test_what_is_put_in_during_the_checkout_stays_in_the_cart(shop, provider):
    shop.puts("MUG")
    body = shop.purchase(payment_method="pm_3ds")
    order_id = shop.buys(body=body).json["order_id"]
    shop.puts("LAMP.1")
    provider.complete(order_id)

    assert shop.buys(body=body).status == 201
    assert {line["sku"] for line in shop.cart()["items"]} == {"MUG", "LAMP.1"}
    assert shop.buys("next").status == 201


def test_with_catalog_down_there_is_no_order_and_no_charge(shop, catalog, provider):
    shop.puts("MUG")
    body = shop.purchase()
    catalog.down = True

    answer = shop.buys(body=body)

    assert (answer.status, answer.code) == (503, "unavailable")
    assert "Retry-After" in answer.headers
    assert (shop.get("/orders").json["items"], provider.calls) == ([], [])
    catalog.down = False
    assert shop.buys(body=body).status == 201


def test_catalog_lost_after_the_order_was_placed_leaves_it_pending_and_the_sweeper_confirms(
    shop, catalog, monkeypatch, shop_clock
):
    shop.puts("MUG")
    body = shop.purchase()
    place = DynamoStore.place
    monkeypatch.setattr(DynamoStore, "place", lambda *a: (place(*a), setattr(catalog, "down", True))[0])

    answer = shop.buys(body=body)
    catalog.down = False
    shop_clock.forward(25)
    sweep()

    assert (answer.status, answer.json["status"]) == (202, "pending")
    assert answer.headers["Location"] == f"/orders/{answer.json['id']}"
    assert shop.order(answer.json["id"])["status"] == "confirmed"
    assert shop.buys(body=body).status == 201


@pytest.mark.parametrize("call", ["create", "confirm", "capture"])
def test_a_lost_reply_of_the_provider_is_a_202_and_one_charge(shop, provider, shop_clock, call):
    shop.puts("MUG")
    provider.lose_replies_to = {call}

    answer = shop.buys()
    provider.lose_replies_to = set()
    shop_clock.forward(25)
    sweep()

    assert answer.status == 202
    assert shop.order(answer.json["id"])["payment"]["status"] == "captured"
    assert provider.statuses() == [PaymentStatus.CAPTURED]


def test_a_total_of_0_needs_no_payment(shop, catalog, provider, monkeypatch):
    free = rates.ShippingMethod("free", "Free", ["DE"], [rates.ShippingRate(Money(0, "EUR"), None, Money(0, "EUR"))])
    monkeypatch.setitem(rates.METHODS, "free", free)
    catalog.reservations.skus["MUG"].price = 0
    shop.puts("MUG")

    answer = shop.buys(shipping_method="free", payment_method=None, expected_total={"amount": 0, "currency": "EUR"})

    assert (answer.status, answer.json["payment"]["status"]) == (201, "not_needed")
    assert provider.calls == []


def test_anything_else_needs_one(shop, catalog):
    shop.puts("MUG")

    answer = shop.buys(payment_method=None)

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "payment_method")
    assert catalog.left("MUG") == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a<bob@shop.example>"}, "email"),
        ({"email": "bob@shop.example\u0000"}, "email"),
        ({"shipping_method": "pigeon"}, "shipping_method"),
        ({"shipping_address": ADDRESS | {"country": "US"}}, "shipping_method"),
        ({"shipping_address": {k: v for k, v in ADDRESS.items() if k != "city"}}, "shipping_address.city"),
        ({"shipping_address": ADDRESS | {"name": " "}}, "shipping_address.name"),
        ({"billing_address": ADDRESS | {"postal_code": "\t"}}, "billing_address.postal_code"),
        ({"billing_address": {"country": "DE"}}, "billing_address.name"),
        ({"expected_total": {"amount": 1.0, "currency": "EUR"}}, "expected_total.amount"),
        ({"cart_version": True}, "cart_version"),
    ],
)
def test_bad_fields_are_named_before_anything_happens(shop, catalog, changes, field):
    shop.puts("MUG")

    answer = shop.buys(**changes)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert field in [error["field"] for error in answer.json["errors"]]
    assert catalog.calls.count("hold") == 0


def test_a_customer_may_not_name_another_address(shop):
    customer = shop.named("usr_ann", "customer")
    customer.puts("MUG")

    answer = customer.buys(email="other@example.test")

    assert (answer.status, answer.code, answer.json["errors"][0]["field"]) == (422, "validation_failed", "email")


def test_an_unknown_discount_code_is_refused(shop):
    shop.puts("MUG")

    answer = shop.buys(discount_code="SPRING")

    assert (answer.status, answer.code) == (422, "discount_invalid")


def test_an_unknown_outcome_is_a_500_that_a_replay_resolves(shop, monkeypatch, shop_clock):
    from common.tables import OutcomeUnknown, Transaction

    shop.puts("MUG")
    body = shop.purchase()

    def lost(transaction):
        commit(transaction)
        raise OutcomeUnknown

    commit = Transaction.commit
    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "commit", lost)
        unknown = shop.buys(body=body)

    assert (unknown.status, unknown.code) == (500, "internal_error")
    assert shop.buys(body=body).status == 201
    assert len(shop.get("/orders").json["items"]) == 1


def test_an_order_outlives_an_outage_of_the_provider_as_long_as_a_buyer_may_take(shop, catalog, provider, shop_clock):
    shop.puts("MUG")
    provider.down = True
    order_id = shop.buys().json["id"]
    for _ in range(10):
        shop_clock.forward(61)
        sweep()
    provider.down = False
    shop_clock.forward(61)

    sweep()

    assert (shop.order(order_id)["status"], provider.statuses()) == ("confirmed", [PaymentStatus.CAPTURED])


def test_an_order_ends_with_its_hold_though_the_provider_is_still_silent(shop, catalog, provider, shop_clock):
    shop.puts("MUG")
    provider.down = True
    order_id = shop.buys().json["id"]
    for _ in range(17):
        shop_clock.forward(61)
        sweep()

    assert shop.order(order_id)["status"] == "cancelled"
    assert (catalog.states(), shop.cart()["items"][0]["sku"]) == ([Hold.RELEASED], "MUG")
    provider.down = False
    assert shop.buys("key-2").status == 201
