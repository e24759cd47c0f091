"""Staff in a browser: a picture goes straight to the store and is seen in the shop."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.pictures import png


def upload(page: Page, name: str, kind: str, content: bytes) -> None:
    page.get_by_label("Picture", exact=True).set_input_files({"name": name, "mimeType": kind, "buffer": content})
    page.get_by_label("What it shows").fill("A lamp in teal")
    page.get_by_role("button", name="Upload").click()


def test_staff_upload_a_picture_and_the_shop_shows_it(page: Page, lamps, worker, notes):
    worker.log_in(page, "/staff")
    page.goto(f"/staff/products/{lamps.id}")
    with page.expect_request(lambda request: request.method == "POST" and "/api/" not in request.url) as sent:
        upload(page, "lamp.png", "image/png", png("teal"))
    expect(page.locator(".staff-pictures img")).to_be_visible()
    page.get_by_role("link", name="See it in the shop").click()

    picture = page.get_by_role("img", name="A lamp in teal")
    expect(picture).to_be_visible()
    shown = picture.evaluate("image => image.decode().then(() => image.currentSrc)")
    assert shown.partition("?")[0].endswith("-640.webp")
    assert [picture.get_attribute("width"), picture.get_attribute("height")] == ["640", "480"]
    assert sent.value.headers["content-type"].startswith("multipart/form-data")


def test_a_picture_that_is_being_made_ready_appears_without_a_reload(page: Page, lamps, worker, notes):
    notes.cut_off = "net::ERR_FAILED"
    asked, lost = [], []

    def not_ready_at_first(route: Route) -> None:
        if asked.count(1) == 1 and not lost:
            lost.append(route.request.url)
            return route.abort()
        answer = route.fetch()
        product = answer.json()
        asked.append(len(product["images"]))
        if asked.count(1) <= 2:
            for image in product["images"]:
                image.update(status="processing", url=None, thumb_url=None, renditions=[])
        return route.fulfill(response=answer, json=product)

    page.route(re.compile(rf"/api/products/{lamps.id}$"), not_ready_at_first)
    worker.log_in(page, "/staff")
    page.goto(f"/staff/products/{lamps.id}")
    page.get_by_label("Description").fill("Not saved yet")
    upload(page, "lamp.png", "image/png", png("teal"))

    expect(page.get_by_text("The picture A lamp in teal is being made ready")).to_be_attached()
    expect(page.locator(".staff-pictures img")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Not saved yet")
    assert asked.count(1) == 3


def test_a_file_that_is_no_picture_is_refused_in_plain_words(page: Page, lamps, worker, notes):
    notes.refusals = {422}
    worker.log_in(page, "/staff")
    page.goto(f"/staff/products/{lamps.id}")
    upload(page, "lamp.png", "image/png", b"<html>not a picture</html>")

    expect(page.get_by_role("alert")).to_contain_text("not the picture that it claims to be")


def test_staff_add_a_product_and_set_its_stock(page: Page, lamps, worker, notes):
    worker.log_in(page, "/staff")
    page.get_by_role("link", name="New product").click()
    page.get_by_label("Name", exact=True).fill(f"Bowl of {lamps.name}")
    page.get_by_label("Status").select_option("active")
    page.get_by_label(lamps.category).check()
    page.get_by_label("SKU").fill(f"BOWL-{lamps.slug}"[:64])
    page.get_by_label("Price in EUR").fill("12.50")
    page.get_by_label("In stock").fill("4")
    page.get_by_role("button", name="Create product").click()
    page.get_by_role("link", name="See it in the shop").click()

    expect(page.get_by_role("heading", name=f"Bowl of {lamps.name}")).to_be_visible()
    expect(page.locator(".product-price")).to_have_text("€12.50")
    expect(page.get_by_role("main")).to_contain_text("Only 4 left")


def test_a_stranger_sees_no_staff_page(page: Page, notes):
    page.goto("/staff")

    expect(page.get_by_role("main").get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
