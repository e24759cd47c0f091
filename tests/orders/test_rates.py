"""Shipping methods and tax rates: administrators set them, and they count from the next request on."""

import pytest
from msgspec.structs import replace

from chalicelib.pricing import models, rates
from tests.orders.neighbours import ADDRESS

DOLLAR = {"amount": 1, "currency": "USD"}


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


def rate(price, min_subtotal=None, max_weight_g=None):
    return {"min_subtotal": min_subtotal and eur(min_subtotal), "max_weight_g": max_weight_g, "price": eur(price)}


def method(*shipping_rates, countries=("DE",)):
    return {"name": "Express", "countries": list(countries), "rates": list(shipping_rates)}


def put(api, body, method_id="express", **headers):
    return api.put(f"/shipping-methods/{method_id}", body, role="admin", **headers)


def methods(api, country="DE"):
    return [one["id"] for one in api.get(f"/shipping-methods?country={country}").json["items"]]


def price_of(shop, method_id="express"):
    answer = shop.quote(shipping_method=method_id)
    return answer.json["shipping"]["amount"] if answer.status == 200 else answer.code


def test_the_shop_comes_with_a_method_and_the_rates_of_the_eu(api):
    (standard,) = api.get("/shipping-methods?country=DE").json["items"]

    assert (standard["id"], standard["rates"]) == ("standard", [rate(490) | {"min_subtotal": eur(0)}])
    assert api.get("/shipping-methods?country=US").json["items"] == []
    assert len(api.get("/tax-rates").json["items"]) == 27
    assert api.get("/tax-rates/DE").json == {"country": "DE", "rate_bps": 1900, "inclusive": True, "version": 1}
    assert api.get("/tax-rates/XX").status == 404


def test_a_method_that_is_set_counts_from_the_next_request_on(shop, api):
    shop.puts("MUG")
    assert price_of(shop) == "validation_failed"

    answer = put(api, method(rate(1290)))

    assert (answer.status, answer.json["rates"]) == (200, [rate(1290) | {"min_subtotal": eur(0)}])
    assert methods(api) == ["standard", "express"]
    assert price_of(shop) == 1290


def test_the_first_rate_that_fits_subtotal_and_weight_is_the_price(shop, api):
    put(api, method(rate(0, min_subtotal=5000), rate(300, max_weight_g=700), rate(900)))

    prices = []
    for sku, quantity in (("MUG", 1), ("MUG", 2), ("MUG", 3), ("LAMP.1", 1)):
        shop.puts(sku, quantity)
        prices.append(price_of(shop))
    shop.puts("LAMP.1", 2)

    assert (prices, price_of(shop)) == ([300, 300, 900, 900], 0)


def test_goods_without_a_known_weight_go_by_rates_for_any_weight_only(shop, api, catalog):
    put(api, method(rate(300, max_weight_g=700), rate(900)))
    del catalog.weights["MUG"]
    shop.puts("MUG")

    assert price_of(shop) == 900
    catalog.weights["MUG"] = 0
    assert price_of(shop) == 300


def test_where_no_rate_fits_the_method_is_refused(shop, api):
    put(api, method(rate(300, max_weight_g=100)))
    shop.puts("MUG")

    assert price_of(shop) == "validation_failed"


def test_the_order_costs_what_was_quoted_by_weight(shop, api):
    put(api, method(rate(300, max_weight_g=700), rate(900)))
    shop.puts("MUG", 2)
    quote = shop.quote(shipping_method="express").json

    order = shop.buys(shipping_method="express", expected_total=quote["total"])

    assert (order.status, order.json["shipping"]["amount"]) == (201, 300)


def test_a_price_that_changed_before_the_order_is_told_with_the_new_quote(shop, api):
    put(api, method(rate(300)))
    shop.puts("MUG")
    body = shop.purchase(shipping_method="express", expected_total=eur(1050))
    put(api, method(rate(400)))

    answer = shop.buys(body=body)

    assert (answer.status, answer.code, answer.json["quote"]["shipping"]) == (409, "price_changed", eur(400))


def test_a_deleted_method_is_gone_also_if_the_shop_came_with_it(shop, api):
    put(api, method(rate(1)))
    shop.puts("MUG")

    answers = [api.delete(f"/shipping-methods/{one}", role="admin") for one in ("express", "standard", "standard")]

    assert [one.status for one in answers] == [204, 204, 404]
    assert methods(api) == []
    assert price_of(shop, "standard") == "validation_failed"


def test_a_deleted_method_can_be_set_again_and_its_version_never_repeats(api):
    versions = []
    for _ in range(3):
        versions.append(put(api, method(rate(1)), "standard").json["version"])
        api.delete("/shipping-methods/standard", role="admin")

    assert (versions, methods(api)) == (sorted(set(versions)), [])


def test_a_replay_finds_its_order_though_the_method_is_gone(shop, api):
    shop.puts("MUG")
    body = shop.purchase()
    order = shop.buys(body=body).json
    api.delete("/shipping-methods/standard", role="admin")

    assert shop.buys(body=body).json == order


FLAWS = [
    ({"countries": []}, "countries", "too_short"),
    ({"countries": ["Germany"]}, "countries[0]", "wrong_format"),
    ({"countries": ["DE", "AT", "DE"]}, "countries[2]", "duplicate"),
    ({"rates": []}, "rates", "too_short"),
    ({"rates": [rate(1)] * 21}, "rates", "limit_reached"),
    ({"rates": [rate(-1)]}, "rates[0].price.amount", "out_of_range"),
    ({"rates": [rate(1.0)]}, "rates[0].price.amount", "wrong_type"),
    ({"rates": [rate(1, max_weight_g=True)]}, "rates[0].max_weight_g", "wrong_type"),
    ({"rates": [rate(1) | {"min_subtotal": DOLLAR}]}, "rates[0].min_subtotal", "currency_mismatch"),
    ({"name": ""}, "name", "too_short"),
    ({"colour": "red"}, "colour", "unknown_field"),
]


def test_a_method_that_can_not_be_meant_is_refused(api):
    """In one test, for a fresh table costs more than all of them."""
    for change, field, code in FLAWS:
        answer = put(api, method(rate(1)) | change)

        found = [(one["field"], one["code"]) for one in answer.json["errors"]]
        assert (answer.status, found) == (422, [(field, code)]), change
    assert methods(api) == ["standard"]


@pytest.mark.parametrize("path", ["/shipping-methods/" + "a" * 65, "/tax-rates/Germany"])
def test_what_can_have_no_such_name_is_not_found(api, path):
    body = method(rate(1)) if "methods" in path else {"rate_bps": 1, "inclusive": True}

    assert api.put(path, body, role="admin").status == 404


def test_there_are_at_most_50_methods(api):
    for number in range(49):
        assert put(api, method(rate(1)), f"m{number}").status == 200

    assert (put(api, method(rate(1)), "m49").status, put(api, method(rate(1)), "m49").code) == (422, "limit_reached")
    assert put(api, method(rate(2)), "m48").status == 200


@pytest.mark.parametrize("path", ["/shipping-methods/standard", "/tax-rates/DE"])
def test_if_match_is_honoured_if_it_is_sent(api, path):
    body = method(rate(1)) if "methods" in path else {"rate_bps": 1600, "inclusive": True}

    first = api.put(path, body, role="admin", If_Match='"1"')
    second = api.put(path, body, role="admin", If_Match='"1"')

    assert (first.status, first.headers["ETag"]) == (200, '"2"')
    assert (second.status, second.code) == (412, "version_mismatch")


def test_what_does_not_exist_has_no_version_to_match(api):
    assert put(api, method(rate(1)), If_Match='"1"').code == "version_mismatch"
    assert put(api, method(rate(1)), If_Match="*").code == "version_mismatch"
    assert api.delete("/shipping-methods/standard", role="admin", If_Match='"9"').code == "version_mismatch"


@pytest.mark.parametrize("known", [[], ["older"]], ids=["the first", "a later"])
def test_of_two_administrators_who_race_neither_loses_a_change(api, monkeypatch, known):
    for method_id in known:
        put(api, method(rate(3)), method_id)
    replace_rates, others = models.replace_rates, [lambda: put(api, method(rate(2)), "other")]

    def raced(seen, wanted):
        if others:
            others.pop()()
        return replace_rates(seen, wanted)

    monkeypatch.setattr(models, "replace_rates", raced)

    assert put(api, method(rate(1))).status == 200
    assert methods(api) == ["standard", *known, "other", "express"]


def test_a_change_whose_reply_was_lost_is_made_once(api, monkeypatch):
    put_item = models.tables.put
    monkeypatch.setattr(models.tables, "put", lambda *written: [put_item(*written), put_item(*written)])

    first, second = put(api, method(rate(1))), put(api, method(rate(2)), If_Match='"2"')

    assert [one.json["version"] for one in (first, second)] == [2, 3]


def test_a_tax_rate_that_is_set_counts_from_the_next_request_on(shop, api):
    shop.puts("MUG")

    answer = api.put("/tax-rates/DE", {"rate_bps": 700, "inclusive": False}, role="admin")

    quote = shop.quote().json
    assert (answer.status, api.get("/tax-rates/DE").json) == (200, answer.json)
    assert (quote["tax"]["amount"], quote["total"]["amount"]) == (53 + 34, 750 + 490 + 53 + 34)
    assert api.get("/tax-rates/FR").json["rate_bps"] == 2000


def test_a_country_with_a_tax_rate_can_be_sent_to(shop, api):
    shop.puts("MUG")
    put(api, method(rate(100), countries=["US"]))
    to_america = {"shipping_address": ADDRESS | {"country": "US"}, "shipping_method": "express"}
    assert shop.quote(**to_america).code == "validation_failed"

    api.put("/tax-rates/US", {"rate_bps": 0, "inclusive": False}, role="admin")

    assert shop.quote(**to_america).json["total"] == eur(850)


def test_a_tax_rate_that_can_not_be_meant_is_refused(api):
    for body in (
        {"rate_bps": -1, "inclusive": True},
        {"rate_bps": 10_001, "inclusive": True},
        {"rate_bps": 19.0, "inclusive": True},
        {"rate_bps": 1900, "inclusive": 1},
        {"rate_bps": 1900},
    ):
        assert api.put("/tax-rates/DE", body, role="admin").code == "validation_failed", body
    assert api.get("/tax-rates/DE").json["rate_bps"] == 1900


def test_an_order_keeps_the_tax_it_was_bought_at(shop, api):
    shop.puts("MUG")
    order = shop.buys().json

    api.put("/tax-rates/DE", {"rate_bps": 700, "inclusive": True}, role="admin")

    assert shop.order(order["id"])["tax"] == order["tax"]


def test_what_stands_in_the_table_fits_into_an_item(api):
    """400 KB are DynamoDB's limit."""
    long_rates = [rate(10**11, 10**11, 10**7)] * 20
    countries = [a + b for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXY"]
    put(api, method(*long_rates, countries=countries) | {"name": "ä" * 200}, "m" * 64)

    one = models.find_rates().set_methods["m" * 64]
    full = models.Rates({f"{n:064}": replace(one, id=f"{n:064}") for n in range(50)})
    assert len(rates.msgspec.json.encode(full)) < 300_000
