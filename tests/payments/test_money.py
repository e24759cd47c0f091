"""Amounts in each kind of currency (https://docs.stripe.com/currencies)."""

import pytest

from tests.payments.conftest import Stripe
from tools.shop.payments import money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1999, "eur", "€19.99"),
        (500, "jpy", "500 JPY"),
        (5120, "kwd", "5.120 KWD"),
        (500, "isk", "5.00 ISK"),
        (5, "usd", "$0.05"),
    ],
)
def test_an_amount_is_written_with_its_currencys_decimals(amount: int, currency: str, text: str):
    assert money.text(amount, currency) == text


@pytest.mark.parametrize(
    ("amount", "currency", "taken"),
    [
        ("5120", "kwd", True),
        ("5124", "kwd", False),
        ("500", "isk", True),
        ("550", "isk", False),
        ("50000", "ugx", True),
        ("50050", "ugx", False),
        ("80045", "twd", True),
        ("500", "jpy", True),
        ("49", "jpy", False),
        ("100000000", "eur", False),
    ],
)
def test_only_amounts_that_can_be_charged_are_taken(stripe: Stripe, amount: str, currency: str, taken: bool):
    assert (stripe.create(amount=amount, currency=currency).status == 200) is taken


def test_a_capture_keeps_to_what_the_currency_can_be_paid_in(stripe: Stripe):
    intent_id = stripe.authorised(amount="5120", currency="kwd")

    assert stripe.capture(intent_id, amount_to_capture="5115").error["code"] == "invalid_charge_amount"
    assert stripe.capture(intent_id, amount_to_capture="5110").status == 200
