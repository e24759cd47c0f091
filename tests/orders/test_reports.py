"""The report of sales: counted from the table's stream, and always what the orders say."""

import random
import zlib
from datetime import date

import pytest
from msgspec.structs import replace

import app
from chalicelib.checkout.wiring import world
from chalicelib.orders import models as orders
from chalicelib.orders.order import Refund, State
from chalicelib.reconciliation.differences import Difference, Facts
from chalicelib.reconciliation.mending import mark_failed
from chalicelib.reports import models
from chalicelib.reports.repair import mend_sales
from chalicelib.reports.sales import Figures
from common.deadline import Deadline
from common.problems import Unavailable
from common.tables import Transaction
from tests.orders.test_store import order

MONDAY = 1_795_392_000  # 2026-11-23
DAY = 86_400
WEEK = (date(2026, 11, 23), date(2026, 11, 29))
TWO_DAYS = (date(2026, 11, 23), date(2026, 11, 24))


@pytest.fixture
def stream(aws):
    """What the table's stream has told from the beginning."""
    tells, arn = aws("dynamodbstreams"), aws("dynamodb").describe_table(TableName="shop-orders")["Table"]
    here = {"StreamArn": arn["LatestStreamArn"]}

    def read():
        shard = tells.describe_stream(**here)["StreamDescription"]["Shards"][0]["ShardId"]
        start = tells.get_shard_iterator(**here, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        return tells.get_records(ShardIterator=start)["Records"]

    return read


def tell(records):
    app.count_sales({"Records": records}, None)


def report(shop, first="2026-11-23", last="2026-11-29"):
    answer = shop.named("usr_staff", "staff").get(f"/reports/sales?from={first}&to={last}")
    assert answer.status == 200, answer
    return answer.json


def figures(row):
    return {name: value["amount"] if isinstance(value, dict) else value for name, value in row.items()}


def test_what_was_sold_is_told_by_day_and_currency(shop, catalog, shop_clock, stream):
    shop_clock.seconds = MONDAY
    shop.puts("MUG", 2)
    mugs = shop.buys("a").json
    shop_clock.forward(DAY)
    shop.puts("MUG")
    shop.buys("b")
    tell(stream())

    told = report(shop)

    assert [(row["day"], row["orders"], row["units"]) for row in told["items"]] == [
        ("2026-11-23", 1, 2),
        ("2026-11-24", 1, 1),
    ]
    first, parts = told["items"][0], ("shipping", "tax", "total")
    assert {name: first[name] for name in parts} == {name: mugs[name] for name in parts}
    assert (first["gross"], first["net"]) == (mugs["subtotal"], mugs["total"])
    assert [(row["currency"], row["orders"], row["units"]) for row in told["sums"]] == [("EUR", 2, 3)]


def test_a_refund_counts_on_the_day_it_was_made(shop, catalog, shop_clock, stream):
    shop_clock.seconds = MONDAY
    shop.puts("MUG")
    order_id = shop.buys().json["id"]
    shop_clock.forward(DAY)
    shop.post(f"/orders/{order_id}/cancel")
    tell(stream())

    sold, refunded = map(figures, report(shop)["items"])

    assert (sold["day"], sold["orders"], sold["refunds"], sold["net"]) == ("2026-11-23", 1, 0, sold["total"])
    assert (refunded["day"], refunded["orders"], refunded["net"]) == ("2026-11-24", 0, -sold["total"])
    assert figures(report(shop)["sums"][0])["net"] == 0


def test_a_refund_that_the_bank_sends_back_is_taken_back_on_that_day(shop, shop_clock):
    asked = Refund(1, 500, "broken", MONDAY, done=True, done_at=MONDAY + DAY)
    sold = order(id="ord_1", placed_at=MONDAY, confirmed_at=MONDAY, due=None, state=State.CONFIRMED, refunds=[asked])
    orders.OrderItem.of(sold).save()
    shop_clock.seconds = MONDAY + 2 * DAY
    lost = Difference(kind="refund_failed", order_id=sold.id, facts={"refund": 1})

    failed = mark_failed(Facts(order=sold, payments=[]), lost, world(Deadline(9)))
    tell([image(sold), image(failed), image(sold), image(failed)])

    sums = [(row["day"], row["refunds"]) for row in map(figures, report(shop)["items"])]
    assert sums == [("2026-11-23", 0), ("2026-11-24", 500), ("2026-11-25", -500)]
    assert list(mend_sales(*WEEK, dry_run=True)) == []


@pytest.mark.parametrize("method", ["pm_declined", "pm_3ds", "pm_capture_fails"])
def test_what_was_never_confirmed_was_never_sold(shop, catalog, shop_clock, stream, method):
    shop_clock.seconds = MONDAY
    shop.puts("MUG")
    shop.buys(payment_method=method)
    tell(stream())

    assert report(shop)["items"] == []


def test_days_outside_are_left_out_and_both_ends_are_inside(shop, catalog, shop_clock, stream):
    for number in range(3):
        shop_clock.seconds = MONDAY + number * DAY
        shop.puts("MUG")
        shop.buys(f"key-{number}")
    tell(stream())

    assert [row["day"] for row in report(shop, "2026-11-24", "2026-11-24")["items"]] == ["2026-11-24"]
    assert [row["day"] for row in report(shop, "2026-11-23", "2026-11-24")["items"]] == ["2026-11-23", "2026-11-24"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-24&to=2026-11-23", "to"),
        ("from=2025-11-23&to=2026-11-24", "to"),
        ("from=2026-11-23", "to"),
        ("to=2026-11-23", "from"),
        ("from=yesterday&to=2026-11-23", "from"),
        ("from=2026-02-29&to=2026-11-23", "from"),
    ],
)
def test_a_range_that_is_none_is_refused(shop, query, field):
    answer = shop.named("usr_staff", "staff").get(f"/reports/sales?{query}")

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


def test_a_year_and_a_day_is_the_longest_range(shop):
    assert report(shop, "2023-11-24", "2024-11-23")["items"] == []  # 366 days


def test_nothing_waits_for_eventbridge(shop, catalog, calls, stream):
    shop.puts("MUG")
    shop.buys()
    calls.clear()

    tell(stream())

    assert {service for service, _, _ in calls.made} == {"dynamodbstreams", "dynamodb"}


def test_a_batch_costs_one_look_and_one_write_for_each_counter_and_again_only_the_look(shop, calls):
    ids = (f"ord_{number}" for number in range(999))
    same = [one for one in ids if zlib.crc32(one.encode()) % models.SHARDS == 0][:20]
    sold = [order(id=one, placed_at=MONDAY, confirmed_at=MONDAY, state=State.CONFIRMED) for one in same]
    made = []
    for _ in range(2):
        calls.clear()
        tell([image(one) for one in sold])
        made.append(calls.dynamodb)

    assert made == [["BatchGetItem", "TransactWriteItems"], ["BatchGetItem"]]


def history(chance, number):
    """The forms that an order takes, with days of its own and some refunds."""
    placed = MONDAY + chance.randrange(3 * DAY)
    total = chance.randrange(100, 9999)
    forms = [order(id=f"ord_{number}", placed_at=placed, total=total, subtotal=total, shipping=0, due=None,
                   currency=chance.choice(["EUR", "USD"]))]  # fmt: skip
    if chance.random() < 0.2:
        forms.append(replace(forms[0], state=State.PAYMENT_FAILED, version=2))
        return forms
    forms.append(replace(forms[0], state=State.CONFIRMED, confirmed_at=placed + 60, captured=total, version=2))
    for refund in range(1, chance.randrange(4) + 1):
        asked = Refund(refund, total // 4, "broken", placed + refund * DAY)
        refunds = [*forms[-1].refunds, asked]
        forms.append(replace(forms[-1], refunds=refunds, version=forms[-1].version + 1))
        refunds = [*refunds[:-1], replace(asked, done=True, done_at=asked.at + chance.randrange(DAY))]
        forms.append(replace(forms[-1], refunds=refunds, version=forms[-1].version + 1))
    return forms


def image(one):
    item = orders.OrderItem.of(one).serialize()
    told = {"Keys": {name: item[name] for name in ("pk", "sk")}, "NewImage": item}
    return {"eventName": "MODIFY", "dynamodb": told}


def expected(finals):
    """By day and currency: orders, what was charged, what was refunded; reckoned straight from the orders."""
    found = {}

    def add(at, one, **more):
        day = found.setdefault((date.fromtimestamp(at).isoformat(), one.currency), dict.fromkeys(NAMES, 0))
        for name, value in more.items():
            day[name] += value

    for one in finals:
        if one.confirmed_at:
            add(one.confirmed_at, one, orders=1, total=one.total)
            for refund in one.refunds:
                add(refund.done_at, one, refunds=refund.amount)
    return found


NAMES = ("orders", "total", "refunds")


def unsteady(chance):
    """Commits that fail now and then, before or after they took place."""
    real = Transaction.commit

    def commit(transaction):
        if chance.random() < 0.2:
            raise Unavailable
        real(transaction)
        if chance.random() < 0.2:
            raise Unavailable

    return commit


def short_sighted(chance):
    """A look for entries that overlooks all of them now and then, as a read that is late or a race does."""
    real = models.uncounted
    return lambda facts: list({repr(one): one for one in facts}.values()) if chance.random() < 0.5 else real(facts)


@pytest.mark.parametrize("seed", range(2))
def test_however_often_late_and_broken_it_is_told_the_report_is_what_a_recount_says(shop, monkeypatch, set_aside, seed):
    chance = random.Random(seed)
    histories = [history(chance, number) for number in range(8)]
    records = [image(form) for forms in histories for form in forms]
    records += chance.sample(records, len(records) // 2)
    chance.shuffle(records)
    for forms in histories:
        orders.OrderItem.of(forms[-1]).save()

    monkeypatch.setattr(Transaction, "commit", unsteady(chance))
    monkeypatch.setattr(models, "uncounted", short_sighted(chance))
    while records:
        batch = records[: chance.randrange(1, 30)]
        tell(batch)
        records = records[len(batch) :]
    assert set_aside.waiting(), "nothing went wrong"
    while set_aside.waiting():
        set_aside.take_up()
    monkeypatch.undo()

    rows = [figures(row) for row in report(shop)["items"]]
    told = {(row["day"], row["currency"]): {name: row[name] for name in NAMES} for row in rows}
    assert told == expected([forms[-1] for forms in histories])
    assert list(mend_sales(*WEEK, dry_run=True)) == []


def test_what_the_stream_never_told_is_found_and_mended_once(shop, catalog, shop_clock, stream):
    shop_clock.seconds = MONDAY
    shop.puts("MUG")
    order_id = shop.buys().json["id"]

    said = [f"{order_id}: sale of 2026-11-23 was not counted"]
    assert list(mend_sales(*TWO_DAYS, dry_run=True)) == said
    assert report(shop)["items"] == []
    assert list(mend_sales(*TWO_DAYS, dry_run=False)) == said
    assert [row["orders"] for row in report(shop)["items"]] == [1]

    tell(stream())
    assert [row["orders"] for row in report(shop)["items"]] == [1]
    assert list(mend_sales(*TWO_DAYS, dry_run=False)) == []


def test_a_counter_that_is_wrong_is_set_right(shop, catalog, shop_clock, stream):
    shop_clock.seconds = MONDAY
    shop.puts("MUG")
    shop.buys()
    tell(stream())
    right = report(shop)
    (counter,) = [item for shard in range(models.SHARDS) for item in models.CountItem.query(f"SALES#{shard}")]
    counter.update([models.CountItem.total.add(5)])

    (line,) = mend_sales(*TWO_DAYS, dry_run=True)
    assert "charged" in line
    assert report(shop) != right
    assert len(list(mend_sales(*TWO_DAYS, dry_run=False))) == 1
    assert report(shop) == right


def test_what_was_counted_and_is_not_so_is_taken_away(shop, catalog, shop_clock, stream):
    shop_clock.seconds = MONDAY
    shop.puts("MUG")
    shop.buys()
    tell(stream())
    right = report(shop)
    tell([image(order(id="ord_never", placed_at=MONDAY, confirmed_at=MONDAY, state=State.CONFIRMED))])
    assert report(shop) != right

    assert list(mend_sales(*TWO_DAYS, dry_run=False)) == ["ord_never: sale of 2026-11-23 was counted, but is not so"]
    assert report(shop) == right


def test_a_repair_never_undoes_what_is_counted_meanwhile(shop, monkeypatch):
    one = order(id="ord_1", placed_at=MONDAY, confirmed_at=MONDAY, state=State.CONFIRMED)
    two = replace(one, id="ord_2")
    for each in (one, two):
        orders.OrderItem.of(each).save()
    while models.shard_of(fact := fact_of(two)) != models.shard_of(fact_of(one)):
        two = replace(two, id=f"{two.id}0")
    tell([image(one)])
    seen = models.find_counters(fact.day, models.shard_of(fact))["EUR"]
    tell([image(two)])

    assert not models.set_counter(fact.day, "EUR", models.shard_of(fact), seen[0], Figures())
    assert report(shop)["items"][0]["orders"] == 2


def fact_of(one):
    from chalicelib.reports.sales import facts_of

    return facts_of(one)[0]
