"""Exports: a file that, imported, changes nothing, and that makes the same catalogue in an empty shop."""

import csv
import io
import json
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.conftest import euros
from tests.catalog.files import Files
from tools.shop.demo.catalogue import load

KINDS = ("csv", "jsonl")


@pytest.fixture
def files(aws, api, monkeypatch):
    return Files(aws, api, monkeypatch)


@pytest.fixture
def demo(shop):
    """A product of each category of the demo, and what it does not have."""
    catalogue = load()
    ids = {one["slug"]: shop.category(one["slug"]) for one in catalogue.categories}
    for one in {one.category: one for one in catalogue.goods}.values():
        shop.product(**one.body | {"category_ids": [ids[one.category]]})
    shop.product("bare", status="draft", variants=[])
    shop.archive(shop.product("gone"))
    return shop


def everything(shop):
    """Each product as staff see it, by slug."""
    found, cursor = {}, ""
    while cursor is not None:
        page = shop.api.get(f"/products?status=all&limit=100{cursor and '&cursor=' + cursor}", role="staff").json
        found |= {card["slug"]: card for card in page["items"] if card["status"] != "archived"}
        cursor = page["next_cursor"]
    return {slug: shop.read(slug, role="staff").json for slug in found}


def empty(shop):
    for product in everything(shop).values():
        shop.archive(product)


@pytest.mark.parametrize("kind", KINDS)
def test_importing_an_export_changes_nothing_and_makes_the_same_in_an_empty_shop(files, demo, kind):
    before = everything(demo)
    text = files.bring_out(kind)
    assert files.bring_in(kind, text).view["failed"] == 0
    assert everything(demo) == before

    empty(demo)
    outcome = files.bring_in(kind, text)
    assert (outcome.status, outcome.errors) == ("done", [])
    assert files.bring_out(kind) == text
    assert everything(demo).keys() == before.keys()


def test_an_export_has_drafts_and_no_archived_products(files, shop):
    shop.product("lamp")
    shop.product("draft", status="draft")
    shop.archive(shop.product("gone"))

    lines = [json.loads(line) for line in files.bring_out("jsonl").splitlines()]
    assert [one["slug"] for one in lines] == ["lamp", "draft"]
    assert lines[0]["variants"][0]["stock"] == 5


def test_an_export_goes_through_all_pages_the_oldest_first(files, shop, monkeypatch):
    from chalicelib.products import domain

    monkeypatch.setattr(domain, "_PAGE", 3)
    monkeypatch.setattr(domain, "_BATCH", 2)
    for number in range(7):
        shop.product(f"p-{number}", variants=[])
    ids = [shop.read(f"p-{number}").json["id"] for number in range(7)]

    lines = [json.loads(line)["slug"] for line in files.bring_out("jsonl").splitlines()]
    assert lines == [f"p-{number}" for _, number in sorted(zip(ids, range(7), strict=True))]


def test_an_export_tells_its_state_and_is_made_once(files, api, shop):
    shop.product()
    made = api.post("/exports", {"format": "csv"}, role="staff")
    message = files.exports.next()
    files.exports.handle(message)
    files.exports.handle(message)
    done = api.get(f"/exports/{made.json['id']}", role="staff").json

    assert (made.status, made.json["status"], made.json["url"]) == (202, "running", None)
    assert (done["status"], done["rows"]) == ("done", 1)
    assert api.get("/exports/exp_none", role="staff").code == "not_found"
    assert api.post("/exports", {"format": "zip"}, role="staff").status == 422


def test_an_export_that_always_crashes_is_given_up(files, api, shop, shop_clock, sweep, monkeypatch):
    from chalicelib import jobs
    from chalicelib.exports import worker

    def crash(*_):
        raise KeyboardInterrupt

    shop.product()
    monkeypatch.setattr(jobs, "MOST_WAKES", 2)
    monkeypatch.setattr(worker, "_BEAT_SECONDS", -1)
    monkeypatch.setattr(worker, "file_key", crash)
    made = api.post("/exports", {"format": "csv"}, role="staff").json
    for _ in range(4):
        if message := files.exports.next():
            with pytest.raises(KeyboardInterrupt):
                files.exports.handle(message)
        shop_clock.forward(300)
        sweep()

    assert api.get(f"/exports/{made['id']}", role="staff").json["status"] == "failed"


def test_an_export_that_crashed_is_written_by_the_next(files, api, shop, shop_clock, sweep, monkeypatch):
    from chalicelib.exports import worker

    shop.product()
    made = api.post("/exports", {"format": "csv"}, role="staff").json
    original = worker._bodies

    def crash():
        yield from original()
        raise KeyboardInterrupt

    monkeypatch.setattr(worker, "_bodies", crash)
    with pytest.raises(KeyboardInterrupt):
        files.exports.handle(files.exports.next())
    monkeypatch.setattr(worker, "_bodies", original)
    shop_clock.forward(60)
    sweep()
    files.exports.work()

    assert api.get(f"/exports/{made['id']}", role="staff").json["rows"] == 1


def test_no_cell_is_a_formula_and_all_come_back_as_they_were(files, shop):
    names = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "'=1", "''@x", "'plain"]
    for number, name in enumerate(names):
        shop.product(f"p-{number}", name=name, description=name, variants=[])
    before = everything(shop)
    text = files.bring_out("csv")
    files.bring_in("csv", text)

    written = [one["name"] for one in csv.DictReader(io.StringIO(text, newline=""))]
    assert written == [f"'{name}" for name in names[:-1]] + names[-1:]
    assert everything(shop) == before


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
money = st.integers(0, 10**11)
names = st.dictionaries(
    st.sampled_from(["de", "de-AT", "fr"]), st.fixed_dictionaries({"name": texts, "description": texts})
)
further = st.dictionaries(st.sampled_from(["USD", "JPY", "KWD"]), st.tuples(money, st.none() | money))
variants = st.lists(
    st.fixed_dictionaries(
        {
            "options": st.dictionaries(st.sampled_from(["Size", "Farbe, hell", 'a"b', "=x"]), texts, max_size=3),
            "price": money,
            "before": st.none() | money,
            "weight_g": st.integers(0, 10**7),
            "stock": st.integers(0, 10**9),
            "further": further,
        }
    ),
    max_size=3,
)
products = st.lists(
    st.fixed_dictionaries(
        {
            "name": texts,
            "description": st.just("") | texts,
            "status": st.sampled_from(["draft", "active"]),
            "shelf": st.sets(st.sampled_from(["a", "b", "c"])),
            "translations": names,
            "variants": variants,
        }
    ),
    min_size=1,
    max_size=3,
)


def body(product, ids, number):
    def variant(one, place):
        compare = one["before"] is not None and euros(one["before"])
        prices = [
            {
                "price": {"amount": amount, "currency": code},
                "compare_at_price": None if before is None else {"amount": before, "currency": code},
            }
            for code, (amount, before) in one["further"].items()
        ]
        named = {name: one[name] for name in ("options", "weight_g", "stock")}
        return {
            "sku": f"-{number}.{place}",
            "price": euros(one["price"]),
            "compare_at_price": compare or None,
            "prices": prices,
        } | named

    named = {name: product[name] for name in ("name", "description", "status", "translations")}
    made = [variant(one, place) for place, one in enumerate(product["variants"])]
    return {
        "slug": f"p-{number}",
        "category_ids": [ids[one] for one in sorted(product["shelf"])],
        "variants": made,
    } | named


def as_text(kind, bodies):
    from chalicelib.exports.writing import Layout, write_csv

    if kind == "jsonl":
        return "".join(json.dumps(one) + "\n" for one in bodies)
    layout, out = Layout(), io.StringIO(newline="")
    for one in bodies:
        layout.note(one)
    list(write_csv(bodies, layout.columns, out))
    return out.getvalue()


def as_read(kind, text):
    """What an import makes of the text in an empty shop."""
    from chalicelib.imports import worker
    from chalicelib.imports.reading import lines
    from chalicelib.portable import overlay

    raw = text.encode()
    found = lines(lambda start, length: raw[start : start + length], len(raw), 0, 1)
    return [overlay({}, entry.body).body for entry in worker._parsed(kind, found, None)]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(catalogue=products, kind=st.sampled_from(KINDS))
def test_whatever_is_written_is_read_as_it_was(catalogue, kind):
    from chalicelib.exports.writing import portable
    from chalicelib.products import editing
    from chalicelib.products.schemas import CreateProduct
    from common.validation import convert

    def written(one, product_id, slugs):
        new = convert({**one, "category_ids": []}, CreateProduct)
        made = editing.made(new, product_id, 0, in_stock=False)
        stock = {variant.sku: variant.stock for variant in new.variants}
        return portable(made, {}, stock) | {"category_slugs": slugs}

    bodies = [body(one, dict.fromkeys("abc", "x"), number) for number, one in enumerate(catalogue)]
    slugs = [sorted(one["shelf"]) for one in catalogue]
    out = [written(one, f"prd_{number}", slugs[number]) for number, one in enumerate(bodies)]
    back = as_read(kind, as_text(kind, out))
    assert [one.pop("category_slugs") for one in back] == slugs
    again = [written(one, f"prd_{number}", slugs[number]) for number, one in enumerate(back)]
    assert [comparable(one) for one in again] == [comparable(one) for one in out]


def comparable(one):
    """The order of a product's options, and of their values, is that of the sheet's columns and rows."""
    options = {option["name"]: sorted(option["values"]) for option in one["options"]}
    return one | {"options": options}


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(catalogue=products)
def test_whatever_is_exported_comes_back_as_it_was(files, shop, catalogue):
    empty(shop)
    known = {one["slug"]: one["id"] for one in shop.api.get("/categories").json["items"]}
    ids = known or {slug: shop.category(slug) for slug in "abc"}
    for product in catalogue:
        made = shop.api.post("/products", body(product, ids, next(numbers)), role="staff")
        assert made.status == 201, made
    before = everything(shop)
    written = {kind: files.bring_out(kind) for kind in KINDS}
    for kind in KINDS:
        assert files.bring_in(kind, written[kind]).errors == []
        assert everything(shop) == before
    for kind in KINDS:
        empty(shop)
        assert files.bring_in(kind, written[kind]).errors == []
        assert files.bring_out(kind) == written[kind]


numbers = count()
