"""Reservations: all or nothing, once however often they are repeated, and never longer than promised."""

import pytest

from tests.catalog.conftest import euros


@pytest.fixture
def lamp(shop):
    return shop.product("lamp")


@pytest.fixture
def chair(shop):
    return shop.product("chair", variants=[{"sku": "CHAIR", "price": euros(5000), "stock": 2}])


def test_a_hold_takes_units_from_what_is_available(shop, lamp, shop_clock):
    made = shop.reserve(LAMP=2)

    assert made.status == 201
    assert made.json["state"] == "held"
    assert made.json["items"] == [
        {
            "sku": "LAMP",
            "product_id": lamp["id"],
            "name": "Lamp",
            "quantity": 2,
            "unit_price": euros(1000),
            "weight_g": 0,
            "thumb_url": None,
        }
    ]
    assert shop.stock() == {"on_hand": 5, "held": 2, "available": 3}


def test_a_hold_tells_what_a_piece_weighs_and_keeps_it(shop):
    stone = shop.product("stone", variants=[{"sku": "STONE", "price": euros(1), "stock": 2, "weight_g": 900}])
    first = shop.reserve(STONE=2)
    patched = shop.api.patch(
        f"/products/{stone['id']}/variants/STONE", {"weight_g": 1000}, role="staff", If_Match=f'"{stone["version"]}"'
    )

    again = shop.reserve(STONE=2)

    assert (patched.status, again.status) == (200, 200)
    assert [one.json["items"][0]["weight_g"] for one in (first, again)] == [900, 900]


def test_reserving_more_than_is_left_changes_nothing_and_names_every_short_line(shop, lamp, chair):
    refused = shop.reserve(LAMP=6, CHAIR=3)

    assert (refused.status, refused.code) == (409, "out_of_stock")
    assert refused.json["shortages"] == [
        {"sku": "LAMP", "requested": 6, "available": 5},
        {"sku": "CHAIR", "requested": 3, "available": 2},
    ]
    assert shop.stock("LAMP")["held"] == shop.stock("CHAIR")["held"] == 0
    assert shop.reservation().status == 404


def test_one_short_line_keeps_the_others_free(shop, lamp, chair):
    assert shop.reserve(LAMP=1, CHAIR=3).json["shortages"] == [{"sku": "CHAIR", "requested": 3, "available": 2}]
    assert shop.stock("LAMP") == {"on_hand": 5, "held": 0, "available": 5}


@pytest.mark.parametrize("warm", [True, False])
def test_an_unknown_sku_is_short_and_so_are_the_others_that_are(shop, lamp, chair, warm):
    if warm:
        shop.reserve("ord_0", LAMP=1)

    shortages = shop.reserve(LAMP=9, CHAIR=1, NOTHING=1).json["shortages"]

    assert shortages == [
        {"sku": "LAMP", "requested": 9, "available": 4 if warm else 5},
        {"sku": "NOTHING", "requested": 1, "available": 0},
    ]


def test_a_sku_named_twice_is_summed(shop, lamp):
    items = [{"sku": "LAMP", "quantity": 2}, {"sku": "LAMP", "quantity": 3}]

    assert shop.reserve_items(items).json["items"][0]["quantity"] == 5
    assert shop.stock()["available"] == 0


def test_repeating_a_reservation_answers_200_and_holds_once(shop, lamp):
    first = shop.reserve(LAMP=2)
    again = shop.reserve(LAMP=2)

    assert (first.status, again.status) == (201, 200)
    assert again.json["items"] == first.json["items"]
    assert shop.stock()["held"] == 2


def test_a_repeat_is_answered_although_nothing_is_left_by_now(shop, lamp):
    shop.reserve(LAMP=5)

    assert shop.reserve(LAMP=5).status == 200


def test_repeating_before_it_expires_extends_the_hold_and_never_shortens_it(shop, lamp, shop_clock):
    first = shop.reserve(ttl_seconds=600)
    shop_clock.forward(300)
    longer = shop.reserve(ttl_seconds=600)
    shorter = shop.reserve(ttl_seconds=10)

    assert first.json["expires_at"] < longer.json["expires_at"] == shorter.json["expires_at"]
    shop_clock.forward(599)
    assert shop.commit().status == 200


def test_other_items_under_the_same_id_are_refused_also_later(shop, lamp, chair, shop_clock):
    shop.reserve(LAMP=2)
    shop_clock.forward(1)

    for other in ({"LAMP": 1}, {"LAMP": 2, "CHAIR": 1}, {"CHAIR": 2}):
        assert shop.reserve(**other).code == "reservation_mismatch"
    assert shop.stock()["held"] == 2


def test_a_released_reservation_can_not_be_made_again(shop, lamp):
    shop.reserve()
    shop.release()

    assert shop.reserve().code == "reservation_closed"
    assert shop.stock() == {"on_hand": 5, "held": 0, "available": 5}


@pytest.mark.parametrize("swept", [True, False])
def test_an_expired_hold_is_closed_whether_or_not_the_sweeper_came(shop, lamp, shop_clock, sweep, swept):
    shop.reserve(ttl_seconds=60)
    shop_clock.forward(60)
    if swept:
        sweep()

    assert shop.reservation().json["state"] == "expired"
    assert shop.reserve().code == "reservation_closed"
    assert shop.commit().code == "reservation_expired"
    assert shop.stock()["held"] == (0 if swept else 1)


def test_a_commit_demands_a_hold_that_has_not_expired(shop, lamp, shop_clock):
    """Nothing else may hide this: no sweeper has run, the stock is still held, only the time is over."""
    shop.reserve(ttl_seconds=60)
    shop_clock.forward(59.9)
    shop.reserve("ord_2", ttl_seconds=60)
    shop_clock.forward(0.1)

    assert (shop.commit("ord_1").status, shop.commit("ord_2").status) == (409, 200)


def test_the_sweeper_gives_expired_holds_back_and_no_others(shop, lamp, shop_clock, sweep):
    for number in range(4):
        shop.reserve(f"ord_{number}", ttl_seconds=60)
    shop.reserve("ord_later", ttl_seconds=120)
    shop.commit("ord_0")
    shop_clock.forward(60)

    sweep()
    sweep()

    assert shop.stock() == {"on_hand": 4, "held": 1, "available": 3}


def test_a_sweeper_that_was_down_for_a_day_gives_everything_back(shop, lamp, shop_clock, sweep):
    shop.reserve(LAMP=5)
    shop_clock.forward(86_400)
    sweep()

    assert shop.stock()["available"] == 5


def test_a_hold_that_can_not_be_ended_keeps_no_other_from_it(shop, lamp, shop_clock, sweep, monkeypatch):
    from chalicelib.reservations import domain, models

    for number in range(3):
        shop.reserve(f"ord_{number}", ttl_seconds=60, LAMP=1)
    shop_clock.forward(61)
    find = models.Reservation.find

    def broken(reservation_id):
        if reservation_id == "ord_1":
            raise RuntimeError("broken")
        return find(reservation_id)

    monkeypatch.setattr(domain.Reservation, "find", broken)
    with pytest.raises(ExceptionGroup):
        sweep()
    assert shop.stock() == {"on_hand": 5, "held": 1, "available": 4}


def test_trouble_with_holds_keeps_no_import_waiting(shop, sweep, monkeypatch):
    from chalicelib.imports import domain as imports
    from chalicelib.reservations import domain as reservations

    swept = []
    monkeypatch.setattr(reservations.Reservation, "due", lambda _: 1 / 0)
    monkeypatch.setattr(imports, "sweep", lambda: swept.append("imports"))
    with pytest.raises(ExceptionGroup):
        sweep()

    assert swept == ["imports"]


def test_a_hold_made_after_the_clock_was_turned_back_is_swept_too(shop, lamp, shop_clock, sweep):
    shop_clock.forward(7200)
    sweep()
    shop_clock.forward(-7200)
    shop.reserve(ttl_seconds=60)
    shop_clock.forward(61)
    sweep()

    assert shop.stock()["held"] == 0


def test_a_commit_sells_what_was_held_once(shop, lamp):
    shop.reserve(LAMP=2)

    assert [shop.commit().status, shop.commit().json["state"]] == [200, "sold"]
    assert shop.stock() == {"on_hand": 3, "held": 0, "available": 3}


def test_reserving_what_is_sold_already_answers_200(shop, lamp):
    shop.reserve(LAMP=2)
    shop.commit()

    assert (shop.reserve(LAMP=2).status, shop.reserve(LAMP=1).code) == (200, "reservation_mismatch")
    assert shop.stock()["on_hand"] == 3


def test_a_sale_stays_repeatable_after_its_product_is_archived(shop, lamp):
    shop.reserve(LAMP=2)
    shop.commit()
    shop.archive(lamp)

    assert (shop.reserve(LAMP=2).status, shop.commit().status) == (200, 200)


def test_committing_what_was_never_held_or_was_released(shop, lamp):
    assert shop.commit().status == 404
    shop.release()
    assert shop.commit().code == "reservation_closed"


def test_a_release_before_the_hold_refuses_the_late_hold(shop, lamp):
    assert shop.release().status == 204

    assert shop.reserve().code == "reservation_closed"
    assert shop.stock()["held"] == 0


def test_releasing_gives_back_once_and_never_what_is_sold(shop, lamp):
    shop.reserve("ord_1", LAMP=2)
    shop.reserve("ord_2", LAMP=1)
    shop.commit("ord_2")

    assert [shop.release("ord_1").status, shop.release("ord_1").status] == [204, 204]
    assert shop.release("ord_2").code == "reservation_committed"
    assert shop.stock() == {"on_hand": 4, "held": 0, "available": 4}


def test_a_return_restocks_once_for_each_return_id(shop, lamp):
    shop.reserve(LAMP=3)
    shop.commit()

    assert [shop.give_back("ret_1", LAMP=1).status, shop.give_back("ret_1", LAMP=1).status] == [200, 200]
    assert shop.give_back("ret_2", LAMP=2).status == 200
    assert shop.stock() == {"on_hand": 5, "held": 0, "available": 5}


def test_a_reservation_tells_what_came_back(shop, lamp):
    shop.reserve(LAMP=3)
    shop.commit()

    answer = shop.give_back("ret_1", LAMP=1)

    assert answer.json["returns"] == [{"return_id": "ret_1", "items": [{"sku": "LAMP", "quantity": 1}]}]
    assert shop.reservation().json["returns"] == answer.json["returns"]


def test_a_return_id_with_other_items_is_refused(shop, lamp):
    shop.reserve(LAMP=3)
    shop.commit()
    shop.give_back("ret_1", LAMP=1)

    assert shop.give_back("ret_1", LAMP=2).code == "reservation_mismatch"


def test_no_more_comes_back_than_was_sold(shop, lamp, chair):
    shop.reserve(LAMP=2)
    assert shop.give_back("ret_1", LAMP=1).code == "reservation_not_committed"
    shop.commit()
    shop.give_back("ret_1", LAMP=1)

    assert shop.give_back("ret_2", LAMP=2).code == "return_exceeds"
    assert shop.give_back("ret_2", CHAIR=1).code == "return_exceeds"
    assert shop.stock()["on_hand"] == 4


def test_the_price_held_is_the_price_at_that_moment(shop, lamp):
    shop.reserve("ord_1")
    path = f"/products/{lamp['id']}/variants/LAMP"
    changed = shop.api.patch(path, {"price": euros(700)}, role="staff", If_Match='"1"')

    assert changed.status == 200
    assert shop.reserve("ord_2").json["items"][0]["unit_price"] == euros(700)
    assert shop.reserve("ord_1").json["items"][0]["unit_price"] == euros(1000)


def test_what_is_no_longer_for_sale_can_not_be_reserved(shop, lamp):
    shop.reserve("ord_1")
    shop.change(lamp, status="draft")

    assert shop.reserve("ord_2").json["shortages"] == [{"sku": "LAMP", "requested": 1, "available": 0}]


def test_what_goes_on_sale_in_between_is_held(shop, monkeypatch):
    from chalicelib.reservations import domain

    draft = shop.product("lamp", status="draft")
    look = domain.Reservation.find

    def publish_first(reservation_id):
        shop.change(draft, status="active")
        return look(reservation_id)

    monkeypatch.setattr(domain.Reservation, "find", publish_first)
    assert shop.reserve(LAMP=1).status == 201


def test_units_never_come_back_to_a_later_owner_of_the_sku(shop, lamp):
    """What was reserved of an archived product must not appear as stock of another one with its SKU."""
    shop.reserve("ord_1", LAMP=2)
    shop.reserve("ord_2", LAMP=1)
    shop.commit("ord_2")
    shop.archive(lamp)
    shop.product("other", variants=[{"sku": "LAMP", "price": euros(1), "stock": 7}])

    assert shop.release("ord_1").status == 204
    assert shop.give_back("ret_1", "ord_2", LAMP=1).status == 200
    assert shop.stock("LAMP") == {"on_hand": 7, "held": 0, "available": 7}


def test_the_stream_settles_a_sale(shop, lamp, stream):
    from chalicelib.reservations.models import Reservation

    shop.reserve()
    shop.commit()
    stream.deliver()

    assert list(Reservation.unsettled_sales()) == []
    stream.deliver()
    assert shop.stock() == {"on_hand": 4, "held": 0, "available": 4}


def test_a_release_that_read_before_the_commit_gives_nothing_back(shop, lamp):
    from chalicelib.reservations import domain, models
    from chalicelib.stock import counters

    shop.reserve(LAMP=2)
    seen = domain.find_reservation("ord_1")
    shop.commit()

    assert not models.close(seen, "released", seen.held_until, counters.give_back)
    assert shop.stock() == {"on_hand": 3, "held": 0, "available": 3}


def test_a_sweeper_that_read_before_an_extension_gives_nothing_back(shop, lamp, shop_clock):
    from chalicelib.reservations import domain, models
    from chalicelib.stock import counters

    shop.reserve(ttl_seconds=60)
    seen = domain.find_reservation("ord_1")
    shop.reserve(ttl_seconds=120)
    shop_clock.forward(60)

    assert not models.close(seen, "expired", seen.held_until, counters.give_back)
    assert shop.commit().status == 200


def test_two_that_settle_the_same_sale_count_it_once(shop, lamp):
    """The stream's handler and a reader of the counters may both have seen it unsettled."""
    from chalicelib.reservations import domain, models
    from chalicelib.stock import counters

    shop.reserve(LAMP=2)
    shop.commit()
    sale = domain.find_reservation("ord_1")

    settled = [models.settle(sale.id, sale.lines, counters.sell) for _ in range(2)]
    assert settled == [True, False]
    assert shop.stock() == {"on_hand": 3, "held": 0, "available": 3}


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"items": [], "ttl_seconds": 60}, "items", "validation_failed"),
        ({"items": [{"sku": "A", "quantity": 1}] * 51, "ttl_seconds": 60}, "items", "limit_reached"),
        ({"items": [{"sku": "A", "quantity": 0}], "ttl_seconds": 60}, "items[0].quantity", "validation_failed"),
        ({"items": [{"sku": "A", "quantity": 1000}], "ttl_seconds": 60}, "items[0].quantity", "validation_failed"),
        ({"items": [{"sku": "A", "quantity": True}], "ttl_seconds": 60}, "items[0].quantity", "validation_failed"),
        ({"items": [{"sku": "A", "quantity": 1}], "ttl_seconds": 3601}, "ttl_seconds", "validation_failed"),
        ({"items": [{"sku": "A", "quantity": 1}], "ttl_seconds": 0}, "ttl_seconds", "validation_failed"),
    ],
)
def test_limits_of_a_reservation(api, body, field, code):
    refused = api.put("/reservations/ord_1", body, role="service:orders")

    assert (refused.status, refused.code) == (422, code)
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_an_id_that_is_none_is_not_found(shop, lamp):
    assert shop.reserve("a b").status == 404
    assert shop.reserve("x" * 129).status == 404


@pytest.fixture
def priced(shop):
    """One lamp that is sold in dollars too, and one that is not."""
    prices = [{"price": {"amount": 1100, "currency": "USD"}}]
    shop.product("lamp", variants=[{"sku": "LAMP", "price": euros(1000), "prices": prices, "stock": 5}])
    shop.product("chair")


def reserve_in(shop, currency, **quantities):
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
    body = {"items": items, "ttl_seconds": 60, "currency": currency}
    return shop.api.put("/reservations/ord_1", body, role="service:orders")


def test_lines_are_priced_in_the_currency_asked_for(shop, priced):
    made = reserve_in(shop, "USD", LAMP=1)

    assert made.json["items"][0]["unit_price"] == {"amount": 1100, "currency": "USD"}
    assert reserve_in(shop, "USD", LAMP=1).status == 200
    assert reserve_in(shop, "EUR", LAMP=1).code == "reservation_mismatch"
    assert shop.reserve(LAMP=1).status == 200


def test_a_line_without_a_price_in_that_currency_holds_nothing(shop, priced):
    refused = reserve_in(shop, "USD", LAMP=1, CHAIR=1)

    assert (refused.status, refused.code, refused.json["sku"]) == (409, "currency_mismatch", "CHAIR")
    assert shop.stock("LAMP")["held"] == 0
    assert reserve_in(shop, "EUR", LAMP=1, CHAIR=1).status == 201


def test_a_price_in_a_currency_counts_from_when_it_is_there(shop, priced):
    assert reserve_in(shop, "USD", CHAIR=1).code == "currency_mismatch"
    prices = [{"price": {"amount": 500, "currency": "USD"}}]
    chair = shop.read("chair").json
    path = f"/products/{chair['id']}/variants/CHAIR"
    assert shop.api.patch(path, {"prices": prices}, role="staff", If_Match='"1"').status == 200

    assert reserve_in(shop, "USD", CHAIR=1).json["items"][0]["unit_price"] == prices[0]["price"]


def test_a_hold_is_extended_at_its_prices_although_one_of_them_is_gone(shop, priced):
    from chalicelib.reservations import holding
    from chalicelib.stock import counters

    assert reserve_in(shop, "USD", LAMP=1).status == 201
    path = f"/products/{shop.read('lamp').json['id']}/variants/LAMP"
    assert shop.api.patch(path, {"prices": []}, role="staff", If_Match='"1"').status == 200
    counters.forget()
    holding.forget()  # as another process
    again = reserve_in(shop, "USD", LAMP=1)

    assert (again.status, again.json["items"][0]["unit_price"]["amount"]) == (200, 1100)


def test_no_currency_is_the_products_own(shop, priced):
    assert shop.reserve(LAMP=1).json["items"][0]["unit_price"] == euros(1000)
    assert reserve_in(shop, "usd", LAMP=1).code == "validation_failed"


OK, GONE, NONE = 200, 204, 404
CLOSED, MISMATCH, UNSOLD = "reservation_closed", "reservation_mismatch", "reservation_not_committed"
CALLS = ("same", "other", "look", "commit", "release", "return")
ANSWERS = {
    "none": (201, 201, NONE, NONE, GONE, NONE),
    "held": (OK, MISMATCH, "held", OK, GONE, UNSOLD),
    "lapsed": (CLOSED, MISMATCH, "expired", "reservation_expired", GONE, UNSOLD),
    "expired": (CLOSED, MISMATCH, "expired", "reservation_expired", GONE, UNSOLD),
    "released": (CLOSED, MISMATCH, "released", CLOSED, GONE, UNSOLD),
    "buried": (CLOSED, CLOSED, "released", CLOSED, GONE, UNSOLD),
    "sold": (OK, MISMATCH, "sold", OK, "reservation_committed", OK),
    "returned": (OK, MISMATCH, "sold", OK, "reservation_committed", OK),
}


@pytest.mark.parametrize("state", ANSWERS)
def test_every_call_in_every_state_also_when_repeated(shop, shop_clock, sweep, state):
    shop.product("lamp", variants=[{"sku": "LAMP", "price": euros(1000), "stock": 100}])
    for call, expected in zip(CALLS, ANSWERS[state], strict=True):
        order = f"ord_{call}"
        bring_to(shop, shop_clock, sweep, order, state)
        answers = [ask(shop, call, order) for _ in range(2)]
        assert answers in ([expected, expected], [201, 200]), call


def bring_to(shop, shop_clock, sweep, order, state):
    if state == "buried":
        shop.release(order)
    elif state != "none":
        shop.reserve(order, ttl_seconds=10, LAMP=2)
    if state in ("lapsed", "expired"):
        shop_clock.forward(10)
    if state == "expired":
        sweep()
    elif state == "released":
        shop.release(order)
    elif state in ("sold", "returned"):
        shop.commit(order)
    if state == "returned":
        shop.give_back("ret_1", order, LAMP=1)


def ask(shop, call, order):
    """The code of a refusal, the state that was shown, or the status."""
    answer = {
        "same": lambda: shop.reserve(order, ttl_seconds=10, LAMP=2),
        "other": lambda: shop.reserve(order, ttl_seconds=10, LAMP=1),
        "look": lambda: shop.reservation(order),
        "commit": lambda: shop.commit(order),
        "release": lambda: shop.release(order),
        "return": lambda: shop.give_back("ret_1", order, LAMP=1),
    }[call]()
    if answer.status in (400, 409):
        return answer.code
    return answer.json["state"] if call == "look" and answer.status == 200 else answer.status
