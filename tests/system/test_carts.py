"""Carts of a running shop: a guest's is merged once, however many log-ins of the customer ask for it at once."""

from functools import partial

import pytest

from tests.system.buyers import Buyer
from tests.system.people import Person
from tests.system.web import all_at_once


@pytest.fixture
def customer(shop):
    return Person(shop).registers().logs_in().web


def test_a_guests_cart_is_merged_once_however_many_ask_at_once(shop, goods, customer):
    books = goods(50)
    guest = Buyer.guest(shop.url).with_one(books.sku, 3)
    Buyer(customer).with_one(books.sku, 2)
    merge = partial(customer.post, "/cart/merge", {"guest_access_token": guest.web.token})

    answers = all_at_once([merge] * 8)

    assert {one.status for one in answers} == {200}
    assert [line["quantity"] for line in customer.get("/cart").json["items"]] == [5]
    assert guest.web.get("/cart").json["items"] == []
    assert merge().json == customer.get("/cart").json
