"""A written list of searches over the demo range (searches.toml), and what should come first."""

import tomllib
from pathlib import Path

from tests.catalog.test_search import Searches
from tests.catalog.test_search import deliver as deliver
from tools.shop.demo import catalogue

LIST = tomllib.loads(Path(__file__).with_name("searches.toml").read_text(encoding="utf-8"))["search"]


def test_there_are_at_least_forty_searches_and_none_twice():
    assert len({one["q"] for one in LIST}) == len(LIST) >= 40


def test_every_search_shows_first_what_was_meant(api, shop, deliver):
    range_ = catalogue.load()
    ids = {one["slug"]: shop.category(one["slug"]) for one in range_.categories}
    for goods in range_.goods:
        made = api.post("/products", {**goods.body, "category_ids": [ids[goods.category]]}, role="staff")
        assert made.status == 201, made
    search = Searches(api, deliver)
    search.ask("")
    search.deliver = lambda: None

    found = {one["q"]: [card["slug"] for card in search.ask(one["q"]).json["items"]] for one in LIST}

    assert {one["q"]: found[one["q"]][:4] for one in LIST if not as_meant(one, found[one["q"]])} == {}


def as_meant(wanted, found):
    if wanted.get("none"):
        return found == []
    if "top" in wanted:
        return set(found[: len(wanted["top"])]) == set(wanted["top"])
    return found[: len(wanted["first"])] == wanted["first"]
