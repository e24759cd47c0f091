"""Stock: what is on hand is what is held and what is available, and corrections happen once."""

import json

import pytest


@pytest.fixture(autouse=True)
def lamp(shop):
    return shop.product("lamp")


def test_stock_is_shown(api):
    assert api.get("/stock/LAMP", role="staff").json == {
        "sku": "LAMP",
        "on_hand": 5,
        "held": 0,
        "available": 5,
        "shards": 1,
        "low_stock_at": None,
    }
    assert api.get("/stock/NONE", role="staff").status == 404


def test_a_count_of_the_shelf_keeps_what_is_held(shop):
    shop.reserve(LAMP=2)

    assert shop.set_stock("LAMP", 10).json["available"] == 8
    assert shop.set_stock("LAMP", 2).json["available"] == 0
    refused = shop.set_stock("LAMP", 1)
    assert (refused.status, refused.code, refused.json["held"]) == (409, "stock_held", 2)
    assert shop.stock() == {"on_hand": 2, "held": 2, "available": 0}
    assert shop.set_stock("NONE", 1).status == 404


def test_a_count_right_after_a_sale_is_what_was_counted(shop):
    shop.reserve(LAMP=2)
    shop.commit()

    assert shop.set_stock("LAMP", 3).json["available"] == 3


@pytest.mark.parametrize("change", ["count", "adjust"])
def test_a_correction_that_was_overtaken_by_a_sale_is_made_anew(shop, monkeypatch, change):
    """Its difference and its answer are made from what was read before."""
    from chalicelib.stock import adjustments

    original = getattr(adjustments, change)

    def overtaken(*arguments):
        monkeypatch.undo()
        shop.reserve(LAMP=2)
        original(*arguments)

    monkeypatch.setattr(adjustments, change, overtaken)
    answer = shop.set_stock("LAMP", 10) if change == "count" else shop.adjust("LAMP", 5, "key-1")
    assert (answer.json["on_hand"], answer.json["held"], answer.json["available"]) == (10, 2, 8)
    assert shop.stock() == {"on_hand": 10, "held": 2, "available": 8}


def test_an_adjustment_happens_once_for_each_key(shop):
    first = shop.adjust("LAMP", -2, "key-1")
    shop.reserve(LAMP=1)
    again = shop.adjust("LAMP", -2, "key-1")

    assert (first.json["on_hand"], again.json) == (3, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert shop.stock() == {"on_hand": 3, "held": 1, "available": 2}


def test_an_adjustment_can_be_repeated_after_it_has_become_impossible(shop):
    shop.adjust("LAMP", -5, "key-1")

    assert shop.adjust("LAMP", -5, "key-1").json["on_hand"] == 0


def test_a_key_belongs_to_one_request(api, shop):
    shop.product("chair")
    shop.adjust("LAMP", 1, "key-1")

    assert shop.adjust("LAMP", 2, "key-1").code == "idempotency_mismatch"
    assert shop.adjust("CHAIR", 1, "key-1").code == "idempotency_mismatch"
    assert api.post("/stock/LAMP/adjustments", {"delta": 1, "reason": "x"}, role="staff").status == 400


def test_an_adjustment_below_what_is_held_is_refused_and_may_be_tried_again(shop):
    shop.reserve(LAMP=4)

    assert shop.adjust("LAMP", -2, "key-1").code == "stock_held"
    shop.release()
    assert shop.adjust("LAMP", -2, "key-1").json["available"] == 3


def test_an_adjustment_is_kept_with_its_reason(shop):
    from chalicelib.stock.adjustments import Adjustment

    shop.adjust("LAMP", -1, "key-1", reason="broken in transit")

    (note,) = Adjustment.query("SKU#LAMP", Adjustment.sk.startswith("ADJ#"))
    assert (note.delta, note.reason, note.actor) == (-1, "broken in transit", "usr_staff")


def test_an_archived_products_stock_is_gone_from_view(api, shop, lamp):
    shop.archive(lamp)

    assert api.get("/stock/LAMP", role="staff").status == 404
    assert shop.set_stock("LAMP", 3).status == 404
    assert shop.adjust("LAMP", 3, "key-1").status == 404


@pytest.mark.parametrize("amount", [-1, 1.0, True, "1", None, 10**12])
def test_a_count_is_a_whole_number(shop, amount):
    assert shop.set_stock("LAMP", amount).code == "validation_failed"


def history(shop, query="", sku="LAMP"):
    return shop.api.get(f"/stock/{sku}/adjustments{query}", role="staff")


def test_the_history_names_who_changed_what_and_why_the_newest_first(shop):
    shop.adjust("LAMP", -1, "key-1", reason="broken in transit")
    shop.set_stock("LAMP", 9)
    shop.set_stock("LAMP", 9)
    shop.reserve(LAMP=2)
    shop.set_stock("LAMP", 7)

    found = history(shop).json["items"]
    assert [(one["delta"], one["reason"]) for one in found] == [
        (-2, "counted"),
        (5, "counted"),
        (-1, "broken in transit"),
    ]
    assert {one["actor"] for one in found} == {"usr_staff"}
    assert found[0].keys() == {"id", "delta", "reason", "actor", "at"}


def test_a_long_history_comes_in_pages(shop):
    for number in range(5):
        shop.adjust("LAMP", 1, f"key-{number}", reason=str(number))
    reasons, cursor = [], ""
    while cursor is not None:
        found = history(shop, f"?limit=2{cursor and '&cursor='}{cursor}").json
        reasons += [one["reason"] for one in found["items"]]
        cursor = found["next_cursor"]

    assert reasons == ["4", "3", "2", "1", "0"]


def test_a_history_belongs_to_a_sku(shop):
    shop.product("chair")
    for number in range(3):
        shop.adjust("LAMP", 1, f"key-{number}")
    cursor = history(shop, "?limit=2").json["next_cursor"]

    assert history(shop, sku="CHAIR").json == {"items": [], "next_cursor": None}
    assert history(shop, f"?cursor={cursor}", sku="CHAIR").code == "cursor_invalid"
    assert history(shop, sku="NONE").status == 404


@pytest.fixture
def warned(aws, calls, stream):
    """What was published since the last look, after the stream has been followed to its end."""
    aws("events").create_event_bus(Name="shop")

    def look():
        calls.clear()
        for _ in range(3):
            stream.deliver()
        sent = [made for service, _, made in calls.made if service == "events"]
        return [json.loads(entry["Detail"]) for one in sent for entry in one["Entries"]]

    return look


def warn_at(shop, level, sku="LAMP", **more):
    return shop.api.put(f"/stock/{sku}", {"low_stock_at": level, **more}, role="staff")


def low(shop, query=""):
    return shop.api.get(f"/stock?low=true{query}", role="staff").json["items"]


def test_setting_neither_a_count_nor_a_level_is_refused(shop, lamp):
    answer = shop.api.put("/stock/LAMP", {}, role="staff")

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [("on_hand", "missing")]


@pytest.mark.parametrize("shards", [1, 3])
def test_low_stock_is_told_once_each_time_it_becomes_low(shop, lamp, warned, shards):
    shop.api.put("/stock/LAMP/shards", {"shards": shards}, role="staff")
    assert warn_at(shop, 3).json["low_stock_at"] == 3
    assert warned() == []
    shop.reserve("ord_1", LAMP=1)
    assert (warned(), low(shop)) == ([], [])

    shop.reserve("ord_2", LAMP=1)
    (event,) = warned()
    assert (event["type"], event["subject"]) == ("stock.low", "LAMP")
    assert event["data"] == {"sku": "LAMP", "product_id": lamp["id"], "available": 3, "low_at": 3}
    shop.reserve("ord_3", LAMP=1)
    assert warned() == []
    assert [(one["sku"], one["available"], one["low_stock_at"]) for one in low(shop)] == [("LAMP", 2, 3)]

    shop.release("ord_1")
    shop.release("ord_2")
    assert (warned(), low(shop)) == ([], [])
    shop.reserve("ord_4", LAMP=4)
    (again,) = warned()
    assert again["id"] != event["id"]


def test_what_could_not_be_told_is_told_later_even_if_it_is_over_by_then(
    shop, lamp, warned, stream, calls, set_aside, monkeypatch
):
    warn_at(shop, 3)
    shop.reserve("ord_1", LAMP=2)
    with monkeypatch.context() as outage:
        outage.setattr("chalicelib.followers.publish", lambda *_: 1 / 0)
        assert warned() == []
        shop.release("ord_1")
        assert warned() == []

    set_aside.take_up()
    (sent,) = [made for service, _, made in calls.made if service == "events"]
    assert json.loads(sent["Entries"][0]["Detail"])["subject"] == "LAMP"


def test_what_waits_of_a_correction_does_not_say_who_made_it(shop, lamp, stream, set_aside, monkeypatch):
    from chalicelib.products import domain

    monkeypatch.setattr(domain, "follow_stock", lambda _: 1 / 0)
    body = {"delta": -5, "reason": "broken"}
    shop.api.post("/stock/LAMP/adjustments", body, role="staff", Idempotency_Key="k")
    stream.deliver()

    waiting = set_aside.waiting()
    assert {one["record"]["dynamodb"]["Keys"]["pk"]["S"] for one in waiting} >= {"SKU#LAMP"}
    assert "broken" not in json.dumps(waiting)


def test_an_event_that_is_told_again_is_the_same_one(shop, lamp, warned, stream, calls):
    warn_at(shop, 3)
    warned()
    shop.reserve(LAMP=2)
    stream.deliver()
    before = dict(stream.seen)
    (first,) = warned()
    stream.seen = before

    assert [one["id"] for one in warned()] == [first["id"]]


def test_a_level_of_nothing_is_reached_when_it_is_sold_out(shop, warned):
    warn_at(shop, 0)
    shop.reserve(LAMP=4)
    assert warned() == []
    shop.reserve("ord_2", LAMP=1)
    assert len(warned()) == 1


def test_a_count_leaves_the_level_and_null_ends_it(shop, warned):
    warn_at(shop, 10)
    assert len(warned()) == 1
    assert shop.set_stock("LAMP", 4).json["low_stock_at"] == 10
    assert warn_at(shop, None, on_hand=6).json == {
        "sku": "LAMP",
        "on_hand": 6,
        "held": 0,
        "available": 6,
        "shards": 1,
        "low_stock_at": None,
    }
    assert (warned(), low(shop)) == ([], [])
    assert warn_at(shop, 1, "NONE").status == 404


def test_a_refused_count_leaves_the_level_too(api, shop, lamp):
    warn_at(shop, 2)
    shop.reserve(LAMP=3)
    refused = api.put("/stock/LAMP", {"on_hand": 2, "low_stock_at": 4}, role="staff")

    assert refused.code == "stock_held"
    assert api.get("/stock/LAMP", role="staff").json["low_stock_at"] == 2
    both = api.put("/stock/LAMP", {"on_hand": 9, "low_stock_at": 4}, role="staff").json
    assert both == api.get("/stock/LAMP", role="staff").json
    assert (both["on_hand"], both["low_stock_at"]) == (9, 4)


def test_low_skus_come_in_pages_and_archived_ones_are_none(shop, lamp, warned):
    for slug in ("chair", "desk", "bed"):
        shop.product(slug)
    for sku in ("LAMP", "CHAIR", "DESK", "BED"):
        warn_at(shop, 9, sku)
    assert len(warned()) == 4
    shop.archive(lamp)
    warned()

    first = shop.api.get("/stock?low=true&limit=2", role="staff").json
    assert [one["sku"] for one in first["items"] + low(shop, f"&cursor={first['next_cursor']}")] == [
        "BED",
        "CHAIR",
        "DESK",
    ]
    assert shop.api.get("/stock", role="staff").code == "validation_failed"
