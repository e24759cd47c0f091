"""Currencies of ISO 4217, amounts of them, and language tags of BCP 47."""

import itertools
import re
import string

import pytest

from common import locales, money


def test_the_pattern_takes_the_codes_of_the_list_and_no_others():
    every = {"".join(letters) for letters in itertools.product(string.ascii_uppercase, repeat=3)}

    assert {code for code in every if re.search(money.CODE, code)} == money.DECIMALS.keys()
    assert not any(re.search(money.CODE, bad) for bad in ("EUR\n", "eur", "EURO", "", "EUR "))


@pytest.mark.parametrize(
    ("code", "decimals"), [("JPY", 0), ("EUR", 2), ("MGA", 2), ("ISK", 0), ("KWD", 3), ("CLF", 4), ("ZWG", 2)]
)
def test_minor_units_are_those_of_the_standard(code, decimals):
    assert money.DECIMALS[code] == decimals


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(0, "EUR", "€0.00"), (5, "EUR", "€0.05"), (123456789, "EUR", "€1,234,567.89"), (-1999, "USD", "-$19.99"),
     (1200, "JPY", "¥1,200"), (250, "KWD", "KWD\xa00.250"), (19990, "CLF", "CLF\xa01.9990"),
     (100, "CHF", "CHF\xa01.00"), (2**63 - 1, "GBP", "£92,233,720,368,547,758.07")],
)  # fmt: skip
def test_an_amount_is_written_to_its_last_unit_with_its_currency(amount, currency, text):
    assert money.written(amount, currency) == text


@pytest.mark.parametrize(
    ("tag", "written"), [("DE", "de"), ("de-at", "de-AT"), ("ZH-hANT-tw", "zh-Hant-TW"), ("ES-419", "es-419"),
                         ("sl-Rozaj-BISKE", "sl-rozaj-biske")]
)  # fmt: skip
def test_a_tag_is_written_in_one_way(tag, written):
    assert re.search(locales.TAG, tag)
    assert locales.normalised(tag) == written


def test_a_reader_gets_the_nearest_translation_and_never_a_narrower_one():
    known = {"de": 1, "de-AT": 2}

    assert [locales.chosen(known, tag) for tag in ("de-at", "de-CH", "de", "fr", None)] == [2, 1, 1, None, None]
    assert locales.chosen({"de-AT": 2}, "de") is None
