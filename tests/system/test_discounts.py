"""The last use of a discount code, raced for on the running shop: given once, and given again once it came back."""

import secrets
from collections import Counter
from functools import partial

import pytest

from tests.system.buyers import ADDRESS, SHIPPING, Buyer
from tests.system.eventually import eventually
from tests.system.web import all_at_once

BUYERS = 10


@pytest.fixture
def staff(shop):
    return shop.as_role("staff")


@pytest.fixture
def code(staff):
    """Two uses of ten percent."""
    name = f"race-{secrets.token_hex(4)}"
    made = staff.post("/discounts", {"code": name, "kind": "percent", "value": 10, "max_uses": 2})
    assert made.status == 201, made
    return name


def form(buyer, code):
    wish = {"shipping_address": ADDRESS, "shipping_method": SHIPPING, "discount_code": code}
    quote = buyer.web.post("/checkout/quote", wish)
    assert quote.status == 200, quote
    return {**buyer.order_form(), **wish, "expected_total": quote.json["total"]}


def uses(staff, code):
    return staff.get(f"/discounts/{code}").json["uses"]


def race(buyers, forms):
    """What each was answered; all send at the same moment, under keys of their own."""
    return all_at_once([partial(buyer.place, form) for buyer, form in zip(buyers, forms, strict=True)])


def outcomes(answers):
    return Counter((one.status, one.json.get("code")) for one in answers)


def test_the_last_uses_are_given_once_however_many_race_for_them(shop, goods, staff, code):
    books = goods(50)
    buyers = [books.welcome(Buyer.guest(shop.url).with_one(books.sku)) for _ in range(BUYERS)]
    forms = [form(buyer, code) for buyer in buyers]

    first = race(buyers, forms)
    assert outcomes(first) == {(201, None): 2, (409, "discount_used_up"): BUYERS - 2}
    assert uses(staff, code) == 2
    assert eventually(books.settled), books.report()

    bought = [(buyer, answer.json["id"]) for buyer, answer in zip(buyers, first, strict=True) if answer.status == 201]
    lost = [place for place, answer in enumerate(first) if answer.status == 409]
    winner, order_id = bought[0]
    assert winner.web.post(f"/orders/{order_id}/cancel").status in (200, 202)
    assert eventually(lambda: uses(staff, code) == 1)

    second = race([buyers[place] for place in lost], [forms[place] for place in lost])
    assert outcomes(second) == {(201, None): 1, (409, "discount_used_up"): BUYERS - 3}
    assert eventually(books.settled), books.report()
