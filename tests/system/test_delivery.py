"""What an order weighs decides what its delivery costs: from the catalogue over the quote to the order."""

import secrets

import pytest

from tests.system.buyers import ADDRESS, Buyer


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def method(shop):
    """3.00 up to 200 g, else 9.00; gone again afterwards."""
    path = f"/shipping-methods/box-{secrets.token_hex(4)}"
    rates = [{"max_weight_g": 200, "price": eur(300)}, {"price": eur(900)}]
    made = shop.as_role("admin").put(path, {"name": "Box", "countries": ["DE"], "rates": rates})
    assert made.status == 200, made
    yield path.rpartition("/")[2]
    shop.as_role("admin").delete(path)


@pytest.mark.parametrize(("pieces", "price"), [(2, 300), (3, 900)])
def test_delivery_costs_what_the_goods_weigh(shop, goods, method, pieces, price):
    books = goods(5)
    buyer = books.welcome(Buyer.guest(shop.url).with_one(books.sku, pieces))
    wish = {"shipping_address": ADDRESS, "shipping_method": method}

    quote = buyer.web.post("/checkout/quote", wish).json
    order = buyer.place({**buyer.order_form(), **wish, "expected_total": quote["total"]})

    assert quote["shipping"] == eur(price)
    assert (order.status, order.json["shipping"], order.json["total"]) == (201, eur(price), quote["total"])
