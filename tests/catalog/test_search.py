"""Search as customers and staff ask for it: what is found, in which order, how it is counted, and how it goes on."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from tests.catalog.conftest import euros

UNAVAILABLE = 503


@pytest.fixture
def deliver(api) -> Callable[[], None]:
    """Tells of every item of the catalog table, as its stream does at least once; then the index is asked anew."""
    import app
    from chalicelib import config
    from chalicelib.search.reader import reader

    def told() -> None:
        rows = boto3.client("dynamodb").scan(TableName=config.CATALOG_TABLE)["Items"]
        keys = [{name: row[name] for name in ("pk", "sk")} for row in rows]
        app.follow_catalog({"Records": [{"dynamodb": {"Keys": key}} for key in keys]}, None)
        reader._asked_at = (0.0, 0.0)

    return told


class Searches:
    def __init__(self, api: Any, deliver: Callable[[], None]) -> None:
        self.api, self.deliver = api, deliver

    def ask(self, q: str | None = None, role: str | None = None, **filters: Any) -> Any:
        self.deliver()
        given = {**({} if q is None else {"q": q}), **filters}
        query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items())
        return self.api.get(f"/products?{query}", role=role)

    def __call__(self, q: str | None = None, role: str | None = None, **filters: Any) -> list[str]:
        """Names, the best first."""
        answer = self.ask(q, role, **filters)
        assert answer.status == 200, answer
        return [card["name"] for card in answer.json["items"]]

    def facets(self, q: str | None = None, **filters: Any) -> tuple[dict[str, int], dict[int, int]]:
        """How many there are by category, and by the lower end of each price band."""
        found = self.ask(q, **filters).json["facets"]
        by_price = {one["min_price"]["amount"]: one["count"] for one in found["prices"]}
        return {one["slug"]: one["count"] for one in found["categories"]}, by_price


@pytest.fixture
def search(api, deliver) -> Searches:
    return Searches(api, deliver)


@pytest.fixture
def named(shop, shop_clock):
    """Products of these names, the first the oldest; a text after a colon is the description."""

    def make(*names: str, **fields: Any) -> list[Any]:
        made = []
        for number, name in enumerate(names):
            shop_clock.forward(1)
            name, _, text = name.partition(": ")
            slug = f"{'-'.join(fields)}-{number}-{len(names)}".strip("-").replace("_", "-")
            variants = [{"sku": f"SKU-{slug}", "price": euros(1000), "stock": 5}]
            made.append(shop.product(slug, **{"name": name, "description": text, "variants": variants, **fields}))
        return made

    return make


def test_nothing_is_found_while_there_is_nothing(search):
    assert search.ask("lamp").json == {"items": [], "next_cursor": None, "facets": {"categories": [], "prices": []}}


def test_the_best_come_first(search, named):
    named("Lamp", "Lamppost", "Table: An oak one for a lamp", "Oak lamp")
    expected = {
        "lamp": ["Lamp", "Oak lamp", "Lamppost", "Table"],  # whole in a short name, as a beginning, only described
        "LÁMPS": ["Lamp", "Oak lamp", "Table"],
        "oak lamp": ["Oak lamp", "Table"],
        "lamp oa": ["Oak lamp", "Table"],
        "lampp": ["Lamppost"],
        "lapms": ["Lamp", "Oak lamp", "Table"],
        "lam": ["Lamppost", "Lamp", "Oak lamp", "Table"],
        "lamp zebra": ["Lamp", "Oak lamp", "Lamppost", "Table"],  # nothing has both
        "oak lamp zebra": ["Oak lamp", "Table"],
        "zebra": [],
        "!?": [],
        "🙂": [],
        "  ": ["Oak lamp", "Table", "Lamppost", "Lamp"],
    }

    assert {q: search(q) for q in expected} == expected


def test_any_writing_skus_and_signs_are_found(search, named, shop):
    named("Straße", "Crème brûlée", "北欧风格台灯")
    shop.product("bulb", name="Bulb", variants=[{"sku": "ABC-12.7_X", "price": euros(100)}])
    expected = {
        "Straße": ["strasse", "STRASSE", "straße", "stra"],
        "Crème brûlée": ["creme brulee", "BRÛLÉE"],
        "北欧风格台灯": ["台灯", "灯", "北欧 台灯"],
        "Bulb": ["ABC-12.7_x", "abc 12", "(abc)"],
    }

    assert {name: [search(q) for q in qs] for name, qs in expected.items()} == {
        name: [[name]] * len(qs) for name, qs in expected.items()
    }


def test_options_and_categories_are_found_like_descriptions(search, shop, api):
    category = api.post("/categories", {"slug": "bath", "name": "Bathroom"}, role="staff").json
    variants = [{"sku": "T1", "price": euros(100), "options": {"Colour": "Teal"}}]
    shop.product("towel", category_ids=[category["id"]], variants=variants)

    assert search("teal") == search("bathrooms") == search("bathr") == search("bahtroom towel") == ["Towel"]
    renamed = api.patch(f"/categories/{category['id']}", {"name": "Spa"}, role="staff", If_Match='"1"')
    assert renamed.status == 200
    assert (search("bathroom"), search("spa")) == ([], ["Towel"])


def test_a_question_may_have_200_characters_and_no_more(search, named):
    named("Lamp")

    assert search("lamp " * 40) == ["Lamp"]
    refused = search.ask("x" * 201)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "q")


def test_a_change_is_found_by_its_new_words_only(search, shop, named):
    (product,) = named("Lamp")
    search("lamp")

    shop.change(product, name="Candle")

    assert (search("lamp"), search("candle")) == ([], ["Candle"])


def test_what_is_archived_is_gone_and_comes_back(search, shop, named):
    (product,) = named("Lamp")
    search("lamp")

    shop.archive(product)
    assert search("lamp") == []
    shop.change(product, version=2, status="active")
    assert search("lamp") == ["Lamp"]


def test_a_card_is_as_in_lists_also_when_it_sells_out(search, api, shop, stream):
    shop.product(variants=[{"sku": "LAMP", "price": euros(900), "compare_at_price": euros(1200), "stock": 1}])
    assert search.ask("lamp").json["items"] == api.get("/products").json["items"]
    stream.deliver()
    shop.set_stock("LAMP", 0)
    stream.deliver()

    (card,) = search.ask("lamp").json["items"]

    assert card["available"] is False
    assert [card] == api.get("/products").json["items"]


def test_drafts_are_for_staff_who_ask_for_them(search, shop, named):
    named("Lamp draft", status="draft")
    named("Lamp")
    shop.archive(named("Lamp archived", description="x")[0])

    assert search("lamp") == search("lamp", role="staff") == search("", role="admin") == ["Lamp"]
    assert search("draft") == []
    assert search("lamp", role="staff", status="draft") == ["Lamp draft"]
    assert sorted(search("lamp", role="staff", status="all")) == ["Lamp", "Lamp draft"]
    assert search("lamp", role="staff", status="active") == ["Lamp"]
    assert search.ask("lamp", role="customer", status="draft").status == 403
    refused = search.ask("lamp", role="staff", status="archived")
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "status")


def test_a_draft_has_no_influence_on_what_customers_find(search, named):
    named("Candel", status="draft")
    named("Candle")

    assert search("candel") == ["Candle"]


@pytest.fixture
def tree(shop):
    top = shop.category("home")
    return {"home": top, "lights": shop.category("lights", top), "rugs": shop.category("rugs", top)}


@pytest.fixture
def range_(shop, tree):
    for slug, category, cents in (
        ("lamp-a", "lights", 999),
        ("lamp-b", "lights", 1000),
        ("lamp-c", "home", 2499),
        ("rug-lamp", "rugs", 100_000),
    ):
        variants = [{"sku": slug, "price": euros(cents)}, {"sku": f"{slug}-2", "price": euros(cents + 1)}]
        shop.product(slug, name=slug, category_ids=[tree[category]], variants=variants)
    shop.product("lamp-bare", name="lamp-bare", variants=[])


def test_filters_leave_what_fits_them(search, range_):
    assert sorted(search("lamp", category="home")) == ["lamp-a", "lamp-b", "lamp-c", "rug-lamp"]
    assert sorted(search("lamp", category="lights")) == ["lamp-a", "lamp-b"]
    assert search("lamp", category="none") == []
    assert search("lamp", min_price=1000, max_price=1000) == ["lamp-b"]
    assert search("lamp", max_price=999) == ["lamp-a"]
    assert search("lamp", min_price=2499) == ["rug-lamp", "lamp-c"]
    assert search("lamp", min_price=1001, max_price=1000) == []
    assert search(category="lights", max_price=10**11) == ["lamp-b", "lamp-a"]
    assert len(search("lamp")) == 5


def test_facets_count_what_the_other_filters_leave(search, range_):
    everything = {"home": 4, "lights": 2, "rugs": 1}, {0: 1, 1000: 2, 100_000: 1}
    assert search.facets("lamp") == search.facets("") == everything
    assert search.facets("lamp", category="lights") == (everything[0], {0: 1, 1000: 1})
    assert search.facets("lamp", max_price=1000) == ({"home": 2, "lights": 2}, everything[1])
    assert search.facets("zebra") == ({}, {})
    last = search.ask("rug").json["facets"]["prices"]
    assert last == [{"min_price": euros(100_000), "max_price": None, "count": 1}]


def test_prices_and_cards_are_in_the_currency_asked_for(search, shop):
    dollars = {"price": {"amount": 2600, "currency": "USD"}, "compare_at_price": {"amount": 3000, "currency": "USD"}}
    shop.product("both", name="Lamp both", variants=[{"sku": "B", "price": euros(900), "prices": [dollars]}])
    shop.product("euro", name="Lamp euro")

    (card,) = search.ask("lamp", currency="USD").json["items"]
    assert (card["price"], card["compare_at_price"]) == (dollars["price"], dollars["compare_at_price"])
    assert sorted(search("lamp", currency="EUR")) == ["Lamp both", "Lamp euro"]
    assert search("lamp", currency="USD", min_price=2600, max_price=2600) == ["Lamp both"]
    assert search("lamp", currency="USD", max_price=2599) == search("lamp", currency="CHF") == []
    (band,) = search.ask("lamp", currency="USD").json["facets"]["prices"]
    assert (band["min_price"]["amount"], band["min_price"]["currency"], band["count"]) == (2500, "USD", 1)


def test_every_language_is_searched_and_the_card_is_in_the_one_asked_for(search, shop):
    shop.product("lamp", name="Lamp", translations={"de": {"name": "Leuchte", "description": "Aus Eiche"}})

    assert search("leuchte") == search("eiche") == search("lamp") == ["Lamp"]
    assert search("lamp", locale="de-AT") == ["Leuchte"]


@pytest.mark.parametrize("q", ["lamp", "", "lamp nothing", "lapms"])
def test_pages_neither_repeat_nor_leave_out(search, named, q):
    named(*(f"Lamp {'oak ' * (number % 3)}: {'brass' * (number % 2)}" for number in range(5)))
    every = search(q)
    for limit in (1, 2, 5):
        found, cursor = [], {}
        while cursor is not None:
            page = search.ask(q, limit=limit, **cursor).json
            found += [card["name"] for card in page["items"]]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        assert found == every
    assert len(every) == 5


def test_a_cursor_fits_one_question_only(search, named):
    named("Lamp one", "Lamp two", "Lamp three")
    asked = {"category": "", "min_price": 0, "max_price": 5000, "currency": "EUR"}
    cursor = search.ask("lamp", limit=1, **asked).json["next_cursor"]

    assert search.ask("lamp", limit=2, cursor=cursor, **asked).status == 200
    for name, value in {"min_price": 1, "max_price": 5001, "currency": "USD", "category": "x", "q": "lamps"}.items():
        assert search.ask(**{"q": "lamp", **asked, name: value, "cursor": cursor}).code == "cursor_invalid"
    assert search.ask("lamp", cursor=cursor).code == "cursor_invalid"
    assert search.ask("lamp", cursor="x").code == "cursor_invalid"
    staff = search.ask("lamp", limit=1, status="all", role="staff").json["next_cursor"]
    assert search.ask("lamp", status="all", role="admin", cursor=staff).code == "cursor_invalid"
    assert search.ask("lamp", cursor=staff).code == "cursor_invalid"


def test_without_s3_the_last_index_serves_and_a_new_process_says_so(search, named, api, monkeypatch):
    from chalicelib import config
    from chalicelib.search.reader import reader
    from common.problems import Unavailable

    def down(*_: object) -> None:
        raise Unavailable

    named("Lamp")
    search("lamp")
    monkeypatch.setattr(config.bucket, "read", down)
    monkeypatch.setattr(config.bucket, "read_newer", down)
    reader._asked_at = (0.0, 0.0)

    assert len(api.get("/products?q=lamp").json["items"]) == 1
    reader.forget()
    refused = api.get("/products?q=lamp")
    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (UNAVAILABLE, "unavailable", "1")
    assert len(api.get("/products").json["items"]) == 1


def test_a_search_reads_the_categories_at_most_and_asks_s3_once_a_second(search, named, deliver, api, calls):
    named("Lamp")
    search("lamp")
    deliver()
    calls.clear()
    for _ in range(5):
        api.get("/products?q=lamp&category=lights&max_price=100")

    assert calls.dynamodb == ["Query"] * 5  # an unknown slug is looked for anew
    assert calls.of("s3") == ["GetObject"]
    calls.clear()
    api.get("/products?q=lamp")
    assert calls.made == []


def test_changes_are_read_in_one_batch_and_written_in_one_object(named, deliver, calls):
    named("Lamp", "Table")
    deliver()
    named(*(f"Lamp {number}" for number in range(30)))
    calls.clear()
    deliver()
    assert calls.dynamodb == ["Scan", "BatchGetItem"]  # the scan is the test's
    assert calls.of("s3") == ["GetObject", "PutObject"]

    calls.clear()
    deliver()
    assert calls.of("s3") == ["GetObject"]  # a repeat has nothing to write


def test_where_there_is_no_index_or_a_damaged_one_the_next_change_makes_it_of_all_products(search, named, api):
    import app
    from chalicelib import config
    from chalicelib.search.reader import reader

    def change(product: Any) -> list[str]:
        keys = {"pk": {"S": f"PROD#{product['id']}"}, "sk": {"S": "META"}}
        app.follow_catalog({"Records": [{"dynamodb": {"Keys": keys}}]}, None)
        reader.forget()
        return [card["name"] for card in api.get("/products?q=lamp").json["items"]]

    first, _ = named("Lamp one", "Lamp two")
    assert change(first) == ["Lamp two", "Lamp one"]
    config.bucket.put("search/index.json", b"{", "application/json")
    assert change(first) == ["Lamp two", "Lamp one"]


def test_the_index_is_proved_to_say_what_is_stored(search, shop, named, monkeypatch):
    from chalicelib.search import domain

    monkeypatch.setattr(domain, "_SETTLED_AFTER_S", 0)
    _, changed, archived = named("Kept", "Changed", "Archived")
    search("")
    assert domain.differences() == []

    shop.change(changed, name="Other")
    shop.archive(archived)
    (added,) = named("Added", description="new")
    assert domain.differences() == sorted([changed["id"], archived["id"], added["id"]])

    assert domain.rebuild() == 3
    assert domain.differences() == []
