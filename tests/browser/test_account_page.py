"""The account area in a browser: what its owner sees and changes."""

import json
import re
import secrets
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import LAMP_STREET
from tests.browser.pictures import png
from tests.browser.steps import fill_address, lamp_in_cart, pay

PAGES = ["/account", "/orders", "/account/addresses", "/account/security", "/account/data"]


def choose_picture(page: Page, content: bytes) -> None:
    page.get_by_label("Choose a picture").set_input_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": content}
    )


def test_a_changed_name_is_kept_and_a_change_made_elsewhere_is_not_overwritten(page: Page, ada, notes):
    notes.refusals = {412}
    ada.log_in(page, "/account")
    page.get_by_label("Name").fill("Ada King")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    ada.elsewhere().web.patch("/users/me", {"name": "Countess of Lovelace"})
    page.get_by_label("Write to me about new products").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Load it again").click()

    expect(page.get_by_label("Name")).to_have_value("Countess of Lovelace")


def test_a_picture_is_looked_at_before_it_is_sent_and_shown_afterwards(page: Page, ada, notes):
    ada.log_in(page, "/account")
    choose_picture(page, png("teal"))
    expect(page.get_by_role("img", name="The picture you have chosen")).to_be_visible()
    page.get_by_role("button", name="Use this picture").click()
    picture = page.get_by_role("img", name="Your picture")
    expect(picture).to_be_visible()

    page.reload()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_file_that_is_no_picture_is_not_even_sent(page: Page, ada, notes):
    ada.log_in(page, "/account")
    choose_picture(page, b"<html>not a picture</html>")

    expect(page.get_by_role("alert")).to_contain_text("cannot be shown as a picture")
    expect(page.get_by_role("button", name="Use this picture")).to_have_count(0)


def test_an_address_of_the_book_is_offered_at_checkout(page: Page, ada, lamps, notes):
    ada.log_in(page, "/account/addresses")
    page.get_by_role("button", name="Add an address").click()
    expect(page.get_by_label("Full name")).to_be_focused()
    fill_address(page, email=False)
    page.get_by_role("button", name="Keep this address").click()
    expect(page.get_by_role("main")).to_contain_text("1 of 50 kept")
    lamp_in_cart(page, lamps)
    expect(page.get_by_role("radio", name="Ada Example, Lindenstr. 1, 10115 Berlin, Germany")).to_be_checked()
    pay(page)

    expect(page.get_by_role("heading", name="Thank you for your order")).to_be_visible()
    expect(page.get_by_role("region", name="Addresses")).to_contain_text("Lindenstr. 1")


def test_another_address_can_be_kept_at_checkout(page: Page, ada, lamps, notes):
    ada.elsewhere().web.post("/users/me/addresses", LAMP_STREET)
    ada.log_in(page)
    lamp_in_cart(page, lamps)
    page.get_by_role("radio", name="Another address").check()
    fill_address(page, email=False)
    page.get_by_label("Keep this address in my account").check()
    pay(page)
    expect(page.get_by_text("The address is in your account.")).to_be_visible()

    page.goto("/account/addresses")
    expect(page.get_by_role("main")).to_contain_text("2 of 50 kept")


def test_the_default_address_can_be_changed_and_deleted(page: Page, ada, notes):
    elsewhere = ada.elsewhere().web
    for city in ("Cologne", "Bonn"):
        elsewhere.post("/users/me/addresses", {**LAMP_STREET, "city": city})
    ada.log_in(page, "/account/addresses")
    book = page.get_by_role("main").get_by_role("listitem").filter(has=page.locator("address"))
    page.get_by_role("button", name=re.compile("Make default: .*Bonn")).click()
    expect(book.filter(has_text="Bonn")).to_contain_text("Default")
    page.get_by_role("button", name=re.compile("Delete .*Bonn")).click()
    page.get_by_role("button", name="Delete it").click()

    expect(book).to_have_count(1)
    expect(book).to_contain_text("Default")


def test_what_is_wrong_with_an_address_is_said_beside_the_field(page: Page, ada, notes):
    notes.refusals = {422}
    ada.log_in(page, "/account/addresses")
    page.get_by_role("button", name="Add an address").click()
    fill_address(page, email=False)
    phone = page.get_by_label("Phone")
    phone.fill("ask my sister")
    page.get_by_role("button", name="Keep this address").click()

    expect(phone).to_be_focused()
    expect(phone).to_have_accessible_description(re.compile("^Digits, with"))


def test_a_session_of_another_browser_is_seen_and_ended(page: Page, browser: Browser, ada, notes):
    elsewhere = browser.new_context(base_url=ada.shop.url, user_agent="Mozilla/5.0 (X11; Linux) Gecko Firefox/130.0")
    other = elsewhere.new_page()
    ada.log_in(other)
    ada.log_in(page, "/account/security")
    page.get_by_role("button", name=re.compile("Log out Firefox on Linux")).click()
    page.get_by_role("button", name="Log it out").click()
    expect(page.get_by_text("Firefox on Linux is logged out.")).to_be_visible()

    other.goto("/account/addresses")
    other.get_by_role("button", name="Add an address").click()
    fill_address(other, email=False)
    other.get_by_role("button", name="Keep this address").click()
    expect(other.get_by_role("main").get_by_role("button", name="Log in")).to_be_visible()
    elsewhere.close()


def test_a_new_password_ends_the_other_sessions_and_not_this_one(page: Page, ada, notes):
    notes.refusals = {403}
    elsewhere = ada.elsewhere()
    ada.log_in(page, "/account/security")
    new = secrets.token_urlsafe(15)
    for current in ("not the right one", ada.password):
        page.get_by_label("Current password").fill(current)
        page.get_by_label("New password").fill(new)
        page.get_by_role("button", name="Change the password").click()
        if current != ada.password:
            expect(page.get_by_role("alert")).to_contain_text("This is not your current password.")

    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    assert not elsewhere.goes_on()
    page.reload()
    expect(page.get_by_text("This device")).to_be_visible()


def test_a_new_address_counts_once_its_mail_was_answered(page: Page, ada, notes):
    ada.log_in(page, "/account/security")
    new = f"ada-new-{secrets.token_hex(6)}@shop.example"
    page.get_by_label("New e-mail address").fill(new)
    page.get_by_label("Your password").fill(ada.password)
    page.get_by_role("button", name="Change the address").click()
    expect(page.get_by_text("Please look into your mail")).to_be_visible()
    page.goto(ada.link(to=new))
    page.get_by_role("button", name="Confirm my address").click()
    page.get_by_role("link", name="your account").click()

    expect(page.get_by_role("main")).to_contain_text(new)


def test_all_that_is_stored_can_be_taken_home(page: Page, ada, notes):
    ada.log_in(page, "/account/data")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()

    found = json.loads(Path(download.value.path()).read_text())
    assert found["account"]["account"]["email"] == ada.email
    assert set(found) == {"account", "catalog", "orders"}


def test_a_deleted_account_is_gone(page: Page, ada, notes):
    ada.log_in(page, "/account/data")
    expect(page.get_by_role("main")).to_contain_text("not yet shipped are cancelled and refunded")
    page.get_by_label("Your password").fill(ada.password)
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Delete my account").click()

    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    assert ada.try_password(ada.password).code == "invalid_credentials"
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_account_fits_a_narrow_phone(page: Page, ada, notes):
    ada.elsewhere().web.post("/users/me/addresses", LAMP_STREET)
    page.set_viewport_size({"width": 360, "height": 740})
    ada.log_in(page)
    for path in PAGES:
        page.goto(path)
        expect(page.get_by_role("navigation", name="Your account")).to_be_visible()
        expect(page.get_by_text("Loading…")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path


def test_a_page_that_could_not_be_loaded_is_said_to_be_missing_and_tried_again(page: Page, ada, notes):
    notes.cut_off = "net::ERR_FAILED"
    ada.log_in(page)
    page.route("**/pages/account/page.js", lambda route: route.abort())
    page.get_by_role("link", name="Account", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")

    page.unroute("**/pages/account/page.js")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
