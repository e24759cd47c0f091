"""Imports: rows come in once, bad ones are told with line and reason, and nothing else is held up by them."""

import json

import pytest

from tests.catalog.conftest import euros
from tests.catalog.files import Files, archive, jsonl, row, sheet


@pytest.fixture
def files(aws, api, monkeypatch):
    return Files(aws, api, monkeypatch)


@pytest.fixture
def small_turns(monkeypatch):
    """Each turn does one batch, each batch one product."""
    from chalicelib.imports import worker

    monkeypatch.setattr(worker, "TURN_SECONDS", -1)
    monkeypatch.setattr(worker, "_BATCH_ENTRIES", 1)


def test_the_form_fixes_key_type_and_size(files):
    made = files.announce("csv", b"x" * 1234)

    from base64 import b64decode

    policy = b64decode(made["upload"]["fields"]["policy"]).decode()
    assert '["content-length-range", 1234, 1234]' in policy
    assert made["upload"]["fields"]["key"] == f"imports/{made['id']}/upload"
    assert made["upload"]["fields"]["Content-Type"] == "text/csv"


@pytest.mark.parametrize("size", [0, 200 * 1024 * 1024 + 1])
def test_a_file_has_a_size_and_no_more_than_200_mebibytes(api, size):
    answer = api.post("/imports", {"format": "csv", "size": size}, role="staff")

    assert answer.json["errors"][0]["code"] == "out_of_range"


def test_nothing_uploaded_can_not_be_started(files):
    made = files.announce("csv", b"slug\n")

    assert files.start(made["id"]).code == "upload_missing"
    assert files.start("imp_unknown").code == "not_found"


def test_rows_of_one_slug_make_one_product(files, shop):
    shop.category("lamps")
    text = sheet(
        row(
            "lamp", description="Warm", category_slugs="lamps", sku="L-S", stock=3, weight_g=400, **{"option:Size": "S"}
        ),
        {"slug": "lamp", "sku": "L-M", "price": 1500, "compare_at_price": 2000, "stock": 1, "option:Size": "M"},
        row("cup"),
    )
    outcome = files.bring_in("csv", text)

    lamp = shop.read("lamp").json
    assert outcome.status == "done"
    assert outcome.counts == (3, 3, 0)
    assert (lamp["description"], [one["slug"] for one in lamp["categories"]]) == ("Warm", ["lamps"])
    assert [(one["sku"], one["price"]["amount"], one["available"]) for one in lamp["variants"]] == [
        ("L-S", 1000, 3),
        ("L-M", 1500, 1),
    ]
    assert lamp["options"] == [{"name": "Size", "values": ["S", "M"]}]
    assert shop.names("category=lamps") == ["Lamp"]
    assert shop.read("cup").status == 200


def test_a_line_of_json_is_a_body_of_post_products(files, shop):
    lamps = shop.category("lamps")
    variant = {"sku": "L", "price": euros(900), "compare_at_price": euros(1200), "stock": 4}
    body = {"slug": "lamp", "name": "Lamp", "status": "active", "category_ids": [lamps], "variants": [variant]}
    outcome = files.bring_in("jsonl", jsonl(body, {"slug": "cup", "name": "Cup", "category_slugs": ["lamps"]}))

    assert outcome.counts == (2, 2, 0)
    assert shop.read("lamp").json["variants"][0]["available"] == 4
    assert [one["slug"] for one in shop.read("cup", role="staff").json["categories"]] == ["lamps"]


def test_the_same_file_again_changes_nothing(files, shop):
    shop.category("lamps")
    text = sheet(row("lamp", category_slugs="lamps", stock=5), row("cup", stock=2))
    files.bring_in("csv", text)
    before = [shop.read(slug).json for slug in ("lamp", "cup")]
    shop.set_stock("LAMP", 1)
    again = files.bring_in("csv", text)

    assert again.counts == (2, 2, 0)
    assert [shop.read(slug).json["version"] for slug in ("lamp", "cup")] == [one["version"] for one in before]
    assert shop.stock("LAMP")["on_hand"] == 1  # stock counts for new SKUs only


def test_only_what_is_named_is_changed(files, shop):
    shop.product(description="Warm", variants=[{"sku": "A", "price": euros(100)}, {"sku": "B", "price": euros(200)}])
    files.bring_in("csv", "slug,sku,price\nlamp,B,250\n")
    files.bring_in("jsonl", jsonl({"slug": "lamp", "name": "Big lamp"}))

    lamp = shop.read("lamp").json
    assert (lamp["name"], lamp["description"], lamp["version"]) == ("Big lamp", "Warm", 3)
    assert [(one["sku"], one["price"]["amount"]) for one in lamp["variants"]] == [("A", 100), ("B", 250)]


def test_an_empty_cell_empties_what_may_be_empty(files, shop):
    variants = [{"sku": "A", "price": euros(100), "compare_at_price": euros(200), "weight_g": 5}]
    shop.product(description="Warm", variants=variants)
    files.bring_in("csv", "slug,name,description,status,sku,price,compare_at_price,weight_g\nlamp,,,,A,,,\n")

    lamp = shop.read("lamp").json
    variant = lamp["variants"][0]
    assert (lamp["name"], lamp["description"], lamp["status"]) == ("Lamp", "", "active")
    assert (variant["price"]["amount"], variant["compare_at_price"], variant["weight_g"]) == (100, None, 0)


def test_the_slug_of_an_archived_product_is_free(files, shop):
    old = shop.product()
    shop.archive(old)
    files.bring_in("csv", sheet(row("lamp")))

    assert shop.read("lamp").json["id"] != old["id"]


def test_further_prices_and_languages_have_columns_of_their_own(files, shop):
    text = sheet(
        row("lamp", **{"price:USD": 1100, "compare_at_price:USD": "", "name:de": "Lampe", "description:de": ""})
    )
    files.bring_in("csv", text)
    files.bring_in("csv", "slug,name:FR,sku,price:JPY\nlamp,Lampe à poser,LAMP,99\n")

    lamp = shop.read("lamp", role="staff").json
    assert {tag: one["name"] for tag, one in lamp["translations"].items()} == {"de": "Lampe", "fr": "Lampe à poser"}
    prices = [one["price"] for one in lamp["variants"][0]["prices"]]
    assert prices == [{"amount": 99, "currency": "JPY"}, {"amount": 1100, "currency": "USD"}]


BAD_CELLS = [
    ({"slug": "No Slug"}, "slug", "wrong_format"),
    ({"name": ""}, "name", "missing"),
    ({"name": "x" * 201}, "name", "too_long"),
    ({"status": "archived"}, "status", "invalid_value"),
    ({"category_slugs": "nowhere"}, "category_slugs", "invalid_value"),
    ({"sku": ""}, "sku", "missing"),
    ({"sku": "a b"}, "sku", "wrong_format"),
    ({"price": ""}, "price", "missing"),
    ({"price": "9.99"}, "price", "wrong_type"),
    ({"price": -1}, "price", "out_of_range"),
    ({"currency": "euro"}, "currency", "wrong_format"),
    ({"compare_at_price": "much"}, "compare_at_price", "wrong_type"),
    ({"stock": "many"}, "stock", "wrong_type"),
    ({"weight_g": -5}, "weight_g", "out_of_range"),
    ({"option:Size": "x" * 61}, "option:Size", "too_long"),
    ({"price:USD": "1,5"}, "price:USD", "wrong_type"),
    ({"description:de": "Ohne Namen"}, "name:de", "missing"),
    ({"images": "lamp.png"}, "images", "invalid_value"),
]


def test_a_bad_cell_is_told_by_line_and_column_and_stops_no_other_row(files, shop):
    bad = [row(f"bad-{number}") | cells for number, (cells, _, _) in enumerate(BAD_CELLS)]
    outcome = files.bring_in("csv", sheet(row("cup"), *bad, row("pen")))

    assert outcome.status == "done"
    assert outcome.counts == (len(bad) + 2, 2, len(bad))
    assert outcome.told == [(line, field, code) for line, (_, field, code) in enumerate(BAD_CELLS, start=3)]
    assert shop.names("sort=name&status=all", role="staff") == ["Cup", "Pen"]


def test_all_errors_of_a_row_are_told(files):
    outcome = files.bring_in("csv", sheet(row("lamp", name="", price="x", weight_g="y")))

    assert {field for _, field, _ in outcome.told} == {"name", "price", "weight_g"}


def test_a_product_with_a_bad_row_is_left_out_as_a_whole(files, shop):
    text = sheet(row("lamp", sku="A"), {"slug": "lamp", "sku": "B", "price": "x"}, row("cup"))
    outcome = files.bring_in("csv", text)

    assert outcome.counts == (3, 1, 2)
    assert outcome.told == [(3, "price", "wrong_type")]
    assert shop.read("lamp", role="staff").status == 404


BAD_LINES = [
    ("{", "malformed_json"),
    ('{"slug": "a", "slug": "b"}', "malformed_json"),
    ("[1]", "wrong_type"),
    ('{"slug": "lamp", "name": "Lamp", "colour": 1}', "unknown_field"),
    ('{"slug": 5, "name": "Lamp"}', "wrong_type"),
    ('{"slug": "lamp", "name": "Lamp", "variants": 3}', "wrong_type"),
    ('{"slug": "lamp", "name": "Lamp", "variants": [1]}', "wrong_type"),
    ('{"slug": "lamp", "name": "Lamp", "category_slugs": "x"}', "wrong_type"),
    ('{"slug": "lamp", "name": "Lamp", "images": [1]}', "wrong_type"),
    ('{"slug": "lamp", "name": "Lamp", "variants": [{}]}', "missing"),
    (json.dumps({"slug": "lamp", "name": "L", "category_ids": [str(n) for n in range(11)]}), "limit_reached"),
    ('{"slug": "lamp", "name": "Lamp", "category_ids": ["cat_none"]}', "invalid_value"),
    ('{"slug": "lamp", "name": "' + "x" * 2_000_000 + '"}', "too_long"),
]


def test_a_bad_line_of_json_is_told_and_stops_no_other_line(files, shop):
    bad = "\n\n".join(line for line, _ in BAD_LINES)  # empty lines are none
    outcome = files.bring_in(
        "jsonl", f"{jsonl({'slug': 'cup', 'name': 'Cup'})}{bad}\n{jsonl({'slug': 'p', 'name': 'Pen'})}"
    )

    told = {(one["line"], one["code"]) for one in outcome.errors}
    assert outcome.counts == (len(BAD_LINES) + 2, 2, len(BAD_LINES))
    assert told == {(2 * place, code) for place, (_, code) in enumerate(BAD_LINES, start=1)}
    assert shop.names("sort=name&status=all", role="staff") == ["Cup", "Pen"]


def test_errors_name_the_field_as_the_api_does(files):
    body = {
        "slug": "lamp",
        "name": "Lamp",
        "variants": [{"sku": "A", "price": euros(1)}, {"sku": "B", "price": {"amount": "x"}}],
    }
    outcome = files.bring_in("jsonl", jsonl(body))

    assert set(outcome.told) == {
        (1, "variants[1].price.amount", "wrong_type"),
        (1, "variants[1].price.currency", "missing"),
    }


def test_a_sku_belongs_to_whom_the_file_names_first(files, shop):
    shop.product("owner", variants=[{"sku": "X", "price": euros(1)}])
    text = sheet(
        row("a", sku="S"), row("b", sku="S"), row("c", sku="X"), row("d"), {"slug": "d", "sku": "D", "price": 1}
    )
    outcome = files.bring_in("csv", text)

    assert outcome.told == [(3, "sku", "sku_taken"), (4, "sku", "sku_taken"), (6, "sku", "invalid_value")]
    assert shop.names("sort=name") == ["A", "Owner"]


def test_a_slug_that_comes_back_later_is_the_same_product(files, shop):
    outcome = files.bring_in("csv", sheet(row("lamp", sku="A"), row("cup"), row("lamp", sku="B", name="Lamp two")))

    lamp = shop.read("lamp").json
    assert outcome.counts == (3, 3, 0)
    assert (lamp["name"], [one["sku"] for one in lamp["variants"]]) == ("Lamp two", ["A", "B"])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_mark_line_ends_empty_lines_and_quotes(files, shop, end):
    lines = ["\ufeffslug,name,description", "", 'lamp,"A ""big"" lamp","two', 'lines, one comma"', "", "cup,Cup,"]
    outcome = files.bring_in("csv", end.join(lines).encode())

    lamp = shop.read("lamp", role="staff").json
    assert outcome.counts == (2, 2, 0)
    assert (lamp["name"], lamp["description"]) == ('A "big" lamp', f"two{end}lines, one comma")


def test_rows_that_are_no_rows_cost_themselves_only(files, shop):
    broken = ["cup,Cup,x", "too,many,cells,here", "few", f"huge,{'x' * 1_100_000},", 'pen,"Pen', "end,End,x"]
    outcome = files.bring_in("csv", "slug,name,description\n" + "\n".join(broken) + "\n")

    assert [(line, code) for line, _, code in outcome.told] == [
        (3, "malformed_row"),
        (4, "malformed_row"),
        (5, "too_long"),
        (6, "malformed_row"),
    ]
    assert sorted(shop.names("status=all", role="staff")) == ["Cup", "End"]


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("csv", b"slug,name\nlamp,L\xe4mp\n", "not_utf8"),
        ("jsonl", b'{"slug": "lamp", "name": "\xff"}\n', "not_utf8"),
        ("jsonl", b'{"slug": "lamp"}\n\xe2\x82', "not_utf8"),
        ("csv", b"\n", "header_unknown"),
        ("csv", b"lamp,Lamp\n", "header_unknown"),
        ("csv", b"slug,colour\n", "header_unknown"),
        ("csv", b"slug,name,name\n", "header_unknown"),
        ("csv", b"slug,price\n", "header_unknown"),
        ("zip", b"no archive", "archive_invalid"),
        ("zip", archive({"other.csv": "slug\n"}), "archive_invalid"),
        ("zip", archive({"products.csv": "slug\n", "products.jsonl": ""}), "archive_invalid"),
        ("zip", archive({"../products.csv": "slug\n"}), "archive_invalid"),
        ("zip", archive({"products.csv": "slug,name\nlamp,Lamp\n" * 50})[:-30], "archive_invalid"),
    ],
)
def test_a_file_that_can_not_be_read_fails_and_changes_nothing(files, shop, kind, content, code):
    outcome = files.bring_in(kind, content)

    assert (outcome.status, outcome.view["problem"]["code"]) == ("failed", code)
    assert outcome.counts == (0, 0, 0)
    assert shop.names("status=all", role="staff") == []


@pytest.mark.parametrize(
    ("kind", "content"), [("csv", "slug,name\n"), ("jsonl", "\n"), ("zip", archive({"products.jsonl": ""}))]
)
def test_a_file_without_rows_is_done_at_once(files, kind, content):
    outcome = files.bring_in(kind, content)

    assert (outcome.status, outcome.counts, outcome.view["progress"]) == ("done", (0, 0, 0), 1.0)


def test_a_bomb_is_not_unpacked_beyond_the_limit(files, monkeypatch):
    from chalicelib.imports import archive as archives

    monkeypatch.setattr(archives, "MAX_BYTES", 1_000_000)
    outcome = files.bring_in("zip", archive({"products.csv": b"slug,name\n" + b"\n" * 5_000_000}))

    assert outcome.view["problem"]["code"] == "archive_invalid"


def test_work_goes_on_where_it_stopped(files, shop, small_turns):
    import_id = files.uploaded("csv", sheet(*(row(f"p-{number}") for number in range(5))))
    files.start(import_id)
    files.imports.handle(files.imports.next())
    first = files.status(import_id)
    turns = files.imports.work()

    assert (first["status"], first["rows"], first["done"]) == ("running", 5, 1)
    assert 0 < first["progress"] < 1
    assert turns >= 4
    assert files.outcome(import_id).counts == (5, 5, 0)
    assert len(shop.names("limit=100")) == 5


def test_errors_grow_while_the_import_runs(files, small_turns):
    import_id = files.uploaded("csv", sheet(row("a", price="x"), row("b"), row("c", price="y")))
    files.start(import_id)
    files.imports.handle(files.imports.next())
    assert [one["line"] for one in files.errors(import_id)] == [2]
    files.imports.work()

    assert [one["line"] for one in files.errors(import_id)] == [2, 4]


def test_a_repeated_start_and_a_repeated_message_count_nothing_twice(files, small_turns):
    import_id = files.uploaded("csv", sheet(*(row(f"p-{number}") for number in range(3))))
    files.start(import_id)
    first = files.imports.next()
    assert files.start(import_id).json["status"] == "running"
    files.imports.handle(first)
    files.imports.handle(first)
    files.imports.work()

    assert files.outcome(import_id).counts == (3, 3, 0)
    assert files.start(import_id).json["status"] == "done"
    assert files.imports.work() == 0


def test_a_worker_that_was_overtaken_writes_nothing_more(files, monkeypatch):
    """The queue delivers the message again while the first worker still is at it; the second one then crashes."""
    from chalicelib.imports import worker
    from chalicelib.imports.models import Import

    import_id = files.uploaded("csv", sheet(row("a"), row("b", price="x"), row("c")))
    files.start(import_id)
    message = files.imports.next()
    original = worker.Upsert.__call__

    def slow(self, batch):
        assert Import.take(import_id, json.loads(message)["ticket"])
        return original(self, batch)

    monkeypatch.setattr(worker.Upsert, "__call__", slow)
    files.imports.handle(message)
    assert files.outcome(import_id).counts == (3, 0, 0)
    monkeypatch.setattr(worker.Upsert, "__call__", original)
    files.imports.handle(message)

    assert files.outcome(import_id).counts == (3, 2, 1)
    assert len(files.errors(import_id)) == 1


@pytest.mark.parametrize("place", ["before the batch", "after the batch"])
def test_a_crash_leaves_an_import_that_the_sweep_goes_on_with(files, shop, shop_clock, sweep, monkeypatch, place):
    from chalicelib.imports import worker

    import_id = files.uploaded("csv", sheet(*(row(f"p-{number}", stock=2) for number in range(3)), row("x", price="")))
    files.start(import_id)
    original = worker.Upsert.__call__

    def crash(self, batch):
        if place == "after the batch":
            original(self, batch)
        raise KeyboardInterrupt

    message = files.imports.next()
    monkeypatch.setattr(worker.Upsert, "__call__", crash)
    with pytest.raises(KeyboardInterrupt):
        files.imports.handle(message)
    monkeypatch.setattr(worker.Upsert, "__call__", original)
    sweep()
    assert files.imports.work() == 0  # it may still be at work
    shop_clock.forward(60)
    sweep()
    files.imports.work()

    assert files.outcome(import_id).counts == (4, 3, 1)
    assert [shop.read(f"p-{number}").json["version"] for number in range(3)] == [1, 1, 1]
    assert shop.stock("P-0")["on_hand"] == 2


def test_a_lost_message_is_sent_again_by_the_sweep(files, shop_clock, sweep):
    import_id = files.uploaded("csv", sheet(row("lamp")))
    files.start(import_id)
    late = files.imports.next()
    shop_clock.forward(300)
    sweep()
    files.imports.handle(late)
    assert files.status(import_id)["done"] == 0
    files.imports.work()

    assert files.outcome(import_id).counts == (1, 1, 0)


def test_an_import_that_never_gets_any_further_is_given_up(files, shop_clock, sweep, monkeypatch):
    from chalicelib import jobs

    monkeypatch.setattr(jobs, "MOST_WAKES", 2)
    import_id = files.uploaded("csv", sheet(row("lamp")))
    files.start(import_id)
    for _ in range(3):
        assert files.status(import_id)["status"] == "running"
        shop_clock.forward(300)
        sweep()

    assert files.status(import_id)["problem"]["code"] == "internal_error"


def test_signs_of_life_are_no_steps_forward(files, shop_clock, sweep, monkeypatch):
    """A batch that kills whoever brings it in is not tried for ever."""
    from chalicelib import jobs
    from chalicelib.imports import worker

    def crash(self, batch):
        self._beat()
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "MOST_WAKES", 2)
    monkeypatch.setattr(worker, "_BEAT_SECONDS", -1)
    monkeypatch.setattr(worker.Upsert, "__call__", crash)
    import_id = files.uploaded("csv", sheet(row("lamp")))
    files.start(import_id)
    for _ in range(4):
        if message := files.imports.next():
            with pytest.raises(KeyboardInterrupt):
                files.imports.handle(message)
        shop_clock.forward(300)
        sweep()

    assert files.status(import_id)["problem"]["code"] == "internal_error"


def test_a_stopped_import_waits_and_goes_on_at_the_next_start(files, api, shop, small_turns):
    import_id = files.uploaded("csv", sheet(*(row(f"p-{number}") for number in range(3))))
    files.start(import_id)
    files.imports.handle(files.imports.next())
    assert api.post(f"/imports/{import_id}/stop", role="staff").json["status"] == "waiting"
    files.imports.work()
    assert files.status(import_id)["done"] == 1
    files.start(import_id)
    files.imports.work()

    assert files.outcome(import_id).counts == (3, 3, 0)
    assert api.post(f"/imports/{import_id}/stop", role="staff").json["status"] == "done"


def test_a_file_that_is_replaced_after_the_start_is_not_read(files, shop):
    content = sheet(row("lamp"))
    announced = files.announce("csv", content.encode())
    files.upload(announced, content.encode())
    files.start(announced["id"])
    files.upload(announced, content.replace("1000", "1001").encode())
    files.imports.work()

    assert files.status(announced["id"])["problem"]["code"] == "file_changed"
    assert shop.read("lamp", role="staff").status == 404


def test_an_editor_and_an_import_both_have_their_way(files, shop, monkeypatch):
    """The product is edited between the import's look and its write."""
    from chalicelib.imports import upsert

    variants = [{"sku": "A", "price": euros(1)}, {"sku": "B", "price": euros(2)}]
    lamp = shop.product(variants=variants)
    original = upsert.making.find_by_slugs

    def find_and_be_overtaken(slugs):
        found = original(slugs)
        monkeypatch.setattr(upsert.making, "find_by_slugs", original)
        assert (
            shop.change(lamp, description="Cold", variants=[variants[0], variants[1] | {"weight_g": 7}]).status == 200
        )
        return found

    monkeypatch.setattr(upsert.making, "find_by_slugs", find_and_be_overtaken)
    outcome = files.bring_in("csv", "slug,sku,price\nlamp,A,1234\n")

    after = shop.read("lamp").json
    assert outcome.counts == (1, 1, 0)
    assert (after["description"], after["version"]) == ("Cold", 3)
    assert [(one["price"]["amount"], one["weight_g"]) for one in after["variants"]] == [(1234, 0), (2, 7)]


def test_a_slug_that_somebody_takes_or_frees_meanwhile(files, shop, monkeypatch):
    from chalicelib.imports import upsert

    pen = shop.product("pen")
    original = upsert.making.find_by_slugs

    def find_and_be_overtaken(slugs):
        found = original(slugs)
        monkeypatch.setattr(upsert.making, "find_by_slugs", original)
        shop.product("lamp", variants=[])
        shop.archive(pen)
        return found

    monkeypatch.setattr(upsert.making, "find_by_slugs", find_and_be_overtaken)
    outcome = files.bring_in("csv", sheet(row("lamp", sku="NEW"), row("pen", name="New pen")))

    assert outcome.counts == (2, 2, 0)
    assert shop.read("lamp").json["version"] == 2
    assert shop.read("pen").json["id"] != pen["id"]


def test_an_entry_that_nobody_foresaw_costs_only_itself(files, shop, monkeypatch):
    from chalicelib.imports import upsert

    original = upsert.Upsert._add_pictures

    def fail(self, plan, product):
        if product.slug == "cup":
            raise RuntimeError
        return original(self, plan, product)

    monkeypatch.setattr(upsert.Upsert, "_add_pictures", fail)
    outcome = files.bring_in("csv", sheet(row("lamp"), row("cup"), row("pen")))

    assert outcome.told == [(3, "", "internal_error")]
    assert outcome.counts == (3, 2, 1)


def test_the_categories_counts_are_right_afterwards(files, api, shop):
    top = shop.category("top")
    shop.category("below", top)
    rows = [row(f"p-{n}", category_slugs="below", status="active" if n % 3 else "draft") for n in range(30)]
    files.bring_in("csv", sheet(*rows, row("p-1", category_slugs="top")))

    counts = {one["slug"]: one["product_count"] for one in api.get("/categories").json["items"]}
    assert counts == {"top": 20, "below": 19}
    assert len(shop.names("category=top&limit=100")) == 20


def test_imports_are_listed_newest_first(api, files, shop_clock):
    made = []
    for _ in range(3):
        made.append(files.announce("csv", b"slug\n")["id"])
        shop_clock.forward(1)
    first = api.get("/imports?limit=2", role="staff").json
    rest = api.get(f"/imports?limit=2&cursor={first['next_cursor']}", role="staff").json

    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert api.get(f"/imports?cursor={first['next_cursor']}", role="admin").code == "cursor_invalid"


def test_products_share_their_calls_and_unchanged_ones_are_only_read(files, calls):
    made = []
    for _ in range(2):
        import_id = files.uploaded("csv", sheet(*(row(f"p-{number}", stock=1) for number in range(40))))
        files.start(import_id)
        message = files.imports.next()
        calls.clear()
        files.imports.handle(message)
        made.append([name for name in calls.dynamodb if name not in ("UpdateItem", "Query")])

    assert made == [["BatchGetItem", *["TransactWriteItems"] * 2], ["BatchGetItem"] * 2]


@pytest.fixture
def pictures(aws, monkeypatch):
    """Nobody makes renditions here, so nobody waits for them."""
    from chalicelib import config
    from chalicelib.imports import archive as archives

    url = aws("sqs").create_queue(QueueName=config.PICTURE_QUEUE)["QueueUrl"]
    monkeypatch.setattr(config, "PICTURE_QUEUE_URL", url)
    monkeypatch.setattr(archives, "_PICTURE_SECONDS", 0)


def test_pictures_come_with_an_archive_and_are_not_added_twice(files, shop, pictures):
    from tests.catalog.test_images import picture

    names = "a.png|none.png|text.png|../products.csv|a.png"
    packed = {
        "products.csv": f"slug,name,images\nlamp,Lamp,{names}\ncup,Cup,b.webp\n",
        "images/a.png": picture("PNG"),
        "images/b.webp": picture("WEBP"),
        "images/text.png": "no picture",
    }
    outcome = files.bring_in("zip", archive(packed))
    first = [shop.read(slug, role="staff").json for slug in ("lamp", "cup")]
    files.bring_in("zip", archive(packed))

    assert outcome.counts == (2, 1, 1)
    assert [(line, code) for line, _, code in outcome.told] == [
        (2, "upload_missing"),
        (2, "image_invalid"),
        (2, "upload_missing"),
    ]
    assert [len(one["images"]) for one in first] == [1, 1]
    assert [shop.read(slug, role="staff").json for slug in ("lamp", "cup")] == first


def test_a_file_is_never_in_memory_as_a_whole():
    """Twelve megabytes of rows, and then one line of as many."""
    import tracemalloc

    from chalicelib.imports.reading import csv_records, lines

    row_, size = b"lamp,Lamp,1000,EUR" * 40 + b"\n", 12_000_000
    many = lambda start, length: (row_ * (length // len(row_) + 2))[start % len(row_) :][:length]  # noqa: E731
    one = lambda start, length: b"x" * length  # noqa: E731
    tracemalloc.start()
    numbers = [sum(1 for _ in csv_records(lines(read, size, 0, 1))) for read in (many, one)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert numbers == [size // len(row_) + 1, 1]
    assert peak < 8_000_000
