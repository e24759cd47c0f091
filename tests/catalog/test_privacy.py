"""What is held on a person, who may have corrected the stock: told to that person, forgotten after their erasure."""

import json

import pytest

from tests.support.fixtures import client

ANN = "usr_ann"
QUARTER_OF_AN_HOUR = 900


@pytest.fixture(autouse=True)
def lamp(shop):
    return shop.product(variants=[{"sku": "LAMP", "price": {"amount": 1000, "currency": "EUR"}, "stock": 500}])


@pytest.fixture
def correct(api, shop_clock):
    """Somebody of the staff corrects the stock by `delta`."""

    def correct(delta, actor=ANN):
        shop_clock.forward(1)
        body, key = {"delta": delta, "reason": f"reason {delta}"}, f"key-{delta}"
        answer = api.post("/stock/LAMP/adjustments", body, role="staff", subject=actor, Idempotency_Key=key)
        assert answer.status == 200, answer

    return correct


def history():
    from chalicelib.stock.adjustments import Adjustment

    return [
        (one.delta, one.reason, one.actor) for one in Adjustment.query("SKU#LAMP", Adjustment.sk.startswith("ADJ#"))
    ]


def test_a_correction_loses_its_author_and_keeps_its_reason(correct, erasures):
    correct(-2)
    correct(3, "usr_bob")

    erasures.of(ANN)

    assert history() == [(-2, "reason -2", None), (3, "reason 3", "usr_bob")]


def test_many_corrections_lose_their_author_page_by_page(correct, erasures, monkeypatch):
    monkeypatch.setattr("chalicelib.stock.domain._AT_ONCE", 2)
    for delta in range(1, 6):
        correct(delta)

    erasures.of(ANN)

    assert {actor for _, _, actor in history()} == {None}


def test_after_a_crash_the_next_try_goes_on(correct, erasures, monkeypatch):
    from chalicelib.stock.adjustments import Adjustment

    class Crash(BaseException):
        pass

    def crash(_adjustment):
        raise Crash

    correct(1)
    correct(2)
    with monkeypatch.context() as patched:
        patched.setattr(Adjustment, "forget_author", crash)
        with pytest.raises(Crash):
            erasures.of(ANN)
    erasures.of(ANN)

    assert {actor for _, _, actor in history()} == {None}


def test_what_is_written_with_a_token_that_is_still_good_is_forgotten_a_quarter_of_an_hour_later(
    correct, erasures, shop_clock
):
    message = erasures.of(ANN)
    assert erasures.sent_back() == [(message, QUARTER_OF_AN_HOUR)]
    correct(1)

    shop_clock.forward(QUARTER_OF_AN_HOUR + 1)
    erasures.again(message)

    assert history() == [(1, "reason 1", None)]
    assert len(erasures.sent_back()) == 1


def test_who_wrote_nothing_costs_one_query_a_kind(erasures, calls):
    calls.clear()
    erasures.of("usr_customer")

    assert calls.dynamodb == ["Query"] * 3  # corrections, products received, days on which something was written


def test_nothing_but_ids_is_stored_of_who_corrects_the_stock(correct):
    correct(1)

    items = client("dynamodb").scan(TableName="shop-catalog-stock")["Items"]
    assert "@" not in json.dumps(items)


def test_a_person_sees_all_that_is_held(api, correct):
    for delta in (1, 2, 3):
        correct(delta)
    ann = {"role": "staff", "subject": ANN}

    first = api.get("/privacy/catalog?limit=2", **ann).json
    second = api.get(f"/privacy/catalog?limit=2&cursor={first['next_cursor']}", **ann).json

    told = first["items"] + second["items"]
    assert [(one["sku"], one["delta"], one["reason"]) for one in told] == [
        ("LAMP", delta, f"reason {delta}") for delta in (3, 2, 1)
    ]
    assert (first["user_id"], second["next_cursor"]) == (ANN, None)


@pytest.mark.parametrize("role", ["guest", "customer", "staff", "admin"])
def test_who_wrote_nothing_is_told_so(api, correct, role):
    correct(1)
    told = api.get("/privacy/catalog", role=role, subject="usr_new").json

    assert told == {"user_id": "usr_new", "items": [], "received": [], "next_cursor": None}


def test_a_cursor_is_good_only_for_its_owner(api, correct):
    correct(1)
    correct(2)
    cursor = api.get("/privacy/catalog?limit=1", role="staff", subject=ANN).json["next_cursor"]

    assert api.get(f"/privacy/catalog?cursor={cursor}", role="staff", subject="usr_bob").code == "cursor_invalid"
