"""People with accounts, made as anybody makes one."""

import secrets
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.support.api import Answer
from tests.support.running_shop import Shop
from tests.system.eventually import eventually
from tests.system.web import Web, fetch_json

LAMP_STREET = {
    "name": "Ada Example",
    "line1": "Lampenweg 7",
    "postal_code": "50667",
    "city": "Cologne",
    "country": "DE",
}


@dataclass
class Person:
    shop: Shop
    email: str
    password: str

    @classmethod
    def with_account(cls, shop: Shop) -> "Person":
        person = cls(shop, f"ada-{secrets.token_hex(6)}@shop.example", secrets.token_urlsafe(15))
        web = Web(shop.url)
        registered = web.post("/users", {"email": person.email, "password": person.password, "name": "Ada Example"})
        assert registered.status == 202, registered
        confirmed = web.post("/email-verifications/confirm", {"token": person.link().partition("token=")[2]})
        assert confirmed.status == 204, confirmed
        return person

    @classmethod
    def working_as(cls, shop: Shop, role: str) -> "Person":
        """A new operator, made on the command line."""
        person = cls(shop, f"{role}-{secrets.token_hex(6)}@shop.example", secrets.token_urlsafe(15))
        password = shop.home.path / "browser-password"
        password.write_text(person.password)
        shop.command("admin", "create", person.email, "--role", role, "--password-file", str(password))
        return person

    def link(self, page: str = "/confirm-email", to: str = "") -> str:
        """Where a mail leads that comes sooner or later."""
        links = eventually(lambda: self.links(page, to))
        assert links, f"no mail leads {to or self.email} to {page}"
        return links[0]

    def links(self, page: str = "/confirm-email", to: str = "") -> list[str]:
        mails = fetch_json(f"{self.shop.url}/_inbox?to={to or self.email}")["items"]
        return [link for mail in mails for link in mail["links"] if f"{page}?" in link]

    def try_password(self, password: str) -> Answer:
        """From a device of which the shop knows nothing."""
        return Web(self.shop.url).post("/sessions", {"email": self.email, "password": password})

    def elsewhere(self) -> "Elsewhere":
        """Logged in on another device."""
        started = self.try_password(self.password)
        assert started.status == 201, started
        return Elsewhere(Web(self.shop.url, started.json["access_token"]), started.json["refresh_token"])

    def log_in(self, page: Page, path: str = "/login") -> None:
        """On a page that asks for it."""
        page.goto(path)
        fill_login(page, self.email, self.password)
        expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()


@dataclass
class Elsewhere:
    """A session that is not the browser's."""

    web: Web
    refresh_token: str

    def goes_on(self) -> bool:
        return self.web.post("/sessions/refresh", {"refresh_token": self.refresh_token}).status == 200


def fill_login(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
