"""Logging in, in a browser: with a forgotten password, after too many guesses, without a confirmed address."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.people import Person, fill_login
from tests.system.eventually import eventually
from tests.system.web import Web


def guess_until_refused(person: Person) -> None:
    while person.try_password("not the right one").status != 429:
        pass


def test_a_forgotten_password_is_replaced_by_the_link_in_the_mail(page: Page, ada, notes):
    page.goto("/login")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("Please look into your mail")).to_be_visible()
    page.goto(ada.link("/reset-password"))
    ada.password = secrets.token_urlsafe(15)
    page.get_by_label("New password").fill(ada.password)
    page.get_by_role("button", name="Set the new password").click()

    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    fill_login(page, ada.email, ada.password)
    expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()


def test_the_token_of_a_mail_does_not_stay_in_the_address(page: Page, notes):
    notes.refusals = {400}
    page.goto("/reset-password?token=not-one-of-ours")
    assert page.url.endswith("/reset-password")

    page.get_by_label("New password").fill(secrets.token_urlsafe(15))
    page.get_by_role("button", name="Set the new password").click()

    expect(page.get_by_role("alert")).to_contain_text("This link is no longer valid")
    expect(page.get_by_role("link", name="Ask for a new link")).to_be_visible()


def test_a_password_that_is_too_common_is_refused_beside_its_field(page: Page, ada, notes):
    notes.refusals = {422}
    Web(ada.shop.url).post("/password-resets", {"email": ada.email})
    page.goto(ada.link("/reset-password"))
    field = page.get_by_label("New password")
    field.fill("password1234")
    page.get_by_role("button", name="Set the new password").click()

    expect(field).to_have_accessible_description(re.compile("too easy to guess"))
    expect(field).to_be_focused()


def test_who_guesses_too_often_is_told_how_long_to_wait(page: Page, ada, notes):
    notes.refusals = {429}
    guess_until_refused(ada)
    page.goto("/login")
    fill_login(page, ada.email, ada.password)

    expect(page.get_by_role("alert")).to_contain_text("Too many attempts")
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"\d+ second|\d+ min"))
    expect(page.get_by_role("main").get_by_role("button", name="Log in")).to_be_disabled()
    page.get_by_label("E-mail address").fill("somebody-else@shop.example")
    expect(page.get_by_role("main").get_by_role("button", name="Log in")).to_be_enabled()


def test_the_guesses_of_strangers_do_not_lock_out_a_browser_that_was_logged_in(page: Page, ada, notes):
    ada.log_in(page)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    guess_until_refused(ada)

    ada.log_in(page)


def test_an_unconfirmed_address_gets_its_mail_again(page: Page, shop, notes):
    notes.refusals = {403}
    eve = Person(shop, f"eve-{secrets.token_hex(6)}@shop.example", secrets.token_urlsafe(15))
    Web(shop.url).post("/users", {"email": eve.email, "password": eve.password, "name": "Eve"})
    eve.link()
    page.goto("/login")
    fill_login(page, eve.email, eve.password)
    expect(page.get_by_role("alert")).to_contain_text("confirm your e-mail address first")
    page.get_by_role("button", name="Send the mail again").click()

    expect(page.get_by_text("We have sent you another mail.")).to_be_visible()
    assert eventually(lambda: len(eve.links()) == 2)
