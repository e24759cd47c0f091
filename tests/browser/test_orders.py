"""The buyer's own orders in a browser: what became of them, invoices, and sending something back."""

from playwright.sync_api import Page, expect

from tests.browser.axe import barriers


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
