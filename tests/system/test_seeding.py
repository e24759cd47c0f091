"""The demo data arrives through the public API, whole, however often the seeding is stopped."""

import signal
import subprocess
import sys

import pytest

from tests.system.eventually import eventually
from tests.system.web import POOL, Web
from tools.shop.demo import catalogue
from tools.shop.home import ROOT, read_json

RANGE = catalogue.load()


@pytest.fixture(scope="module")
def seeded(shop):
    """A shop whose seeding was killed twice on its way and then run to its end."""
    web = Web(shop.url)
    for products in (1, len(RANGE.goods) // 2):
        seeding = subprocess.Popen([sys.executable, "-m", "tools.shop", "seed"], cwd=ROOT, env=shop.environment)
        assert eventually(lambda enough=products: len(on_sale(web)) >= enough)
        seeding.send_signal(signal.SIGKILL)
        seeding.wait()
    shop.command("seed")
    return web


def on_sale(web: Web) -> dict[str, dict]:
    """The demo's cards by slug; other tests may have put more into the shop."""
    wanted = {goods.slug for goods in RANGE.goods}
    return {card["slug"]: card for page in pages(web) for card in page if card["slug"] in wanted}


def pages(web: Web):
    cursor = ""
    while cursor is not None:
        listed = web.get(f"/products?limit=100{cursor and f'&cursor={cursor}'}").json
        yield listed["items"]
        cursor = listed["next_cursor"]


def test_every_product_is_there_once_with_its_variants_stock_and_picture(seeded):
    assert len(on_sale(seeded)) == len(RANGE.goods)
    for goods in RANGE.goods:
        product = seeded.get(f"/products/{goods.slug}").json
        wanted = {variant["sku"]: variant["stock"] for variant in goods.body["variants"]}
        assert {variant["sku"]: variant["available"] for variant in product["variants"]} == wanted
        assert [category["slug"] for category in product["categories"]] == [goods.category]
        assert [(image["alt"], image["width"]) for image in product["images"]] == [(goods.alt, 800)]


def test_a_category_page_shows_pictures_that_browsers_can_load(seeded):
    cards = seeded.get("/products?category=toys").json["items"]

    assert len(cards) == sum(1 for goods in RANGE.goods if goods.category == "toys")
    for card in cards:
        picture = POOL.request("GET", card["thumb_url"])
        assert (picture.status, picture.headers["Content-Type"]) == (200, "image/webp")


def test_seeding_again_changes_nothing(shop, seeded):
    before = {goods.slug: seeded.get(f"/products/{goods.slug}").json["version"] for goods in RANGE.goods}

    shop.command("seed")

    assert {goods.slug: seeded.get(f"/products/{goods.slug}").json["version"] for goods in RANGE.goods} == before


def test_a_picture_that_was_removed_comes_back(shop, seeded):
    staff = shop.as_role("staff")
    product = staff.get("/products/rubber-duck").json
    assert staff.delete(f"/products/{product['id']}/images/{product['images'][0]['id']}").status == 204

    shop.command("seed")

    assert len(staff.get("/products/rubber-duck").json["images"]) == 1


@pytest.mark.parametrize("role", ["customer", "staff", "admin"])
def test_the_demo_logins_work_and_are_private(shop, seeded, role):
    login = read_json(shop.home.logins)[role]

    session = seeded.post("/sessions", login)

    assert (session.status, session.json["user"]["role"]) == (201, role)
    assert shop.home.logins.stat().st_mode & 0o777 == 0o600


def test_there_are_ways_to_send_an_order_and_a_welcome_discount_once(seeded, shop):
    methods = {one["id"]: one for one in seeded.get("/shipping-methods?country=DE").json["items"]}

    assert methods.keys() >= {"standard", "express", "pickup"}
    assert shop.as_role("staff").get("/discounts/WELCOME10").json["value"] == 10
    shop.command("seed")
    again = {one["id"]: one for one in seeded.get("/shipping-methods?country=DE").json["items"]}
    assert again == methods
