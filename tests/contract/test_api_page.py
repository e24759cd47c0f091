"""docs/api.md tells of every route."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text()
ROUTES = sorted(
    path
    for service in ("users", "catalog", "orders")
    for file in (ROOT / f"{service}-service" / "chalicelib").glob("*/routes.py")
    for path in re.findall(r'\.route\("([^"]+)"', file.read_text())
)


@pytest.mark.parametrize("path", ROUTES)
def test_each_word_of_a_route_stands_in_the_contract(path):
    words = [word for word in path.split("/") if word and not word.startswith("{")]

    assert [word for word in words if not re.search(rf"/{re.escape(word)}\b", PAGE)] == []


def test_there_are_routes_to_look_for():
    assert len(ROUTES) > 80
