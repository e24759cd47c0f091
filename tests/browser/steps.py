"""What shoppers do again and again."""

import re

from playwright.sync_api import Page, expect

ADDRESS = {
    "E-mail address": "ada@shop.example",
    "Full name": "Ada Example",
    "Street and number": "Lindenstr. 1",
    "Postcode": "10115",
    "City": "Berlin",
}


def lamp_in_cart(page: Page, lamps, quantity: int = 1) -> None:
    """To the checkout with red lamps."""
    page.goto(f"/product/{lamps.slug}")
    page.get_by_label("Quantity").fill(str(quantity))
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("link", name=re.compile(f"Cart {quantity} item"))).to_be_visible()
    page.goto("/checkout")


def fill_address(page: Page, *, email: bool = True) -> None:
    """By label, as a reader of the page finds the fields. Who is logged in is not asked for the e-mail address."""
    for label, text in ADDRESS.items():
        if email or label != "E-mail address":
            page.get_by_label(label).fill(text)
    page.get_by_label("Country").select_option("DE")


def choose_card(page: Page, ending: str) -> None:
    page.get_by_role("radio", name=f"Visa ending {ending}").check()


def pay(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^Pay ")).click()
