"""Stock: what is on hand is what is held and what is available, and corrections happen once."""

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
