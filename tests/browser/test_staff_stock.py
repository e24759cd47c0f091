"""Stock, imports and exports in a browser."""

import secrets

from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.system.eventually import eventually

COLUMNS = "slug,name,status,sku,price,currency,stock"


def test_a_correction_is_in_the_history_and_what_is_low_on_the_list(page: Page, lamps, worker, notes):
    worker.log_in(page, "/staff")
    page.goto(f"/staff/products/{lamps.id}")
    page.get_by_role("link", name=lamps.sku("red")).click()
    page.get_by_label("By how many").fill("-2")
    page.get_by_label("Why").fill("Broken in the store")
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_role("row", name="Broken in the store")).to_contain_text("-2")
    page.get_by_label("Counters").fill("4")
    page.get_by_role("region", name="Many buyers at once").get_by_role("button", name="Save").click()
    expect(page.get_by_text("The stock is spread.")).to_be_visible()
    page.get_by_label("Low at").fill("4")
    page.get_by_role("region", name="Low stock").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert barriers(page) == []

    assert lamps.available("red") == 3
    assert low_in_the_end(lamps)
    page.get_by_role("navigation", name="Staff").get_by_role("link", name="Stock").click()
    expect(page.get_by_role("row", name=lamps.sku("red"))).to_contain_text("3")
    assert barriers(page) == []


def low_in_the_end(lamps) -> bool:
    return eventually(lambda: lamps.sku("red") in str(lamps.staff.get("/stock?low=true&limit=100").json))


def test_a_file_is_imported_and_its_bad_rows_are_named(page: Page, worker, notes):
    slug = f"imported-{secrets.token_hex(4)}"
    rows = [f"{slug},Imported bowl,active,{slug},1250,EUR,4", f"{slug}-2,No price,active,{slug}-2,much,EUR,4"]
    worker.log_in(page, "/staff/transfer")
    page.get_by_label("File with products").set_input_files(
        {"name": "bowls.csv", "mimeType": "text/csv", "buffer": "\n".join([COLUMNS, *rows]).encode()}
    )
    page.get_by_role("button", name="Import", exact=True).click()

    imported = page.get_by_role("list", name="Imports").get_by_role("listitem").first
    expect(imported).to_contain_text("1 of 2 rows done, 1 could not be taken")
    expect(imported.get_by_role("row", name=f"{slug}-2")).to_contain_text("3")
    assert barriers(page) == []
    page.goto(f"/product/{slug}")
    expect(page.locator(".product-price")).to_have_text("€12.50")


def test_a_file_of_another_kind_is_not_even_sent(page: Page, worker, notes):
    worker.log_in(page, "/staff/transfer")
    page.get_by_label("File with products").set_input_files({"name": "a.pdf", "mimeType": "text/csv", "buffer": b"x"})

    expect(page.get_by_role("alert")).to_contain_text(".csv, .jsonl or .zip")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()


def test_an_export_can_be_downloaded_when_it_is_ready(page: Page, lamps, worker, notes):
    worker.log_in(page, "/staff/transfer")
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="download").click()

    assert lamps.slug in download.value.path().read_text()
