"""Searching in a browser."""

import re
import secrets
import string
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import barriers
from tests.browser.goods import Lamps
from tests.system.eventually import eventually


@dataclass(frozen=True)
class Found:
    """A word that two products have in their names and no other product has."""

    word: str
    lamps: Lamps
    kettle: str


@pytest.fixture(scope="module")
def found(staff) -> Found:
    word = "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))
    lamps = Lamps.on_sale(staff, name=f"Lamp {word}")
    kettle = f"Kettle {word}"
    price = {"amount": 12_000, "currency": "EUR"}
    variants = [{"sku": f"{word}-kettle", "price": price, "stock": 3}]
    made = staff.post("/products", {"slug": f"kettle-{word}", "name": kettle, "status": "active", "variants": variants})
    assert made.status == 201, made
    assert eventually(lambda: len(staff.get(f"/products?q={word}").json["items"]) == 2), "the index does not follow"
    return Found(word, lamps, kettle)


def search_for(page: Page, words: str) -> None:
    page.get_by_role("combobox", name="Search the shop").fill(words)
    page.keyboard.press("Enter")


def expect_count(page: Page, text: str) -> None:
    expect(page.get_by_role("main").get_by_role("status").filter(has_text=text)).to_be_visible()


def test_a_search_is_narrowed_shared_and_gone_back_to(page: Page, found, notes):
    page.goto("/")
    search_for(page, found.word)
    expect_count(page, "2 products found")
    assert barriers(page) == []
    page.get_by_role("list", name="Category").get_by_role("link", name=found.lamps.category).click()
    expect_count(page, "1 product found")
    page.get_by_role("list", name="Price").get_by_role("link", name="€10.00 to €25.00").click()
    expect(page.get_by_role("list", name="Chosen filters").get_by_role("link")).to_have_count(3)

    page.goto(page.url)
    expect_count(page, "1 product found")
    page.get_by_role("link", name=found.lamps.name).click()
    expect(page.get_by_role("heading", name=found.lamps.name)).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("link", name="€10.00 to €25.00")).to_have_count(1)
    page.get_by_role("link", name=f"Remove the filter {found.lamps.category}").click()

    expect_count(page, "2 products found")


def test_a_typo_finds_all_the_same(page: Page, found, notes):
    page.goto("/")
    search_for(page, found.word[:4] + found.word[5:])

    expect(page.get_by_role("main").get_by_role("link", name=found.lamps.name)).to_be_visible()


def test_a_suggestion_is_chosen_by_keyboard(page: Page, found, notes):
    page.goto("/cart")
    page.get_by_role("combobox", name="Search the shop").fill(f"kettle {found.word[:6]}")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=found.kettle)).to_be_visible()


def test_results_follow_what_is_typed_and_a_newer_question_ends_the_older(page: Page, found, notes):
    given_up = []
    page.on("requestfailed", lambda request: given_up.append(request.url))
    page.goto("/search?q=")
    page.route(re.compile(rf"q={found.word[:5]}$"), lambda route: None)  # never answered
    words = page.get_by_role("combobox", name="Search the shop")
    with page.expect_request(re.compile(rf"q={found.word[:5]}$")):
        words.fill(found.word[:5])
    words.fill(found.word)

    expect_count(page, "2 products found")
    expect(words).to_be_focused()
    assert [address.partition("q=")[2] for address in given_up] == [found.word[:5]]


def test_nothing_found_is_said_in_words(page: Page, notes):
    page.goto(f"/search?q={secrets.token_hex(20)}")

    expect(page.get_by_text("Nothing fits your search")).to_be_visible()
    assert barriers(page) == []


def test_a_service_that_is_down_is_said_to_be_and_can_be_asked_again(page: Page, found, notes):
    notes.refusals = {503}

    def down(route: Route) -> None:
        route.fulfill(status=503, json={"code": "unavailable", "status": 503}, headers={"Retry-After": "2"})

    page.route(re.compile(r"/api/products\?"), down)
    page.goto(f"/search?q={found.word}")
    expect(page.get_by_role("alert")).to_contain_text("not available right now")
    page.unroute(re.compile(r"/api/products\?"))
    page.get_by_role("button", name="Try again").click()

    expect_count(page, "2 products found")
