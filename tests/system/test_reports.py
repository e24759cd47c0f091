"""The report of sales of a running shop: what orders say, though its counting is killed and doubled."""

import json
import secrets
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.web import all_at_once
from tools.shop import environment
from tools.shop.home import ROOT, read_json


@pytest.fixture(scope="module")
def staff(shop):
    return shop.as_role("staff")


def days() -> tuple[str, str]:
    """Around now, lest a test runs at midnight."""
    now = datetime.now(UTC)
    return tuple((now + timedelta(days=n)).strftime("%Y-%m-%d") for n in (-1, 1))


def sums(staff) -> dict[str, int]:
    first, last = days()
    report = staff.get(f"/reports/sales?from={first}&to={last}")
    assert report.status == 200, report
    rows = report.json["sums"]
    named = {"orders", "units"}
    return {
        name: sum(row[name] if name in named else row[name]["amount"] for row in rows)
        for name in (*named, "total", "refunds", "net")
    }


def recount(shop, *words: str) -> str:
    first, last = days()
    return shop.command("repair", "sales", "--from", first, "--to", last, *words)


def test_racing_counters_count_everything_once(shop, staff):
    env = {**environment.service("orders", shop.home, shop.ports, ""), **read_json(shop.home.environment)["orders"]}
    command = [sys.executable, "-m", "tests.system.sales_racers"]
    racers = [
        subprocess.Popen([*command, str(seed), "race"], cwd=ROOT, env=env, stdout=subprocess.PIPE) for seed in range(2)
    ]
    first, second = (json.loads(racer.communicate(timeout=120)[0]) for racer in racers)

    expected: dict[tuple[str, str], list[int]] = {}
    for day, currency, *amounts in first:
        sofar = expected.setdefault((day, currency), [0, 0, 0])
        expected[day, currency] = [old + new for old, new in zip(sofar, amounts, strict=True)]
    rows = staff.get("/reports/sales?from=2001-01-01&to=2001-01-31").json["items"]
    told = {
        (row["day"], row["currency"]): [row["orders"], row["total"]["amount"], row["refunds"]["amount"]] for row in rows
    }
    assert first == second
    assert told == expected


def test_a_purchase_and_its_refund_are_in_the_report_within_seconds(shop, goods, staff):
    lamp = goods(stock=5)
    before = sums(staff)

    order = lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku, 2)).buy().json
    assert eventually(lambda: sums(staff)["orders"] > before["orders"], within_s=5)
    refund = {"amount": {"amount": 100, "currency": "EUR"}, "reason": "late"}
    made = staff.post(f"/orders/{order['id']}/refunds", refund, Idempotency_Key=secrets.token_hex(12))
    assert made.status == 201, made

    assert eventually(lambda: sums(staff)["refunds"] >= before["refunds"] + 100, within_s=5)
    assert sums(staff)["units"] >= before["units"] + 2


def test_the_report_is_what_a_recount_says_though_counting_is_killed_and_doubled(shop, goods, staff):
    lamp = goods(stock=20)
    buyers = [lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku)) for _ in range(8)]
    forms = [buyer.order_form() for buyer in buyers]
    recounting = threading.Thread(target=recount, args=(shop,))  # counts the same orders at the same time
    recounting.start()

    orders = all_at_once([lambda b=b, f=f: b.place(f).json["id"] for b, f in zip(buyers, forms, strict=True)])
    shop.kill("orders")
    for buyer, order in list(zip(buyers, orders, strict=True))[:3]:
        assert buyer.web.post(f"/orders/{order}/cancel", {}).status in (200, 202)
    recounting.join()

    assert eventually(lamp.settled), lamp.report()
    counted = "Everything is as the orders say."
    assert eventually(lambda: recount(shop, "--dry-run") == counted), recount(shop, "--dry-run")
