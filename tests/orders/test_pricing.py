"""What a purchase costs: always adding up to the cent."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.discounts.discount import Discount
from chalicelib.pricing import domain
from chalicelib.pricing.price import Line
from chalicelib.pricing.rates import TAXES, Rates, ShippingMethod, ShippingRate, TaxRate
from common.schemas import Money
from tests.orders.neighbours import ADDRESS
from tests.orders.simulation.catalog import Sku


def discount(kind, value):
    return Discount(id="dsc_1", code="C", kind=kind, value=value, currency="EUR", created_at=0)


amounts = st.one_of(st.integers(0, 5000), st.integers(0, 10**9))
subtotals = st.one_of(st.none(), st.integers(0, 20_000))


def line(price, quantity=1, weight_g=0, sku="A"):
    return Line(
        sku=sku, product_id="p", name="A", options={}, quantity=quantity, unit_price=price, weight_g=weight_g
    )  # fmt: skip


lines = st.lists(
    st.tuples(amounts, st.integers(1, 99), st.one_of(st.none(), st.integers(0, 5000))), min_size=1, max_size=50
)
shipping = st.builds(
    lambda least, most, price: ShippingRate(Money(least, "EUR"), most, Money(price, "EUR")),
    st.integers(0, 20_000), st.one_of(st.none(), st.integers(0, 20_000)), amounts,
)  # fmt: skip
taxes = st.builds(TaxRate, st.just("DE"), st.integers(0, 10_000), st.booleans())
discounts = st.one_of(
    st.none(),
    st.builds(discount, st.just("percent"), st.integers(1, 100)),
    st.builds(discount, st.just("fixed"), st.one_of(st.integers(1, 5000), st.integers(1, 10**11))),
    st.builds(discount, st.just("free_shipping"), st.just(0)),
)


def rates_of(shipping_rates, tax):
    anyhow = ShippingRate(Money(0, "EUR"), None, Money(799, "EUR"))
    return Rates({"box": ShippingMethod("box", "Box", ["DE"], [*shipping_rates, anyhow])}, {"DE": tax})


@settings(max_examples=200, deadline=None)
@given(lines, st.lists(shipping, max_size=4), taxes, discounts)
def test_the_parts_always_add_up_to_the_cent(bought, shipping_rates, tax, code):
    bought = [line(*one, sku=f"S{place}") for place, one in enumerate(bought)]

    price = domain.quote(bought, "EUR", "DE", "box", rates_of(shipping_rates, tax), code)

    assert price.subtotal == sum(one.unit_price * one.quantity for one in bought)
    assert price.discount == sum(one.discount for one in price.lines)
    assert all(0 <= one.discount <= one.total for one in price.lines)
    assert price.tax == sum(one.tax for one in price.lines) + domain.tax_of(price.shipping, tax)
    assert price.total == price.subtotal - price.discount + price.shipping + (0 if tax.inclusive else price.tax)
    assert min(price.total, price.tax, price.shipping) >= 0
    if tax.inclusive:
        assert price.tax <= price.total
    check_discount(price, code)
    check_tax(price, tax)
    check_shipping(price, bought, shipping_rates, code)


def check_discount(price, code):
    """Exactly the fixed amount, spread so that no share is a cent off; each percentage to half a cent."""
    kind, value = (code.kind, code.value) if code else ("free_shipping", 0)
    if kind == "fixed":
        off = min(value, price.subtotal)
        assert price.discount == off
        assert all(
            abs(one.discount * price.subtotal - one.total * off) < price.subtotal or not off for one in price.lines
        )
    elif kind == "percent":
        assert all(abs(one.discount * 100 - one.total * value) * 2 <= 100 for one in price.lines)
    else:
        assert price.discount == 0


def check_tax(price, tax):
    whole = 10_000 + tax.rate_bps if tax.inclusive else 10_000
    for one in price.lines:
        assert abs(one.tax * whole - (one.total - one.discount) * tax.rate_bps) * 2 <= whole


def check_shipping(price, bought, shipping_rates, code):
    known = all(one.weight_g is not None for one in bought)
    weight = sum(one.weight_g * one.quantity for one in bought) if known else None
    fitting = [
        rate.price.amount
        for rate in shipping_rates
        if price.subtotal >= rate.min_subtotal.amount
        and (rate.max_weight_g is None or (known and weight <= rate.max_weight_g))
    ]
    assert price.shipping == (0 if code and code.kind == "free_shipping" else [*fitting, 799][0])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=50))
def test_an_amount_is_dealt_out_to_the_unit_by_largest_remainder(amount, weights):
    shares, whole = domain.spread(amount, weights), sum(weights)

    if not whole:
        assert set(shares) == {0}
        return
    assert sum(shares) == amount
    up = [amount * w % whole for s, w in zip(shares, weights, strict=True) if s > amount * w // whole]
    down = [amount * w % whole for s, w in zip(shares, weights, strict=True) if s == amount * w // whole]
    assert min(up, default=whole) >= max(down, default=0)


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
        ({"discount_code": "spring sale 20 %"}, 422, "discount_invalid"),
        ({"discount_code": ""}, 422, "validation_failed"),
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


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


codes = st.one_of(
    st.fixed_dictionaries({"kind": st.just("percent"), "value": st.integers(1, 100)}),
    st.fixed_dictionaries({"kind": st.just("fixed"), "value": st.builds(eur, st.integers(1, 9000))}),
    st.just({"kind": "free_shipping"}),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 9000), st.integers(1, 9)), min_size=1, max_size=4), codes, st.data())
def test_quote_and_order_add_up_for_any_cart_and_code_through_the_api(shop, catalog, bought, code, data):
    named = f"C{data.draw(st.integers(0, 10**12))}"
    tax = {"rate_bps": data.draw(st.integers(0, 3000)), "inclusive": data.draw(st.booleans())}
    shop.api.put("/tax-rates/DE", tax, role="admin")
    shop.api.post("/discounts", {"code": named} | code, role="staff")
    shop.deletes("/cart")
    for number, (price, quantity) in enumerate(bought):
        catalog.reservations.skus[f"S{number}"] = Sku(100, price)
        shop.puts(f"S{number}", quantity)

    quote = shop.quote(discount_code=named).json
    order = shop.buys(named, discount_code=named, expected_total=quote["total"])

    sums = {part: order.json[part]["amount"] for part in ("subtotal", "discount", "shipping", "tax", "total")}
    assert (order.status, sums) == (201, {part: quote[part]["amount"] for part in sums})
    on_top = 0 if tax["inclusive"] else sums["tax"]
    assert sums["total"] == sums["subtotal"] - sums["discount"] + sums["shipping"] + on_top
    assert sums["subtotal"] == sum(price * quantity for price, quantity in bought)
    assert sums["discount"] == sum(one["discount"]["amount"] for one in order.json["items"])
    assert order.json["payment"]["captured"]["amount"] == sums["total"]
