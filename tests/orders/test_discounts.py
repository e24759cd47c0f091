"""Discount codes: staff edit them, the checkout applies them, and no use is given that is not there."""

import pytest

from chalicelib.checkout import store as checkout_store
from chalicelib.discounts import models
from common.clock import rfc3339
from common.tables import Busy, OutcomeUnknown
from tests.orders.neighbours import Crash, crashing_at, sweep
from tests.orders.simulation.catalog import Hold

DOLLAR = {"amount": 1, "currency": "USD"}
LIMITS = {"max_uses": 1, "max_uses_per_customer": 1}


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


class Office:
    """Staff at work on discounts."""

    def __init__(self, api):
        self.api = api

    def makes(self, code="SPRING", kind="percent", value=10, **fields):
        body = {"code": code, "kind": kind, "value": value} | fields
        return self.api.post("/discounts", body, role="staff")

    def changes(self, code="SPRING", version=1, **fields):
        headers = {} if version is None else {"If_Match": f'"{version}"'}
        return self.api.patch(f"/discounts/{code}", fields, role="staff", **headers)

    def deletes(self, code="SPRING", **headers):
        return self.api.delete(f"/discounts/{code}", role="staff", **headers)

    def sees(self, code="SPRING"):
        return self.api.get(f"/discounts/{code}", role="staff").json

    def uses(self, code="SPRING"):
        return self.sees(code)["uses"]


@pytest.fixture
def office(api):
    return Office(api)


def buys(shop, code="SPRING", key="key-1", sku="MUG", **changes):
    """With what was seen just before, or as it would be if the quote is refused."""
    shop.puts(sku)
    quote = shop.quote(discount_code=code).json
    return shop.buys(key, discount_code=code, **({"expected_total": quote.get("total", eur(1))} | changes))


# What staff do.


def test_a_discount_is_made_and_shown(office, api, shop_clock):
    made = office.makes(value=15, min_subtotal=eur(1000), ends_at="2030-05-01T02:00:00+02:00", max_uses=5)

    assert (made.status, made.headers["Location"], made.headers["ETag"]) == (201, "/discounts/SPRING", '"1"')
    assert made.json == office.sees() == {
        "code": "SPRING",
        "kind": "percent",
        "value": 15,
        "min_subtotal": eur(1000),
        "starts_at": None,
        "ends_at": "2030-05-01T00:00:00Z",
        "max_uses": 5,
        "max_uses_per_customer": None,
        "uses": 0,
        "version": 1,
        "created_at": rfc3339(shop_clock()),
    }  # fmt: skip


def test_a_code_is_the_same_in_upper_and_lower_case(office, shop):
    office.makes("Spring-1")
    shop.puts("MUG", 2)

    assert (office.makes("SPRING-1").status, office.makes("spring-1").code) == (409, "code_taken")
    assert office.sees("sPRING-1")["code"] == "Spring-1"
    assert shop.quote(discount_code="SPRING-1").json["discount"] == eur(150)


FLAWS = [
    ({"value": 0}, "value", "out_of_range"),
    ({"value": 101}, "value", "out_of_range"),
    ({"value": 10.0}, "value", "wrong_type"),
    ({"value": True}, "value", "wrong_type"),
    ({"value": None}, "value", "missing"),
    ({"value": eur(100)}, "value", "wrong_type"),
    ({"kind": "fixed", "value": 100}, "value", "wrong_type"),
    ({"kind": "fixed", "value": eur(0)}, "value", "out_of_range"),
    ({"kind": "fixed", "value": eur(-1)}, "value.amount", "out_of_range"),
    ({"kind": "fixed", "value": eur(1), "min_subtotal": DOLLAR}, "min_subtotal", "currency_mismatch"),
    ({"kind": "free_shipping", "value": 5}, "value", "not_accepted"),
    ({"kind": "half_price"}, "kind", "invalid_value"),
    ({"code": "SP RING"}, "code", "wrong_format"),
    ({"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}, "ends_at", "out_of_range"),
    ({"starts_at": "0001-01-01T00:00:00+23:00"}, "starts_at", "out_of_range"),
    ({"starts_at": "2030-01-01"}, "starts_at", "invalid_value"),
    ({"starts_at": "2030-01-01T00:00:00"}, "starts_at", "invalid_value"),
    ({"max_uses": 0}, "max_uses", "out_of_range"),
    ({"max_uses_per_customer": -1}, "max_uses_per_customer", "out_of_range"),
    ({"colour": "red"}, "colour", "unknown_field"),
]


def test_a_discount_that_can_not_be_meant_is_refused(office):
    """In one test, for a fresh table costs more than all of them."""
    for fields, bad, code in FLAWS:
        answer = office.makes(**fields)

        found = [(one["field"], one["code"]) for one in answer.json["errors"]]
        assert (answer.status, found) == (422, [(bad, code)]), fields
    assert office.api.get("/discounts", role="staff").json["items"] == []


def test_an_edit_needs_the_version_that_was_read(office):
    office.makes()

    answers = [office.changes(version=version, value=20) for version in (None, 2, 1, 1)]

    assert [(one.status, one.headers.get("ETag")) for one in answers] == [
        (428, None), (412, None), (200, '"2"'), (412, None)
    ]  # fmt: skip
    assert (office.sees()["value"], office.changes("NONE").status) == (20, 404)


def test_an_edit_is_judged_together_with_what_stays(office):
    office.makes(kind="fixed", value=eur(100), ends_at="2030-01-01T00:00:00Z")

    for wrong in (
        {"kind": "percent"},
        {"value": 5},
        {"min_subtotal": DOLLAR},
        {"starts_at": "2031-01-01T00:00:00Z"},
        {"name": "OTHER"},
    ):
        assert office.changes(**wrong).status == 422
    assert office.changes(kind="percent", value=5, ends_at=None).json["value"] == 5
    assert office.sees()["ends_at"] is None


def test_what_did_not_change_is_not_sent_again(office, shop):
    office.makes(max_uses=9)
    tag = office.api.get("/discounts/SPRING", role="staff").headers["ETag"]
    known = office.api.get("/discounts/SPRING", role="staff", If_None_Match=tag)

    buys(shop)

    assert (known.status, office.api.get("/discounts/SPRING", role="staff", If_None_Match=tag).json["uses"]) == (304, 1)


def test_a_deleted_code_is_unknown_and_free_again(office, shop):
    office.makes(max_uses=1)
    buys(shop)

    answers = [office.deletes(If_Match='"7"'), office.deletes(), office.deletes()]

    assert [one.status for one in answers] == [412, 204, 404]
    assert (buys(shop, key="key-2").code, office.makes(max_uses=1).status) == ("discount_invalid", 201)
    assert buys(shop, key="key-3").status == 201


@pytest.mark.parametrize("role", ["guest", "customer"])
def test_only_staff_see_discounts(office, api, role):
    office.makes()

    for method, path in (("GET", ""), ("POST", ""), ("GET", "/SPRING"), ("PATCH", "/SPRING"), ("DELETE", "/SPRING")):
        assert api.request(method, f"/discounts{path}", {}, role=role).code == "forbidden"
        assert api.request(method, f"/discounts{path}", {}).code == "token_missing"


def test_the_list_goes_by_code_and_its_cursor_belongs_to_its_reader(office, api):
    for number in range(5):
        office.makes(f"code-{number}", max_uses=number or None)

    first = api.get("/discounts?limit=2", role="staff").json
    second = api.get(f"/discounts?limit=2&cursor={first['next_cursor']}", role="staff").json
    third = api.get(f"/discounts?limit=2&cursor={second['next_cursor']}", role="staff").json

    assert [one["code"] for page in (first, second, third) for one in page["items"]] == [f"code-{n}" for n in range(5)]
    assert (third["next_cursor"], first["items"][0]["uses"], first["items"][1]["uses"]) == (None, None, 0)
    stolen = api.get(f"/discounts?cursor={first['next_cursor']}", role="admin", subject="usr_other")
    assert stolen.code == "cursor_invalid"


def test_an_edit_whose_reply_was_lost_is_made_once(office, monkeypatch):
    put, update = models.tables.put, models.tables.update
    monkeypatch.setattr(models.tables, "put", lambda *written: [put(*written), put(*written)])
    monkeypatch.setattr(models.tables, "update", lambda *written: [update(*written), update(*written)])

    assert office.makes().status == 201
    assert (office.changes(value=11).json["version"], office.sees()["value"]) == (2, 11)


# What buyers get.


def sums(answer):
    return {part: answer.json[part]["amount"] for part in ("subtotal", "discount", "shipping", "tax", "total")}


def test_a_percentage_is_taken_off_each_line_before_its_tax(office, shop, catalog):
    office.makes(value=15)
    catalog.reservations.skus["MUG"].price = 333
    shop.puts("MUG", 1)
    shop.puts("LAMP.1", 1)

    answer = shop.quote(discount_code="spring")

    assert [line["discount"]["amount"] for line in answer.json["items"]] == [300, 50]  # 299.85 and 49.95
    assert [line["tax"]["amount"] for line in answer.json["items"]] == [271, 45]
    assert sums(answer) == {"subtotal": 2332, "discount": 350, "shipping": 490, "tax": 271 + 45 + 78, "total": 2472}


def test_a_fixed_amount_is_dealt_out_over_the_lines_to_the_cent(office, shop, catalog):
    office.makes(kind="fixed", value=eur(1000))
    catalog.reservations.skus["MUG"].price = 1999
    shop.puts("MUG", 1)
    shop.puts("LAMP.1", 2)

    answer = shop.quote(discount_code="SPRING")

    assert [line["discount"]["amount"] for line in answer.json["items"]] == [667, 333]
    assert sums(answer)["discount"] == 1000


def test_a_fixed_amount_never_takes_off_more_than_the_goods_cost(office, shop, provider):
    office.makes(kind="fixed", value=eur(100_000))
    shop.puts("MUG", 3)

    answer = shop.quote(discount_code="SPRING")

    assert sums(answer) == {"subtotal": 2250, "discount": 2250, "shipping": 490, "tax": 78, "total": 490}


def test_an_order_for_nothing_needs_no_payment(office, shop, api, provider):
    office.makes(value=100)
    free = {"name": "Free", "countries": ["DE"], "rates": [{"price": eur(0)}]}
    api.put("/shipping-methods/standard", free, role="admin")

    order = buys(shop, payment_method=None)

    assert (order.status, order.json["total"], provider.calls) == (201, eur(0), [])


def test_free_shipping_makes_shipping_and_its_tax_nothing(office, shop):
    office.makes(kind="free_shipping", value=None)
    shop.puts("MUG")

    answer = shop.quote(discount_code="SPRING")

    assert sums(answer) == {"subtotal": 750, "discount": 0, "shipping": 0, "tax": 120, "total": 750}
    assert office.sees()["value"] is None


def test_tax_on_top_is_of_what_is_left_to_pay(office, shop, api):
    office.makes(value=10)
    api.put("/tax-rates/DE", {"rate_bps": 1000, "inclusive": False}, role="admin")
    shop.puts("MUG")

    answer = shop.quote(discount_code="SPRING")

    assert sums(answer) == {"subtotal": 750, "discount": 75, "shipping": 490, "tax": 68 + 49, "total": 1282}


def test_the_order_has_the_discount_that_was_quoted(office, shop):
    office.makes(value=10)

    order = buys(shop, code="spring").json

    assert (order["discount"], order["discount_code"], order["items"][0]["discount"]) == (eur(75), "SPRING", eur(75))
    assert order["payment"]["captured"] == order["total"] == eur(1165)


USELESS = [
    {"code": "OTHER"},
    {"starts_at": "2100-01-01T00:00:00Z"},
    {"ends_at": "2020-01-01T00:00:00Z"},
    {"min_subtotal": eur(751)},
    {"min_subtotal": DOLLAR},
    {"kind": "fixed", "value": DOLLAR},
]


def test_a_code_that_is_of_no_use_is_refused_in_quote_and_order(office, shop, catalog, provider):
    shop.puts("MUG")
    for number, fields in enumerate(USELESS):
        office.makes(**({"code": f"CODE{number}"} | fields))

        quote = shop.quote(discount_code=f"CODE{number}")
        order = buys(shop, code=f"CODE{number}")

        assert [(one.status, one.code) for one in (quote, order)] == [(422, "discount_invalid")] * 2, fields
    assert (catalog.left("MUG"), provider.calls, shop.cart()["items"][0]["quantity"]) == (3, [], 1)
    assert buys(shop, code=None).status == 201  # the key is free


def test_a_code_holds_from_its_start_until_its_end(office, shop, shop_clock):
    now = int(shop_clock())
    office.makes(starts_at=rfc3339(now + 100), ends_at=rfc3339(now + 200))
    shop.puts("MUG")

    statuses = []
    for moment in (now + 99, now + 100, now + 199, now + 200):
        shop_clock.seconds = moment
        statuses.append(shop.quote(discount_code="SPRING").status)

    assert statuses == [422, 200, 200, 422]


def test_the_goods_may_cost_exactly_the_minimum(office, shop):
    office.makes(min_subtotal=eur(750))
    shop.puts("MUG")

    assert shop.quote(discount_code="SPRING").status == 200


# Uses.


def test_the_last_use_is_given_once(office, shop, provider):
    office.makes(max_uses=2)

    orders = [buys(shop.named(f"usr_{n}"), sku="LAMP.1") for n in range(3)]

    assert [one.status for one in orders] == [201, 201, 409]
    assert (orders[2].code, office.uses()) == ("discount_used_up", 2)
    assert shop.named("usr_2").quote(discount_code="SPRING").code == "discount_used_up"


def in_between(monkeypatch, do):
    """Just before an order is placed, when its terms are read and its stock is held."""
    place, todo = checkout_store.DynamoStore.place, [do]

    def late(self, record, order):
        if todo:
            todo.pop()()
        return place(self, record, order)

    monkeypatch.setattr(checkout_store.DynamoStore, "place", late)


def test_who_loses_the_race_for_the_last_use_has_bought_nothing(office, shop, catalog, provider, monkeypatch):
    office.makes(max_uses=1)
    other = shop.named("usr_fast")
    other.puts("LAMP.1")
    quick = other.purchase(discount_code="SPRING", expected_total=eur(1799 + 490))
    in_between(monkeypatch, lambda: other.buys(body=quick))

    lost = buys(shop)

    assert (lost.status, lost.code, office.uses()) == (409, "discount_used_up", 1)
    assert (catalog.left("MUG"), catalog.states().count(Hold.RELEASED)) == (3, 1)
    assert buys(shop, code=None).status == 201  # neither record nor mark are left


def test_too_many_at_one_code_are_asked_to_come_again_and_nothing_happened(office, shop, catalog, monkeypatch):
    office.makes(max_uses=1)
    shop.puts("MUG")
    body = shop.purchase(discount_code="SPRING", expected_total=eur(675 + 490))

    def busy(_transaction):
        raise Busy(retry_after=1)

    with monkeypatch.context() as patched:
        patched.setattr(checkout_store.Transaction, "commit", busy)
        answer = shop.buys(body=body)

    assert (answer.status, answer.headers["Retry-After"], catalog.left("MUG")) == (503, "1", 3)
    assert (shop.buys(body=body).status, office.uses()) == (201, 1)


def test_a_use_that_comes_back_too_late_is_for_the_next_try(office, shop, monkeypatch):
    office.makes(max_uses=1)
    other = shop.named("usr_fast")
    other.puts("LAMP.1")
    quick = other.purchase(discount_code="SPRING", expected_total=eur(1799 + 490))
    bought = []
    in_between(monkeypatch, lambda: bought.append(other.buys(body=quick).json["id"]))
    find_record = checkout_store.DynamoStore.find_record

    def slow(self, owner, key):
        other.post(f"/orders/{bought[0]}/cancel")
        return find_record(self, owner, key)

    with monkeypatch.context() as patched:
        patched.setattr(checkout_store.DynamoStore, "find_record", slow)
        assert buys(shop).code == "discount_used_up"

    assert (office.uses(), buys(shop).status) == (0, 201)


def test_a_code_that_is_deleted_at_the_last_moment_is_refused(office, shop, catalog, monkeypatch):
    office.makes(max_uses=5)
    in_between(monkeypatch, office.deletes)

    assert buys(shop).code == "discount_invalid"
    assert catalog.left("MUG") == 3


def test_a_discount_that_was_changed_meanwhile_is_told_with_the_new_quote(office, shop):
    office.makes(value=20)
    shop.puts("MUG")
    body = shop.purchase(discount_code="SPRING", expected_total=eur(600 + 490))
    office.changes(value=10)

    answer = shop.buys(body=body)

    assert (answer.status, answer.code, answer.json["quote"]["discount"]) == (409, "price_changed", eur(75))


def test_a_code_that_lost_its_maximum_at_the_last_moment_is_used_all_the_same(office, shop, monkeypatch):
    office.makes(max_uses=1)
    in_between(monkeypatch, lambda: office.changes(max_uses=None))

    assert buys(shop).status == 201
    assert office.uses() == 1


@pytest.mark.parametrize(
    ("fields", "method"), [(LIMITS, "pm_declined"), (LIMITS, "pm_capture_fails"), ({}, "pm_declined")]
)
def test_the_use_of_an_order_that_fails_is_given_back(office, shop, fields, method):
    office.makes(**fields)

    failed = buys(shop, payment_method=method)
    sweep()

    assert (failed.status // 100, office.uses()) in ((4, 0), (2, 0))
    assert buys(shop, key="key-2").status == 201
    assert office.uses() == 1


def test_the_use_of_a_cancelled_order_is_given_back_once(office, shop):
    office.makes(max_uses=2)
    orders = [buys(shop, key=f"key-{n}").json["id"] for n in range(2)]

    for _ in range(3):
        shop.post(f"/orders/{orders[0]}/cancel")
        sweep()

    assert office.uses() == 1


def test_a_use_whose_order_crashed_is_kept_until_it_ends(office, shop, shop_clock):
    office.makes(max_uses=1)
    shop.puts("MUG")
    body = shop.purchase(discount_code="SPRING", expected_total=eur(675 + 490), payment_method="pm_3ds")
    with crashing_at("write"), pytest.raises(Crash):
        shop.buys(body=body)
    assert (office.uses(), shop.buys("key-2", body=body).code) == (1, "discount_used_up")

    for _ in range(3):
        shop_clock.forward(1000)
        sweep()

    assert office.uses() == 0


def test_a_repeat_of_the_placing_counts_once(office, shop, monkeypatch):
    office.makes(max_uses=5)
    place = checkout_store.DynamoStore.place

    def lost(self, record, order):
        assert place(self, record, order)
        return place(self, record, order)

    monkeypatch.setattr(checkout_store.DynamoStore, "place", lost)

    assert buys(shop).status == 201
    assert office.uses() == 1


def test_a_customer_may_use_a_code_as_often_as_it_says(office, shop):
    office.makes(max_uses_per_customer=2)
    ann, bob = shop.named("usr_ann", "customer"), shop.named("usr_bob", "customer")

    orders = [buys(ann, key=f"key-{n}", sku="LAMP.1") for n in range(3)]

    assert [one.status for one in orders] == [201, 201, 409]
    assert ann.quote(discount_code="SPRING").code == orders[2].code == "discount_used_up"
    assert (buys(bob, sku="LAMP.1").status, office.uses()) == (201, 3)


def test_a_guest_who_comes_back_is_known_by_the_address(office, shop):
    office.makes(max_uses_per_customer=1)
    buys(shop, email="Ann@Example.test")

    again = buys(shop.named("usr_other"), email="ann@example.test")

    assert (again.code, buys(shop.named("usr_third"), email="bob@example.test").status) == ("discount_used_up", 201)


def test_a_maximum_below_what_was_used_means_used_up(office, shop):
    office.makes(max_uses=5)
    buys(shop)
    buys(shop, key="key-2")

    changed = office.changes(max_uses=1)

    assert (changed.status, changed.json["uses"]) == (200, 2)
    assert buys(shop, key="key-3").code == "discount_used_up"
    assert office.changes(version=2, max_uses=3).status == 200
    assert buys(shop, key="key-3").status == 201


def test_uses_from_before_there_was_a_maximum_count_against_it(office, shop):
    office.makes()
    buys(shop)

    assert office.changes(max_uses=2).json["uses"] == 1
    assert [buys(shop, key=f"again-{n}").status for n in range(2)] == [201, 409]
    (shown,) = office.api.get("/discounts", role="staff").json["items"]
    assert (shown["uses"], office.uses()) == (2, 2)


def test_a_code_without_a_maximum_is_not_written_by_the_orders_that_use_it(office, shop, calls):
    office.makes()
    calls.clear()

    buys(shop)

    written = [part for _, name, sent in calls.made if name == "TransactWriteItems" for part in sent["TransactItems"]]
    keys = [next(iter(part.values())).get("Key", {}).get("pk", {}).get("S", "") for part in written]
    assert [key for key in keys if key.startswith("DISCOUNTS")] == []
    assert len([key for key in keys if key.startswith("USES#dsc_")]) == 1


@pytest.mark.parametrize("fields", [LIMITS, {}], ids=["limited", "free"])
def test_deleting_a_code_breaks_no_order_that_has_used_it(office, shop, fields):
    office.makes(**fields)
    order = buys(shop).json
    office.deletes()
    office.makes(max_uses=1)

    cancelled = shop.post(f"/orders/{order['id']}/cancel")

    assert (cancelled.status, cancelled.json["status"], cancelled.json["discount"]) == (200, "cancelled", eur(75))
    assert office.uses() == 0
    assert buys(shop, key="key-2").status == 201


def test_a_use_that_was_taken_without_an_answer_is_found_by_the_replay(office, shop, shop_clock, monkeypatch):
    office.makes(max_uses=1)
    shop.puts("MUG")
    body = shop.purchase(discount_code="SPRING", expected_total=eur(675 + 490))
    commit = checkout_store.Transaction.commit

    def unheard(transaction):
        commit(transaction)
        raise OutcomeUnknown

    with monkeypatch.context() as patched:
        patched.setattr(checkout_store.Transaction, "commit", unheard)
        assert shop.buys(body=body).status == 500
    shop_clock.forward(31)

    assert (shop.buys(body=body).status, office.uses()) == (201, 1)


def test_who_makes_up_codes_waits_and_others_do_not(office, shop, shop_clock):
    office.makes()
    ann, bob = shop.named("usr_ann", "customer"), shop.named("gst_bob")
    ann.puts("MUG"), bob.puts("MUG")
    guesses = [ann.quote(discount_code=f"GUESS{n}") for n in range(20)]

    refused = [ann.quote(discount_code="GUESS"), ann.quote(discount_code="SPRING"), ann.buys(discount_code="SPRING")]

    assert {(one.status, one.code) for one in guesses} == {(422, "discount_invalid")}
    assert {(one.status, one.code) for one in refused} == {(429, "rate_limited")}
    assert 0 < int(refused[0].headers["Retry-After"]) <= 600
    assert (ann.quote().status, bob.quote(discount_code="SPRING").status) == (200, 200)
    shop_clock.forward(int(refused[0].headers["Retry-After"]))
    assert ann.quote(discount_code="SPRING").status == 200


def test_a_code_made_up_while_buying_counts_and_the_key_can_be_used_again(office, shop):
    office.makes()
    shop.puts("MUG")
    for n in range(20):
        assert shop.buys(f"key-{n}", discount_code=f"GUESS{n}").code == "discount_invalid"

    refused = shop.buys("key", discount_code="SPRING")

    assert refused.status == 429
    assert shop.buys("key").status == 201


# What a code knows of people.


def own_uses(aws):
    rows = aws("dynamodb").scan(TableName="shop-orders")["Items"]
    return sorted(row["pk"]["S"] for row in rows if row["pk"]["S"].startswith("USES#SPRING#"))


def test_what_counts_a_buyers_uses_is_told_and_goes_with_the_buyer(office, shop, aws, erasures):
    office.makes(max_uses_per_customer=2)
    ann = shop.named("usr_ann", "customer")
    buys(ann, sku="LAMP.1")
    assert len(own_uses(aws)) == 2

    (held,) = ann.get("/privacy/orders").json["items"]
    erasures.of("usr_ann")

    assert (held["discount_code"], held["discount_use_counted"]) == ("SPRING", True)
    assert own_uses(aws) == []
