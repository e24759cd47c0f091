"""What a purchase costs: always adding up to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pricing import domain
from chalicelib.pricing.price import Line
from chalicelib.pricing.rates import TAXES, Rates, TaxRate
from tests.orders.neighbours import ADDRESS

amounts = st.integers(0, 10**9)


def line(price, quantity=1):
    return Line(sku="A", product_id="p", name="A", options={}, quantity=quantity, unit_price=price)


@given(st.lists(st.tuples(amounts, st.integers(1, 99)), min_size=1, max_size=50), st.sampled_from(sorted(TAXES)))
def test_the_parts_add_up_and_the_tax_is_right_to_half_a_cent_a_line(lines, country):
    price = domain.quote([line(*one) for one in lines], "EUR", country, "standard", Rates())

    rate = TAXES[country].rate_bps
    assert price.subtotal == sum(amount * quantity for amount, quantity in lines)
    assert price.total == price.subtotal - price.discount + price.shipping
    for one in price.lines:
        assert abs(one.tax * (10_000 + rate) - one.total * rate) * 2 <= 10_000 + rate
    assert price.tax == sum(one.tax for one in price.lines) + domain.tax_of(price.shipping, TAXES[country])


@pytest.mark.parametrize(("amount", "tax"), [(1190, 190), (100, 16), (0, 0), (3, 0), (4, 1)])
def test_tax_within_a_price_is_rounded_half_up(amount, tax):
    assert domain.tax_of(amount, TaxRate("DE", 1900, inclusive=True)) == tax


@pytest.mark.parametrize(("amount", "tax"), [(1000, 50), (10, 1), (9, 0), (30, 2)])
def test_tax_on_top_of_a_price_is_rounded_half_up(amount, tax):
    assert domain.tax_of(amount, TaxRate("US", 500, inclusive=False)) == tax


def test_tax_on_top_makes_the_total_larger(monkeypatch):
    monkeypatch.setitem(TAXES, "DE", TaxRate("DE", 1000, inclusive=False))

    price = domain.quote([line(1000)], "EUR", "DE", "standard", Rates())

    assert (price.shipping, price.tax, price.total) == (490, 149, 1639)


def test_a_quote_prices_the_cart_as_it_would_be_charged_now(shop, catalog):
    shop.puts("LAMP.1", 2)
    catalog.reservations.skus["LAMP.1"].price = 1190

    quote = shop.quote().json

    assert {part: quote[part]["amount"] for part in ("subtotal", "discount", "shipping", "tax", "total")} == {
        "subtotal": 2380,
        "discount": 0,
        "shipping": 490,
        "tax": 380 + 78,
        "total": 2870,
    }
    assert quote["items"][0]["line_total"] == {"amount": 2380, "currency": "EUR"}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"shipping_method": "pigeon"}, 422, "validation_failed"),
        ({"shipping_address": ADDRESS | {"country": "US"}}, 422, "validation_failed"),
        ({"shipping_address": ADDRESS | {"country": "germany"}}, 422, "validation_failed"),
        ({"shipping_address": {"country": "DE"}}, 200, None),
        ({"discount_code": "SPRING"}, 422, "discount_invalid"),
        ({"colour": "red"}, 422, "unknown_field"),
    ],
)
def test_a_quote_refuses_what_can_not_be_priced(shop, changes, status, code):
    shop.puts("MUG")

    answer = shop.quote(**changes)

    assert (answer.status, answer.code) == (status, code)


def test_nothing_is_quoted_for_an_empty_cart(shop):
    assert (shop.quote().status, shop.quote().code) == (409, "cart_empty")


def test_a_cart_in_another_currency_can_not_be_delivered_yet(shop):
    shop.puts("BOOK")

    assert shop.quote().code == "validation_failed"


def test_with_catalog_down_there_is_no_quote(shop, catalog):
    shop.puts("MUG")
    catalog.down = True

    assert (shop.quote().status, shop.quote().code) == (503, "unavailable")


def test_shipping_methods_are_public_and_asked_for_by_country(api):
    (method,) = api.get("/shipping-methods?country=DE").json["items"]

    assert (method["id"], method["rates"][0]["price"]) == ("standard", {"amount": 490, "currency": "EUR"})
    assert api.get("/shipping-methods?country=US").json["items"] == []


def test_tax_rates_are_public(api):
    assert api.get("/tax-rates/DE").json == {"country": "DE", "rate_bps": 1900, "inclusive": True, "version": 1}
    assert api.get("/tax-rates/XX").status == 404
