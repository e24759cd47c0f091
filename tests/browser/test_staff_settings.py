"""Discounts and webhooks in a browser, and what staff who are no admins see of them."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.browser.people import Person
from tests.browser.purchases import Purchase
from tests.system.eventually import eventually


def test_a_discount_is_made_and_a_change_made_elsewhere_is_not_overwritten(page: Page, staff, worker, notes):
    notes.refusals = {404, 412}
    code = f"SPRING-{secrets.token_hex(3).upper()}"
    worker.log_in(page, "/staff/discounts")
    page.get_by_role("link", name="New discount").click()
    page.get_by_label("Code").fill(code)
    page.get_by_label("Kind").select_option("Amount off")
    page.get_by_label("Amount in EUR").fill("5")
    page.get_by_label("Ends").fill("2020-01-01T00:00")
    page.get_by_role("button", name="Make the discount").click()
    expect(page.get_by_role("heading", name=code)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("€5.00 off")
    expect(page.get_by_role("main")).to_contain_text("Over")
    assert barriers(page) == []

    assert staff.patch(f"/discounts/{code}", {"ends_at": None}, If_Match='"1"').status == 200
    page.get_by_label("Uses in all").fill("7")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Load it again").click()
    expect(page.get_by_label("Ends")).to_have_value("")
    page.get_by_label("Uses in all").fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Used: 0 of 7.")).to_be_visible()
    page.get_by_role("button", name="Remove this discount").click()
    page.get_by_role("button", name="Remove it").click()

    expect(page.get_by_role("heading", name="Discounts")).to_be_visible()
    assert staff.get(f"/discounts/{code}").status == 404


def test_the_secret_of_an_endpoint_is_shown_once_and_what_it_was_told_is_listed(page: Page, shop, lamps, admin, notes):
    address = f"http://127.0.0.1:9/{secrets.token_hex(4)}"  # nobody listens there
    admin.log_in(page, "/staff/webhooks")
    page.get_by_role("link", name="New endpoint").click()
    page.get_by_label("Address").fill(address)
    page.get_by_label("Anything").uncheck()
    page.get_by_label("Confirmed").check()
    page.get_by_role("button", name="Make the endpoint").click()
    expect(page.get_by_text(re.compile("^whsec_"))).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
    expect(page.get_by_text(re.compile("^whsec_"))).to_have_count(0)

    Purchase.of(Person.with_account(shop).elsewhere().web, lamps)
    web, deliveries = admin.elsewhere().web, f"{page.url.partition('/staff/webhooks/')[2]}/deliveries"
    assert eventually(lambda: "unreachable" in str(web.get(f"/webhook-endpoints/{deliveries}").json))
    page.get_by_role("button", name="Look again").click()
    delivery = page.get_by_role("row", name="order.confirmed")
    expect(delivery).to_contain_text("Connection refused")
    delivery.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("It is sent again")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Remove this endpoint").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name="Webhooks")).to_be_visible()


def test_staff_who_are_no_admins_read_rates_and_change_none(page: Page, worker, notes):
    worker.log_in(page, "/staff/rates")
    expect(page.get_by_role("row", name="Germany")).to_contain_text("19%")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name="Webhooks")).to_have_count(0)

    page.goto("/staff/webhooks")
    expect(page.get_by_role("alert")).to_contain_text("may not do this")
