"""A browser that notices every error on a page and every request that leaves this machine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.goods import Lamps
from tests.browser.people import Person
from tests.browser.purchases import Purchase
from tests.support.running_shop import Shop
from tests.system.web import Web

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = {"localhost", "127.0.0.1"}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Function) -> None:
    """Before any fixture, so that no shop is started for nothing."""
    if "browser" in item.fixturenames and not CHROMIUM.exists():
        pytest.skip(f"No browser at {CHROMIUM}, so the storefront is not tested in one: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@dataclass
class Notes:
    """What a page did besides what it shows.

    Browsers log every refusal as an error: `refusals` are the statuses that a test provokes, `cut_off` the error of a
    connection that it cuts.
    """

    refusals: set[int] = field(default_factory=set)
    cut_off: str = "(nothing is cut off)"
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        text = message.text
        provoked = any(f"status of {status} " in text for status in self.refusals) or self.cut_off in text
        if message.type in ("error", "warning") and not provoked:
            self.errors.append(f"{text} ({message.location['url']})")

    def on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("blob", "data") and address.hostname not in LOOPBACK:
            self.outside.append(request.url)


@pytest.fixture
def notes() -> Iterator[Notes]:
    notes = Notes()
    yield notes
    assert notes.errors == []
    assert notes.outside == []


@pytest.fixture
def page(browser: Browser, shop: Shop, notes: Notes) -> Iterator[Page]:
    """A new visitor. What pages that this one opens ask for is watched as well."""
    context = browser.new_context(base_url=shop.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    context.on("request", notes.on_request)
    page = context.new_page()
    page.on("console", notes.on_console)
    page.on("pageerror", lambda error: notes.errors.append(str(error)))
    yield page
    context.close()


@pytest.fixture(scope="module")
def staff(shop: Shop) -> Web:
    return shop.as_role("staff")


@pytest.fixture
def lamps(staff: Web) -> Lamps:
    return Lamps.on_sale(staff)


@pytest.fixture(scope="session")
def worker(shop: Shop) -> Person:
    return Person.working_as(shop, "staff")


@pytest.fixture(scope="session")
def admin(shop: Shop) -> Person:
    return Person.working_as(shop, "admin")


@pytest.fixture
def ada(shop: Shop) -> Person:
    """A new customer."""
    return Person.with_account(shop)


@pytest.fixture
def purchase(ada: Person, lamps: Lamps) -> Purchase:
    """Two red lamps that have arrived at Ada's."""
    return Purchase.of(ada.elsewhere().web, lamps, quantity=2).delivered()
