"""The cart: one write for each change, at catalog's prices of now."""

import pytest

from chalicelib.cart import models
from common.tables import OutcomeUnknown
from tests.orders.simulation.catalog import Sku
from tests.support.tokens import user_token


def test_a_cart_shows_what_is_in_it_at_todays_prices(shop, catalog):
    shop.puts("LAMP.1", 2)
    catalog.reservations.skus["LAMP.1"].price = 2500

    cart = shop.cart()

    (line,) = cart["items"]
    assert (line["sku"], line["quantity"], line["available"]) == ("LAMP.1", 2, 5)
    assert line["unit_price"] == {"amount": 2500, "currency": "EUR"}
    assert line["line_total"] == cart["subtotal"] == {"amount": 5000, "currency": "EUR"}
    assert (cart["stale"], cart["warnings"]) == (False, [])


def test_setting_a_line_again_replaces_its_quantity(shop):
    shop.puts("MUG", 1)

    cart = shop.puts("MUG", 3).json

    assert [(line["sku"], line["quantity"]) for line in cart["items"]] == [("MUG", 3)]


def test_every_change_answers_with_the_whole_cart_at_todays_prices(shop, catalog):
    shop.puts("LAMP.1")
    catalog.reservations.skus["LAMP.1"].price = 3000

    cart = shop.puts("MUG").json

    assert {line["sku"]: line["unit_price"]["amount"] for line in cart["items"]} == {"LAMP.1": 3000, "MUG": 750}


def test_an_empty_cart_has_version_0_and_no_lines(shop):
    assert shop.cart() == {
        "items": [],
        "subtotal": {"amount": 0, "currency": "EUR"},
        "version": 0,
        "stale": False,
        "warnings": [],
    }


def test_the_version_moves_with_every_change_and_never_comes_back(shop):
    versions = [shop.puts("MUG").json["version"], shop.puts("MUG", 2).json["version"]]
    versions += [shop.deletes("/cart/items/MUG").json["version"], shop.puts("MUG").json["version"]]
    versions += [shop.deletes("/cart").json["version"], shop.puts("MUG").json["version"]]

    assert versions == sorted(set(versions))


@pytest.mark.parametrize("path", ["/cart", "/cart/items/MUG"])
def test_removing_twice_is_removing_once(shop, path):
    shop.puts("MUG")

    first, second = shop.deletes(path).json, shop.deletes(path).json

    assert first["items"] == []
    assert first == second


@pytest.mark.parametrize("quantity", [0, 100, -1, 1.0, True, "2", None])
def test_a_quantity_is_a_whole_number_from_1_to_99(shop, quantity):
    answer = shop.puts("MUG", quantity)

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "quantity")
    assert shop.cart()["items"] == []


@pytest.mark.parametrize("sku", ["NONE", "A" * 65])
def test_an_unknown_sku_is_not_found_and_changes_nothing(shop, sku):
    assert (shop.puts(sku).status, shop.puts(sku).code) == (404, "sku_unknown")
    assert shop.cart()["version"] == 0


def test_a_cart_holds_one_currency(shop):
    shop.puts("MUG")

    assert shop.puts("BOOK").code == "currency_mismatch"
    assert [line["sku"] for line in shop.cart()["items"]] == ["MUG"]


def test_an_emptied_cart_may_take_another_currency(shop):
    shop.puts("MUG")
    shop.deletes("/cart")

    assert shop.puts("BOOK").json["subtotal"] == {"amount": 1200, "currency": "USD"}


def test_the_51st_line_is_refused_but_lines_that_are_there_may_change(shop, catalog):
    catalog.reservations.skus.update({f"S{n}": Sku(9, 100) for n in range(51)})
    for n in range(50):
        assert shop.puts(f"S{n}").status == 200

    assert (shop.puts("S50").status, shop.puts("S50").code) == (422, "limit_reached")
    assert shop.puts("S49", 2).status == 200
    assert len(shop.cart()["items"]) == 50


@pytest.mark.parametrize(("available", "code"), [(1, "fewer_available"), (0, "out_of_stock"), (None, "no_longer_sold")])
def test_a_line_that_cant_be_bought_as_it_stands_is_warned_of(shop, catalog, available, code):
    shop.puts("MUG", 2)
    if available is None:
        del catalog.reservations.skus["MUG"]
    else:
        catalog.reservations.skus["MUG"].on_hand = available

    cart = shop.cart()

    assert [(warning["sku"], warning["code"]) for warning in cart["warnings"]] == [("MUG", code)]
    assert cart["items"][0]["available"] == (available or 0)


def test_with_catalog_down_the_last_known_prices_are_served_and_called_stale(shop, catalog):
    shop.puts("MUG", 2)
    catalog.down = True

    cart = shop.cart()

    assert (cart["stale"], cart["subtotal"]["amount"]) == (True, 1500)
    assert cart["items"][0]["available"] is None
    assert shop.puts("MUG", 3).json["subtotal"]["amount"] == 2250
    assert shop.deletes("/cart/items/MUG").status == 200


def test_with_catalog_down_nothing_new_can_be_added(shop, catalog):
    catalog.down = True

    answer = shop.puts("MUG")

    assert (answer.status, answer.code) == (503, "unavailable")
    assert "Retry-After" in answer.headers


def test_carts_of_two_shoppers_have_nothing_to_do_with_each_other(shop):
    shop.puts("MUG")

    assert shop.named("usr_other").cart()["items"] == []


@pytest.fixture
def customer(shop):
    return shop.named("usr_customer", "customer")


def merge(customer, guest="usr_guest", role="guest"):
    return customer.post("/cart/merge", {"guest_access_token": user_token(guest, role)})


def test_merging_moves_the_guests_lines_once_however_often_it_is_called(shop, customer):
    shop.puts("MUG", 60)
    shop.puts("LAMP.1", 1)
    customer.puts("MUG", 50)

    first, second = merge(customer), merge(customer)

    assert {line["sku"]: line["quantity"] for line in first.json["items"]} == {"MUG": 99, "LAMP.1": 1}
    assert second.json == first.json
    assert shop.cart()["items"] == []


def test_merging_into_no_cart_at_all_makes_one(shop, customer):
    shop.puts("MUG", 2)

    assert merge(customer).json["subtotal"]["amount"] == 1500


@pytest.mark.parametrize("token", ["nonsense", "customer"])
def test_only_a_guests_token_names_a_cart_to_merge(customer, token):
    sent = user_token("usr_other", "customer") if token == "customer" else token

    answer = customer.post("/cart/merge", {"guest_access_token": sent})

    assert (answer.status, answer.code) == (400, "token_invalid")


def test_a_cart_that_is_being_bought_stays_with_the_guest(shop, customer, provider):
    shop.puts("MUG")
    shop.buys(payment_method="pm_3ds")

    assert merge(customer).json["items"] == []
    assert len(shop.cart()["items"]) == 1


DAY = 24 * 3600


def test_a_merge_that_loses_a_race_against_another_changes_nothing_more(shop, customer, monkeypatch):
    shop.puts("MUG", 2)
    merge_items, others = models.merge, [lambda: merge(customer)]

    def raced(*arguments):
        if others:
            others.pop()()
        return merge_items(*arguments)

    monkeypatch.setattr(models, "merge", raced)

    assert [line["quantity"] for line in merge(customer).json["items"]] == [2]
    assert customer.cart()["subtotal"]["amount"] == 1500


def test_what_the_customer_adds_during_a_merge_is_kept(shop, customer, monkeypatch):
    shop.puts("MUG", 2)
    customer.puts("MUG", 1)
    merge_items, others = models.merge, [lambda: customer.puts("LAMP.1"), lambda: shop.puts("MUG", 3)]

    def raced(*arguments):
        if others:
            others.pop()()
        return merge_items(*arguments)

    monkeypatch.setattr(models, "merge", raced)

    merged = merge(customer).json

    assert {line["sku"]: line["quantity"] for line in merged["items"]} == {"MUG": 4, "LAMP.1": 1}
    assert shop.cart()["items"] == []


def test_a_merge_whose_reply_was_lost_is_not_made_again(shop, customer, monkeypatch):
    shop.puts("MUG", 2)
    commit = models.Transaction.commit

    def unheard(transaction):
        commit(transaction)
        raise OutcomeUnknown

    with monkeypatch.context() as patched:
        patched.setattr(models.Transaction, "commit", unheard)
        assert merge(customer).status == 503

    assert [line["quantity"] for line in merge(customer).json["items"]] == [2]


def test_of_more_than_50_lines_the_customers_own_come_first(shop, customer, catalog):
    catalog.reservations.skus.update({f"S{n}": Sku(9, 100) for n in range(52)})
    for n in range(49):
        customer.puts(f"S{n}")
    for n in range(47, 52):
        shop.puts(f"S{n}", 2)

    lines = {line["sku"]: line["quantity"] for line in merge(customer).json["items"]}

    assert (len(lines), lines["S0"], lines["S47"], lines["S48"]) == (50, 1, 3, 3)


def test_carts_of_two_currencies_are_not_merged(shop, customer):
    shop.puts("BOOK")
    customer.puts("MUG")

    assert merge(customer).code == "currency_mismatch"
    assert [len(one.cart()["items"]) for one in (shop, customer)] == [1, 1]


def test_a_cart_that_nobody_touches_for_60_days_is_empty(shop, shop_clock, aws):
    version = shop.puts("MUG").json["version"]
    shop_clock.forward(59 * DAY)
    assert len(shop.cart()["items"]) == 1
    (stored,) = aws("dynamodb").scan(TableName="shop-orders")["Items"]

    shop_clock.forward(1.1 * DAY)

    assert shop.cart()["items"] == []
    assert (shop.cart()["version"], shop.quote().code) == (version, "cart_empty")
    assert int(stored["expires_at"]["N"]) < shop_clock()  # DynamoDB may delete it now


def test_every_edit_keeps_the_cart_for_another_60_days(shop, shop_clock):
    shop.puts("MUG")
    for edit in (lambda: shop.puts("MUG", 2), lambda: shop.puts("LAMP.1"), lambda: shop.deletes("/cart/items/LAMP.1")):
        shop_clock.forward(50 * DAY)
        edit()

    assert [(line["sku"], line["quantity"]) for line in shop.cart()["items"]] == [("MUG", 2)]


@pytest.mark.parametrize("sku", ["MUG", "LAMP.1", "BOOK"])
def test_an_abandoned_cart_begins_anew_with_what_is_put_into_it(shop, shop_clock, sku):
    shop.puts("LAMP.1")
    version = shop.puts("MUG", 3).json["version"]
    shop_clock.forward(61 * DAY)

    removed = shop.deletes("/cart/items/MUG").json
    cart = shop.puts(sku).json

    assert removed["items"] == []
    assert ([(line["sku"], line["quantity"]) for line in cart["items"]], cart["version"]) == ([(sku, 1)], version + 1)


def test_the_version_goes_on_where_dynamodb_has_deleted_the_cart(shop, shop_clock, aws):
    for quantity in range(1, 20):
        version = shop.puts("MUG", quantity).json["version"]
    shop_clock.forward(61 * DAY)
    aws("dynamodb").delete_item(TableName="shop-orders", Key={"pk": {"S": "CART#usr_guest"}, "sk": {"S": "CART"}})

    assert shop.puts("MUG").json["version"] > version


def test_an_order_that_waits_for_its_buyer_puts_the_end_of_its_cart_off(shop, shop_clock, aws):
    shop.puts("MUG")
    shop_clock.forward(59.9 * DAY)

    shop.buys(payment_method="pm_3ds")

    stored = aws("dynamodb").get_item(
        TableName="shop-orders", Key={"pk": {"S": "CART#usr_guest"}, "sk": {"S": "CART"}}
    )["Item"]
    assert int(stored["expires_at"]["N"]) > shop_clock() + 59 * DAY
    assert len(shop.cart()["items"]) == 1


def test_nothing_of_an_abandoned_cart_is_merged(shop, customer, shop_clock):
    shop.puts("MUG", 2)
    shop_clock.forward(61 * DAY)
    customer.puts("LAMP.1")

    assert [line["sku"] for line in merge(customer).json["items"]] == ["LAMP.1"]
