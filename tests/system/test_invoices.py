"""Invoices in a running shop: from the purchase to the download, and numbers without gaps whatever happens."""

import io
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from tests.support.running_shop import Shop
from tests.support.services import tables
from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.people import Places
from tests.system.web import POOL, Answer, all_at_once
from tools.shop import environment
from tools.shop.home import ROOT

ORDERS, PROCESSES = 12, 2


def made(ask: Callable[[], Answer]) -> dict[str, Any]:
    """The answer, once the invoice is there; until then it is worth another try."""

    def look() -> Answer | None:
        answer = ask()
        assert answer.status in (200, 202), answer
        return answer if answer.status == 200 else None

    answer = eventually(look, within_s=60)
    assert answer, "no invoice"
    return dict(answer.json)


def downloaded(url: str) -> str:
    answer = POOL.request("GET", url)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_who_buys_something_downloads_the_invoice_and_after_a_refund_the_credit_note(shop, goods):
    lamp = goods(stock=1)
    buyer = Buyer.guest(shop.url).with_one(lamp.sku)
    order = buyer.buy().json
    invoice = f"/orders/{order['id']}/invoice"

    found = made(lambda: buyer.web.get(invoice))
    said = downloaded(found["url"])
    assert [word in said for word in (found["number"], lamp.sku, str(buyer.email), "€24.80")] == [True] * 4
    assert POOL.request("GET", found["url"].partition("?")[0]).status == 403
    assert Buyer.guest(shop.url).web.get(invoice).status == 404

    refund = {"amount": {"amount": 500, "currency": "EUR"}, "reason": "Scratched"}
    assert lamp.staff.post(f"/orders/{order['id']}/refunds", refund, Idempotency_Key="k").status == 201
    (note,) = eventually(lambda: buyer.web.get(invoice).json["credit_notes"])
    assert f"For invoice {found['number']} we have given back €5.00." in downloaded(note["url"])


def test_a_file_that_is_lost_is_made_again_to_the_last_bit(shop, goods):
    lamp, places = goods(stock=1), Places(shop)
    order_id = lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku)).buy().json["id"]
    ask = lambda: lamp.staff.get(f"/orders/{order_id}/invoice")  # noqa: E731
    before = POOL.request("GET", made(ask)["url"]).data
    (place,) = [key for key in places.objects() if order_id in key]
    bucket, _, key = place.partition("/")
    places.aws("s3").delete_object(Bucket=bucket, Key=key)

    with shop.clock_moved("+2m"):
        assert ask().status == 202
        again = made(ask)
    assert POOL.request("GET", again["url"]).data == before


def test_a_service_that_is_killed_leaves_no_gap(shop, goods):
    lamp = goods(stock=8)
    buyers = [lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku)) for _ in range(8)]
    forms = [buyer.order_form() for buyer in buyers]
    ids = [answer.json["id"] for answer in all_at_once([lambda n=n: buyers[n].place(forms[n]) for n in range(8)])]
    shop.kill("orders")

    with shop.clock_moved("+2m"):  # a message in hand comes again after a minute, but who asks need not wait for it
        numbers = [made(lambda one=one: lamp.staff.get(f"/orders/{one}/invoice"))["number"] for one in ids]

    assert len(set(numbers)) == len(ids)
    check_numbers(list(Places(shop).items()))


def check_numbers(items: list[dict[str, Any]]) -> None:
    """From 1 to the last in each sequence, each on one document."""
    for kind, prefix in (("invoice", ""), ("credit_note", "CN-")):
        counter = f"NUMBERS#{kind}#{datetime.now(UTC).year}"
        last = next((int(item["last"]["N"]) for item in items if item["pk"]["S"] == counter), 0)
        documents = [json.loads(item["document"]["S"]) for item in items if is_document(item)]
        found = sorted(one["number"] for one in documents if one["kind"] == kind)
        assert found == [f"{prefix}{datetime.now(UTC).year}-{number:06}" for number in range(1, last + 1)]


def is_document(item: dict[str, Any]) -> bool:
    return item["pk"]["S"].startswith("ORDER#") and item["sk"]["S"].partition("#")[0] in ("INVOICE", "CREDIT")


@pytest.fixture
def race(shop: Shop) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Numbers given by several processes, of which one is killed, in a table of their own; what is stored then."""
    dynamodb, name = Places(shop).aws("dynamodb"), f"race-{secrets.token_hex(4)}"
    dynamodb.create_table(**{**tables("orders")[0], "TableName": name})
    env = {**environment.service("orders", shop.home, shop.ports, ""), "ORDERS_TABLE": name}

    def run(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
        racer(0, env, orders).communicate(timeout=60)
        racers = [racer(seed, env, orders) for seed in range(1, PROCESSES + 2)]
        assert [one.stdout.readline() for one in racers] == ["ready\n"] * len(racers)
        for one in racers:
            tell(one, "go")
        time.sleep(0.5)  # somewhere in the middle of it
        os.kill(racers[-1].pid, signal.SIGKILL)
        for one in racers:
            one.communicate(timeout=120)
        assert [one.returncode for one in racers] == [0] * PROCESSES + [-signal.SIGKILL]
        return [item for page in dynamodb.get_paginator("scan").paginate(TableName=name) for item in page["Items"]]

    return run


def racer(seed: int, env: dict[str, str], orders: list[dict[str, Any]]) -> Any:
    command = [sys.executable, "-m", "tests.system.number_racers", str(seed)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, env=env, **pipes)
    tell(process, json.dumps(orders))
    return process


def tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def test_processes_that_race_lose_replies_and_die_give_each_number_once(race):
    items = race([{"id": f"ord_{n:03}", "refunds": n % 3} for n in range(ORDERS)])

    check_numbers(items)
    documents = [(item["pk"]["S"], item["sk"]["S"]) for item in items if is_document(item)]
    wanted = [(f"ORDER#ord_{n:03}", place) for n in range(ORDERS) for place in ("CREDIT#1", "CREDIT#2")[: n % 3]]
    assert sorted(documents) == sorted([*wanted, *[(f"ORDER#ord_{n:03}", "INVOICE") for n in range(ORDERS)]])
