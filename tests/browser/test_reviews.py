"""From the parcel to the stars, in a browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.browser.goods import Lamps
from tests.browser.people import Person
from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.web import Web


def buy(ada: Person, lamps: Lamps) -> dict:
    """Two red lamps."""
    bought = Buyer(ada.elsewhere().web).with_one(lamps.sku("red"), 2).buy()
    assert bought.status in (201, 202), bought
    return bought.json


def deliver(staff: Web, order: dict) -> None:
    address = f"/orders/{order['id']}"
    assert eventually(lambda: staff.get(address).json["status"] == "confirmed")
    shipped = staff.post(
        f"{address}/shipments", {"carrier": "DHL", "tracking_number": "JD014"}, Idempotency_Key=address
    )
    assert shipped.status == 201, shipped
    assert staff.post(f"{address}/deliver").status == 200


def write_review(page: Page, stars: int, title: str) -> None:
    page.get_by_role("radio", name=f"{stars} star").check()
    page.get_by_label("In a few words").fill(title)


def test_staff_ship_an_order_in_parts_and_its_buyer_follows_it(page: Page, shop, ada, lamps, worker, notes):
    order = buy(ada, lamps)
    worker.log_in(page, "/staff/orders")
    page.get_by_role("main").get_by_role("link", name=order["number"]).click()
    page.get_by_label("Carrier").fill("DHL")
    page.get_by_label("Tracking number").fill("JD0140")
    page.get_by_label(lamps.name).fill("1")
    assert barriers(page) == []
    page.get_by_role("button", name="Ship this").click()
    expect(page.get_by_text("1 left to ship")).to_be_visible()
    page.get_by_label("Carrier").fill("UPS")
    page.get_by_role("button", name="Ship this").click()
    page.get_by_role("button", name="Mark as delivered").click()
    page.get_by_role("button", name="Yes, delivered").click()
    expect(page.get_by_role("region", name="Order").get_by_text("Delivered", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="What has happened")).to_contain_text("Delivered")

    page.get_by_role("button", name="Log out").click()
    ada.log_in(page)
    page.goto(f"/order/{order['id']}")
    expect(page.get_by_role("heading", name="Your order was delivered")).to_be_visible()
    expect(page.get_by_role("region", name="Shipments")).to_contain_text(re.compile("DHL.*JD0140.*UPS", re.DOTALL))
    assert barriers(page) == []


def test_who_received_it_reviews_it_and_the_stars_appear(page: Page, ada, lamps, staff, notes):
    order = buy(ada, lamps)
    deliver(staff, order)
    ada.log_in(page)
    page.goto(f"/order/{order['id']}")
    page.get_by_role("link", name=f"Review {lamps.name}").click()
    write_review(page, 4, "Warm light")
    assert barriers(page) == []
    page.get_by_role("button", name="Send it").click()

    expect(page.get_by_role("list", name="Reviews")).to_contain_text("Warm light")
    expect(page.get_by_role("img", name="4 out of 5 stars").first).to_be_visible()
    page.get_by_role("button", name="Change it").click()
    write_review(page, 2, "Hums")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("list", name="Reviews")).to_contain_text("Hums")
    expect(page.get_by_role("img", name="2 out of 5 stars").first).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Nobody has reviewed this yet.")).to_be_visible()


def test_staff_reject_a_review_and_its_author_is_told_why(page: Page, ada, lamps, staff, worker, notes):
    deliver(staff, buy(ada, lamps))
    own, address = ada.elsewhere().web, f"/products/{lamps.id}/reviews"
    assert eventually(lambda: own.post(address, {"rating": 1, "title": f"Bad {lamps.slug}"}).status == 201)
    worker.log_in(page, "/staff/reviews")
    page.get_by_label("Show").select_option("Published")
    review = page.get_by_role("listitem").filter(has_text=f"Bad {lamps.slug}")
    review.get_by_role("button", name="Reject").click()
    review.get_by_label("Why?").fill("It names a person.")
    assert barriers(page) == []
    review.get_by_role("button", name="Reject it").click()
    expect(review).to_contain_text("Rejected")

    page.get_by_role("button", name="Log out").click()
    ada.log_in(page)
    page.goto(f"/product/{lamps.slug}")
    expect(page.get_by_role("main")).to_contain_text("We do not show it: It names a person.")
    expect(page.get_by_text("Nobody has reviewed this yet.")).to_be_visible()


def test_others_are_told_kindly_why_they_cannot_review(page: Page, ada, lamps, notes):
    page.goto(f"/product/{lamps.slug}")
    page.get_by_role("main").get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_label("Password").fill(ada.password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()

    expect(page.get_by_text("Once yours is delivered, you can write one here.")).to_be_visible()
