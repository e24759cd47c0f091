"""A browser that notices every error on a page and every request that leaves this machine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
LOOPBACK = {"localhost", "127.0.0.1"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"No browser at {CHROMIUM}, so the storefront is not tested in one: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@dataclass
class Notes:
    """What a page did besides what it shows. `refusals`: statuses a test provokes; browsers log them as errors."""

    refusals: set[int] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def on_console(self, message: object) -> None:
        text = str(message.text)
        provoked = any(f"status of {status} " in text for status in self.refusals)
        if message.type in ("error", "warning") and not provoked:
            self.errors.append(text)

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
def page(browser: Browser, shop, notes: Notes) -> Iterator[Page]:
    """A new visitor on the shop's front page. Another page that it opens is watched as well."""
    context = browser.new_context(base_url=shop.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    context.on("console", notes.on_console)
    context.on("weberror", lambda error: notes.errors.append(str(error.error)))
    context.on("request", notes.on_request)
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()
