"""What a page does while an answer is late, lost, or comes when the reader is somewhere else already."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.goods import Lamps
from tests.browser.people import Person
from tests.browser.steps import lamp_in_cart

CARDS = re.compile(r"/api/products\?")


def answer_later(page: Page, address: str | re.Pattern[str]) -> Callable[[], Route]:
    """What is asked of this address first waits until it is answered: the function waits for it to be asked."""
    waiting: list[Route] = []
    page.route(address, lambda route: route.continue_() if waiting else waiting.append(route))

    def asked() -> Route:
        until = time.monotonic() + 15
        while not waiting and time.monotonic() < until:
            page.wait_for_timeout(20)  # lets the page's events in, which a plain sleep does not
        return waiting[0]

    return asked


def card(name: str) -> dict[str, object]:
    price = {"amount": 100, "currency": "EUR"}
    return {"id": name, "slug": name, "name": name, "price": price, "available": True, "thumb_url": None}


def test_steps_that_are_faster_than_the_shop_add_up(page: Page, lamps: Lamps, notes):
    page.goto(f"/product/{lamps.slug}")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").click()
    more = page.get_by_role("button", name="One more")
    expect(more).to_be_enabled()
    change = answer_later(page, "**/api/cart/items/*")
    for _ in range(3):
        more.click()
    change().continue_()

    expect(page.get_by_role("link", name="Cart 4 items")).to_be_visible()
    expect(page.get_by_label("Quantity", exact=True)).to_have_value("4")


def test_more_of_a_list_that_was_left_meanwhile_does_not_take_the_place_of_the_new_one(page: Page, notes):
    def first_page(route: Route) -> None:
        sort = "price_asc" if "price_asc" in route.request.url else "newest"
        route.fulfill(json={"items": [card(sort)], "next_cursor": "more"})

    page.route(CARDS, first_page)
    more = answer_later(page, re.compile("cursor="))
    page.goto("/products")
    page.get_by_role("button", name="Load more").click()
    late = more()
    page.get_by_label("Sort by").select_option("price_asc")
    expect(page.get_by_role("link", name="price_asc")).to_be_visible()
    with page.expect_response(re.compile("cursor=")):
        late.fulfill(json={"items": [card("late")], "next_cursor": None})

    expect(page.get_by_role("button", name="Load more")).to_be_visible()
    expect(page.get_by_role("link", name="price_asc")).to_be_visible()


def test_the_cart_of_a_guest_is_not_lost_with_the_request_that_takes_it_along(page: Page, ada: Person, lamps, notes):
    notes.cut_off = "net::ERR_FAILED"
    page.route("**/api/cart/merge", lambda route: route.abort())
    lamp_in_cart(page, lamps)
    ada.log_in(page)
    expect(page.get_by_role("link", name="Cart empty")).to_be_visible()
    page.unroute("**/api/cart/merge")
    page.reload()

    expect(page.get_by_role("link", name="Cart 1 item")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('shop.guest-cart')") is None


def test_a_cart_whose_session_was_ended_is_not_called_empty(page: Page, ada: Person, lamps: Lamps, notes):
    notes.refusals = {401}
    ada.log_in(page)
    page.evaluate(
        """() => {
             const session = JSON.parse(localStorage.getItem("shop.session"));
             const ended = { ...session, access_token: "no", refresh_token: "no" };
             localStorage.setItem("shop.session", JSON.stringify(ended));
           }"""
    )
    page.goto("/cart")

    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
    page.get_by_role("link", name="Log in again").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.url.endswith("then=/cart")


def test_who_logs_out_is_gone_at_once_and_the_shop_hears_of_it_later(page: Page, ada: Person, notes):
    ada.log_in(page)
    ending = answer_later(page, "**/api/sessions/current")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in", exact=True)).to_be_visible()

    assert page.evaluate("localStorage.getItem('shop.session')") is None
    with page.expect_response("**/api/sessions/current") as ended:
        ending().continue_()
    assert ended.value.status == 204
