"""What becomes of an order, in a browser: of its buyer, who gets an invoice and sends things back, and of staff."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.system.eventually import eventually


def test_what_arrived_can_be_sent_back_and_the_money_is_seen_to_return(page: Page, ada, purchase, notes):
    ada.log_in(page, f"/login?then=/order/{purchase.id}")
    expect(page.get_by_role("region", name="Shipments")).to_contain_text("00340434161094042557")
    page.get_by_role("button", name="Return something").click()
    page.get_by_label("(Red)").select_option("1 of 2")
    page.get_by_label("Why?").fill("One is enough")
    assert barriers(page) == []
    page.get_by_role("button", name="Ask for the return").click()
    returns = page.get_by_role("region", name="Returns")
    expect(returns).to_contain_text("Requested")
    expect(returns).to_contain_text("One is enough")

    purchase.judge_return("approve", "receive")
    page.reload()
    expect(returns).to_contain_text("Refund: €19.90")
    payment = page.get_by_role("region", name="Payment")
    expect(payment).to_contain_text("Refunded-€19.90")
    expect(page.get_by_role("region", name="What has happened")).to_contain_text("Return arrived")
    page.get_by_role("button", name="Return something").click()
    expect(page.get_by_label("(Red)").get_by_role("option")).to_have_text(["None", "1 of 1"])


def test_an_invoice_that_is_being_made_is_waited_for_and_can_be_kept(page: Page, ada, purchase, notes):
    asked = []

    def not_made_at_first(route) -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            return route.continue_()
        return route.fulfill(status=202, headers={"Retry-After": "1"})

    page.route("**/api/orders/*/invoice", not_made_at_first)
    ada.log_in(page, f"/login?then=/order/{purchase.id}")
    page.get_by_role("button", name="Invoice").click()
    invoice = page.get_by_role("list", name="Documents").get_by_role("link", name="Invoice")
    expect(invoice).to_be_visible()
    assert len(asked) > 1
    content = page.context.request.get(invoice.get_attribute("href"))

    assert content.body().startswith(b"%PDF")


def test_an_order_is_found_by_who_bought_it_and_by_its_day(page: Page, ada, purchase, worker, notes):
    order = purchase.order
    worker.log_in(page, "/staff/orders")
    page.get_by_label("E-mail address or customer’s id").fill(ada.email)
    page.get_by_role("button", name="Find").click()
    found = page.get_by_role("main").locator("a.order-row")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Delivered")
    page.get_by_label("Placed on").fill(order["placed_at"][:10])
    expect(page.get_by_label("E-mail address or customer’s id")).to_have_value("")
    page.get_by_role("link", name=order["number"]).click()
    page.go_back()

    expect(page.get_by_label("Placed on")).to_have_value(order["placed_at"][:10])
    assert barriers(page) == []


def test_a_return_is_taken_back_and_money_is_given_once_although_the_answer_is_lost(
    page: Page, lamps, purchase, worker, notes
):
    purchase.on_its_way_back()
    worker.log_in(page, f"/staff/orders/{purchase.id}")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="It has arrived").click()
    page.get_by_role("button", name="Yes, take it back").click()
    expect(page.get_by_role("region", name="Returns")).to_contain_text("Refund: €19.90")
    assert lamps.available("red") == 4

    keys = []

    def lose_the_first_answer(route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    notes.cut_off = "net::ERR_FAILED"
    page.route("**/api/orders/*/refunds", lose_the_first_answer)
    page.get_by_label("Amount in EUR").fill("4.00")
    page.get_by_label("Why?").fill("A scratch")
    page.get_by_role("button", name="Refund €4.00").click()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    page.get_by_role("button", name="Refund €4.00").click()
    expect(page.get_by_text("€20.80 can go back.")).to_be_visible()

    assert len(set(keys)) == 1
    assert [refund["amount"]["amount"] for refund in purchase.order["refunds"]] == [1990, 400]
    assert barriers(page) == []


def test_what_was_sold_is_in_the_report_of_the_day(page: Page, purchase, staff, worker, notes):
    day = purchase.order["placed_at"][:10]
    assert eventually(lambda: staff.get(f"/reports/sales?from={day}&to={day}").json["sums"])
    worker.log_in(page, "/staff/sales")

    table = page.get_by_role("region", name="Table of sales")
    expect(table.get_by_role("row", name="In all")).to_contain_text("€")
    expect(page.locator(".chart-bar")).to_have_count(30)
    assert barriers(page) == []
    page.get_by_label("From").press_sequentially(f"0101{day[:4]}", delay=50)
    expect(page).to_have_url(re.compile(f"from={day[:4]}-01-01"))
    expect(page.get_by_label("From")).to_have_value(f"{day[:4]}-01-01")
