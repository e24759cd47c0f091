"""What staff set in a browser, discounts, shipping, tax and webhooks, and what shoppers see of it."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.browser.people import Person
from tests.browser.purchases import Purchase
from tests.browser.steps import fill_address, lamp_in_cart, pay
from tests.system.eventually import eventually


@pytest.fixture
def code(staff) -> str:
    """Ten percent off, for one order from 30 euros on."""
    code = f"SPRING-{secrets.token_hex(3).upper()}"
    minimum = {"amount": 3000, "currency": "EUR"}
    made = staff.post(
        "/discounts", {"code": code, "kind": "percent", "value": 10, "min_subtotal": minimum, "max_uses": 1}
    )
    assert made.status == 201, made
    return code


def apply(page: Page, code: str) -> None:
    field = page.get_by_label("Discount code", exact=True)
    if not field.is_visible():
        page.get_by_text("Discount code").first.click()
    field.fill(code)
    page.get_by_role("button", name="Apply").click()


def test_a_code_lowers_the_total_can_be_taken_off_and_is_used_up_once_it_was_used(page: Page, lamps, code, notes):
    notes.refusals = {409, 422}
    lamp_in_cart(page, lamps, quantity=2)
    fill_address(page)
    summary = page.get_by_role("region", name="Your order")
    apply(page, "NO-SUCH-CODE")
    expect(summary.get_by_role("alert")).to_contain_text("no such discount code")
    expect(page.get_by_label("Discount code", exact=True)).to_be_focused()
    apply(page, code.lower())
    expect(summary).to_contain_text("takes off €3.98")
    expect(page.get_by_role("button", name="Pay €40.72")).to_be_enabled()
    page.get_by_role("button", name="Remove the code").click()
    expect(page.get_by_role("button", name="Pay €44.70")).to_be_enabled()
    apply(page, code)
    expect(summary).to_contain_text("takes off €3.98")
    assert barriers(page) == []
    pay(page)
    expect(page.get_by_role("region", name="Payment")).to_contain_text("-€3.98")

    lamp_in_cart(page, lamps, quantity=2)
    fill_address(page)
    apply(page, code)
    expect(summary.get_by_role("alert")).to_contain_text("used up")
    expect(page.get_by_role("button", name="Pay €44.70")).to_be_enabled()


def test_an_admin_opens_a_country_whose_tax_comes_on_top_and_shipping_gets_free(page: Page, admin, lamps, notes):
    method = f"ferry-{secrets.token_hex(3)}"
    admin.log_in(page, "/staff/rates")
    page.get_by_role("button", name="New shipping method").click()
    page.get_by_label("Id", exact=True).fill(method)
    page.get_by_label("Name", exact=True).fill("Ferry")
    page.get_by_label("Countries").fill("is")
    page.get_by_label("From a subtotal of").fill("30")
    page.get_by_label("Price in EUR").fill("0")
    page.get_by_role("button", name="Add a price").click()
    second = page.get_by_role("group", name="Price 2")
    second.get_by_label("Price in EUR").fill("7.50")
    assert barriers(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Shipping methods")).to_contain_text("from €30.00")
    page.get_by_role("button", name="Another country").click()
    page.get_by_label("Country", exact=True).select_option("IS")
    page.get_by_label("Tax in percent").fill("24")
    page.get_by_label("The tax", exact=True).select_option("is added to the prices")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Iceland")).to_contain_text("24%")
    page.get_by_role("button", name="Log out").click()

    lamp_in_cart(page, lamps)
    fill_address(page)
    page.get_by_label("Country").select_option("IS")
    expect(page.get_by_role("radio", name=re.compile("Ferry.*Free from €30.00.*€7.50"))).to_be_checked()
    expect(page.get_by_role("region", name="Your order")).to_contain_text("Tax, on top€6.58")
    expect(page.get_by_role("button", name="Pay €33.98")).to_be_enabled()


def test_a_discount_is_made_and_a_change_made_elsewhere_is_not_overwritten(page: Page, staff, worker, notes):
    notes.refusals = {404, 412}
    code = f"SPRING-{secrets.token_hex(3).upper()}"
    worker.log_in(page, "/staff/discounts")
    page.get_by_role("link", name="New discount").click()
    page.get_by_label("Code").fill(code)
    page.get_by_label("Kind").select_option("Amount off")
    page.get_by_label("Amount in EUR").fill("5")
    page.get_by_label("Ends").press_sequentially("01012020")
    page.get_by_role("button", name="Make the discount").click()
    expect(page.get_by_label("Ends")).to_have_accessible_description("Date and time, please, or neither.")
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
