"""What the mails look like: pictures for docs/, made by Chromium and playwright (see tests/requirements.txt)."""

from io import BytesIO
from pathlib import Path

import jinja2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tools.shop.home import ROOT
from tools.shop.mails import examples
from tools.shop.mails.authoring import MAILERS, shipped

CHROMIUM = Path("/usr/bin/chromium")
PICTURES = ROOT / "docs" / "images"
WIDTH, HEIGHT, SCALE = 640, 200, 2
COLOURS = 64  # text on plain grounds: a third of the bytes, and no difference to see


def draw() -> list[Path]:
    """One picture a mail, of the shipped templates."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
        kinds = [(service, path) for service in MAILERS for path in sorted(shipped(service).glob("*.html"))]
        return [picture(page, service, path) for service, path in kinds]


def picture(page: Page, service: str, template: Path) -> Path:
    page.set_content(filled(service, template))
    drawn = Image.open(BytesIO(page.screenshot(full_page=True)))
    target = PICTURES / f"mail-{template.stem.replace('_', '-')}.png"
    drawn.convert("RGB").quantize(COLOURS).save(target, optimize=True)
    return target


def filled(service: str, template: Path) -> str:
    markup = jinja2.Template(template.read_text("utf-8"), undefined=jinja2.StrictUndefined)
    text: str = markup.render(examples.of_mail(service, template.stem))
    return text
