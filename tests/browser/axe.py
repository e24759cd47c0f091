"""What keeps people from using a page, as far as axe-core can tell."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def barriers(page: Page) -> list[str]:
    """Each broken rule with the elements that break it, of the page as it is shown."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]
