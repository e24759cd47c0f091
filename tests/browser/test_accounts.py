"""Sessions in a browser: those of guests, and making an account."""

import secrets

from playwright.sync_api import Page, expect

from tests.browser.people import Person, fill_login
from tests.browser.steps import fill_address, lamp_in_cart, pay


def test_looking_around_begins_no_session(page: Page, lamps, notes):
    page.goto(f"/product/{lamps.slug}")
    expect(page.get_by_role("button", name="Add to cart")).to_be_enabled()

    assert page.evaluate("localStorage.length") == 0


def test_a_guest_whose_token_has_run_out_buys_on(page: Page, shop, lamps, notes):
    notes.refusals = {401}
    lamp_in_cart(page, lamps)
    fill_address(page)
    expect(page.get_by_role("button", name="Pay €24.80")).to_be_enabled()

    with shop.clock_moved("+11m"):
        pay(page)
        expect(page.get_by_role("heading", name="Thank you for your order")).to_be_visible()


def test_the_cart_of_a_guest_comes_along_into_a_new_account(page: Page, shop, lamps, notes):
    email, password = f"eve-{secrets.token_hex(6)}@shop.example", secrets.token_urlsafe(15)
    lamp_in_cart(page, lamps, quantity=2)
    page.goto("/register")
    page.get_by_label("Name").fill("Eve")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_text("Please look into your mail")).to_be_visible()

    page.goto(Person(shop, email, password).link())
    page.get_by_role("button", name="Confirm my address").click()
    page.get_by_role("main").get_by_role("link", name="log in").click()
    fill_login(page, email, password)

    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    expect(page.get_by_role("link", name="Cart 2 items")).to_be_visible()


def test_a_wrong_password_is_said_so(page: Page, notes):
    notes.refusals = {401}
    page.goto("/login")
    fill_login(page, "nobody@shop.example", "not the right one")

    expect(page.get_by_role("alert")).to_contain_text("do not match")
