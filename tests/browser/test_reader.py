"""The catalogue in another currency and language, in a shop that offers them."""

import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect

CONFIG = Path(__file__).resolve().parents[2] / "storefront/src/config.js"


def offer(page: Page, currencies: str, locales: str) -> None:
    """As a shop does by its configuration."""
    text = CONFIG.read_text()
    text = text.replace("currencies: []", f"currencies: {currencies}").replace("locales: []", f"locales: {locales}")

    def answer(route: Route) -> None:
        route.fulfill(body=text, content_type="text/javascript")

    page.route("**/src/config.js", answer)


def price_and_name(staff, lamps) -> None:
    """Of the red lamp, in dinars, and of both in German."""
    price = {"price": {"amount": 5750, "currency": "KWD"}}
    version = staff.get(f"/products/{lamps.id}").json["version"]
    variant = f"/products/{lamps.id}/variants/{lamps.sku('red')}"
    assert staff.patch(variant, {"prices": [price]}, If_Match=f'"{version}"').status == 200
    names = {"translations": {"de": {"name": f"Lampe {lamps.slug}"}}}
    assert staff.patch(f"/products/{lamps.id}", names, If_Match=f'"{version + 1}"').status == 200


def test_prices_and_names_are_those_of_the_reader_and_what_the_cart_costs_is_said(page: Page, lamps, staff, notes):
    price_and_name(staff, lamps)
    offer(page, '["USD", "KWD"]', '[["en", "English"], ["de", "Deutsch"]]')
    page.goto("/products")
    page.get_by_label("Prices in").select_option("KWD")
    page.get_by_label("Language").select_option("Deutsch")
    page.get_by_role("link", name=f"Lampe {lamps.slug}").click()

    expect(page.locator(".product-price")).to_have_text(re.compile(r"KWD\s5\.750"))
    expect(page.get_by_text("the cart is paid in EUR")).to_be_visible()
    page.get_by_role("radio", name="Blue").check()
    expect(page.locator(".product-price")).to_have_text("€24.90")


def test_a_shop_of_one_currency_offers_no_choice(page: Page, notes):
    page.goto("/products")
    expect(page.get_by_role("heading", name="All products")).to_be_visible()

    expect(page.get_by_label("Prices in")).to_have_count(0)
