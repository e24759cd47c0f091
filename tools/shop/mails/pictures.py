"""What the mails look like: pictures for docs/, made by Chromium and playwright (see tests/requirements.txt)."""

from io import BytesIO
from pathlib import Path

import jinja2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tools.shop.home import ROOT
from tools.shop.mails.authoring import SHIPPED

CHROMIUM = Path("/usr/bin/chromium")
PICTURES = ROOT / "docs" / "images"
WIDTH, HEIGHT, SCALE = 640, 200, 2
COLOURS = 64  # text on plain grounds: a third of the bytes, and no difference to see
EXAMPLE = {
    "name": "Ann Example",
    "at": "23 November 2026 at 09:33 UTC",
    "support": "help@shop.example",
    "password_page": "https://shop.example/forgot-password",
}
QUERY = "?token=nqvX2b0wM8Jt0k5uVq0o3l7cYp9sD4eFhG6iRzTaXyE"
LINKS = {
    "confirm_address": f"/confirm-email{QUERY}",
    "confirm_new_address": f"/confirm-email{QUERY}",
    "password_reset": f"/reset-password{QUERY}",
    "password_changed": "/forgot-password",
    "address_taken": "/login",
}


def draw() -> list[Path]:
    """One picture a mail, of the shipped templates."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
        return [picture(page, path) for path in sorted(SHIPPED.glob("*.html"))]


def picture(page: Page, template: Path) -> Path:
    markup = jinja2.Template(template.read_text("utf-8"), undefined=jinja2.StrictUndefined)
    page.set_content(markup.render(EXAMPLE, link=f"https://shop.example{LINKS.get(template.stem)}"))
    drawn = Image.open(BytesIO(page.screenshot(full_page=True)))
    target = PICTURES / f"mail-{template.stem.replace('_', '-')}.png"
    drawn.convert("RGB").quantize(COLOURS).save(target, optimize=True)
    return target
