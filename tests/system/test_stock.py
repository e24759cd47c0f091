"""Stock over shards, raced on the embedded AWS by processes that lose replies: every unit is accounted for.

`STOCK_RACE_SECONDS` for each number of shards, 16 threads in 4 processes; more by hand: `STOCK_RACE_SECONDS=60`.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests.support.running_shop import Shop
from tests.system.buyers import Books
from tests.system.eventually import eventually
from tests.system.test_reservations import Orders
from tests.system.web import all_at_once
from tools.shop import environment
from tools.shop.home import ROOT, read_json

SECONDS = float(os.environ.get("STOCK_RACE_SECONDS", "2"))
PROCESSES, THREADS = 4, 4
SHARDS = (1, 2, 4, 16)


@dataclass
class Stored:
    """What stands in the stock table about one SKU."""

    shop: Shop
    sku: str

    def client(self, service: str) -> Any:
        names = {"region_name": environment.REGION, "endpoint_url": self.shop.ports.url("aws")}
        return boto3.client(service, aws_access_key_id="test", aws_secret_access_key="test", **names)

    @property
    def names(self) -> dict[str, str]:
        return dict(read_json(self.shop.home.environment)["catalog"])

    def reservations(self, ids: list[str]) -> list[Any]:
        table, client, found = self.names["STOCK_TABLE"], self.client("dynamodb"), []
        for start in range(0, len(ids), 100):
            keys = [{"pk": {"S": f"RES#{one}"}, "sk": {"S": "RES"}} for one in ids[start : start + 100]]
            found += client.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})["Responses"][
                table
            ]
        return found

    def corrections(self) -> list[tuple[str, int]]:
        rows = (
            self.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.names["STOCK_TABLE"],
                KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
                ExpressionAttributeValues={":pk": {"S": f"SKU#{self.sku}"}, ":sk": {"S": "ADJ#"}},
            )
        )
        return [(row["reason"]["S"], int(row["delta"]["N"])) for page in rows for row in page["Items"]]

    def every_level(self) -> Iterator[tuple[int, int]]:
        """Available and held of each item of the SKU after each of its writes, as the table's stream has them."""
        streams, arn = self.client("dynamodbstreams"), self.names["STOCK_STREAM_ARN"]
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            start = {"ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            iterator = streams.get_shard_iterator(StreamArn=arn, **start)["ShardIterator"]
            while iterator:
                answer = streams.get_records(ShardIterator=iterator, Limit=1000)
                for record in answer["Records"]:
                    image = record["dynamodb"].get("NewImage", {})
                    if image.get("pk") == {"S": f"SKU#{self.sku}"} and "available" in image:
                        yield int(image["available"]["N"]), int(image["held"]["N"])
                iterator = answer["NextShardIterator"] if answer["Records"] else None


def split(lamp: Books, number: int) -> None:
    answer = lamp.staff.put(f"/stock/{lamp.sku}/shards", {"shards": number})
    assert answer.status == 200, answer


@pytest.fixture(scope="module")
def lamps(shop, goods) -> list[Books]:
    """One for each number of shards."""
    made = [goods(stock=60) for _ in SHARDS]
    for lamp, number in zip(made, SHARDS, strict=True):
        split(lamp, number)
    return made


@pytest.fixture(scope="module")
def raced(shop: Shop, lamps: list[Books]) -> dict[str, list[Any]]:
    """What the racers were answered, by SKU."""
    names = read_json(shop.home.environment)["catalog"]
    env = {**environment.service("catalog", shop.home, shop.ports, ""), **names}
    told = {
        "skus": [(lamp.sku, number) for lamp, number in zip(lamps, SHARDS, strict=True)],
        "seconds": SECONDS,
        "threads": THREADS,
    }
    command, run = [sys.executable, "-m", "tests.system.stock_racers"], secrets.token_hex(4)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    racers = [subprocess.Popen(command, cwd=ROOT, env=env, **pipes) for _ in range(PROCESSES)]
    for seed, racer in enumerate(racers):
        tell(racer, json.dumps({**told, "seed": seed, "name": f"ord_{run}_{seed}"}))
    assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * PROCESSES
    begin = time.time()
    for racer in racers:
        tell(racer, str(begin))
    new_prices(lamps, begin)
    reports = [json.loads(racer.communicate(timeout=120 + 5 * SECONDS)[0]) for racer in racers]
    return {lamp.sku: [one for report in reports for one in report[lamp.sku]] for lamp in lamps}


def tell(racer: "subprocess.Popen[str]", line: str) -> None:
    assert racer.stdin
    racer.stdin.write(f"{line}\n")
    racer.stdin.flush()


def new_prices(lamps: list[Books], begin: float) -> None:
    """Staff change the price now and then, so that shards are gathered, and dealt out again by the sweeper."""
    for number, lamp in enumerate(lamps):
        for moment in (0.3, 0.7):
            time.sleep(max(0.0, begin + (number + moment) * SECONDS - time.time()))
            version = lamp.staff.get(f"/products/{lamp.product_id}").json["version"]
            price = {"price": {"amount": 1000 + int(moment * 100), "currency": "EUR"}}
            path = f"/products/{lamp.product_id}/variants/{lamp.sku}"
            changed = lamp.staff.patch(path, price, If_Match=f'"{version}"')
            assert changed.status in (200, 503), changed


@pytest.mark.parametrize("place", range(len(SHARDS)), ids=[f"{number} shards" for number in SHARDS])
def test_every_unit_is_accounted_for(shop, lamps, raced, place):
    lamp, reports = lamps[place], raced[lamps[place].sku]
    stored = Stored(shop, lamp.sku)
    states = {order: state for one in reports for order, state in one["states"].items()}
    keys = {key: delta for one in reports for key, delta in one["keys"].items()}

    assert [wrong for one in reports for wrong in one["wrong"]] == []
    assert Counter(states.values())["sold"] > 0
    found = stored.reservations(list(states))
    assert {one["id"]["S"] for one in found if one["state"]["S"] == "sold"} == {
        order for order, state in states.items() if state == "sold"
    }
    corrected = stored.corrections()
    assert Counter(one for one in corrected if one[0] != "counted") == Counter(keys.items())
    seen = eventually(lambda: balanced(lamp, stored, states, corrected))
    assert seen, (lamp.stock(), accounts(lamp, stored, states, corrected))
    levels = list(stored.every_level())
    assert len(levels) > len(states) / 2
    assert min(min(level) for level in levels) >= 0


def accounts(lamp: Books, stored: Stored, states: dict[str, str], corrected: list[tuple[str, int]]) -> dict[str, int]:
    """What there should be, by what is written of each reservation and each correction."""
    units: Counter[str] = Counter()
    for one in stored.reservations(list(states)):
        quantity = sum(line["quantity"] for line in json.loads(one["lines"]["S"]))
        returned = (
            sum(sum(items.values()) for items in json.loads(one["returns"]["S"]).values()) if "returns" in one else 0
        )
        units[one["state"]["S"]] += quantity - returned
    on_hand = lamp.initial + sum(delta for _, delta in corrected) - units["sold"]
    return {"on_hand": on_hand, "held": units["held"], "available": on_hand - units["held"]}


def balanced(lamp: Books, stored: Stored, states: dict[str, str], corrected: list[tuple[str, int]]) -> bool:
    before = accounts(lamp, stored, states, corrected)
    level = lamp.stock()
    return level == before == accounts(lamp, stored, states, corrected)


@pytest.mark.parametrize("number", SHARDS)
def test_sixteen_buyers_who_give_up_only_when_told_buy_every_unit(shop, goods, number):
    lamp, orders = goods(stock=30), Orders(shop)
    split(lamp, number)

    def buy(buyer: int) -> int:
        bought = 0
        while (answer := orders.reserve(f"ord_{lamp.sku}_{buyer}_{bought}", **{lamp.sku: 1})).status == 201:
            bought += 1
        assert answer.code == "out_of_stock", answer
        return bought

    assert sum(all_at_once([lambda b=buyer: buy(b) for buyer in range(16)])) == 30
    assert lamp.stock() == {"on_hand": 30, "held": 30, "available": 0}


@pytest.mark.parametrize("number", SHARDS)
def test_units_scattered_over_shards_sell_as_one_order(shop, goods, number):
    lamp, orders = goods(stock=20), Orders(shop)
    split(lamp, number)

    assert orders.reserve(f"ord_{lamp.sku}_more", **{lamp.sku: 21}).code == "out_of_stock"
    assert orders.reserve(f"ord_{lamp.sku}_all", **{lamp.sku: 20}).status == 201
    assert lamp.stock() == {"on_hand": 20, "held": 20, "available": 0}


@pytest.fixture
def told(shop: Shop) -> Iterator[Any]:
    """`told(sku)`: events of low stock on the bus, from here on."""
    aws, name = Stored(shop, "").client, f"low-{secrets.token_hex(4)}"
    bus = {"EventBusName": environment.EVENT_BUS}
    url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws("events").put_rule(Name=name, EventPattern=json.dumps({"detail-type": ["stock.low"]}), **bus)
    aws("events").put_targets(Rule=name, Targets=[{"Id": name, "Arn": arn}], **bus)
    seen: list[Any] = []

    def look(sku: str) -> list[Any]:
        messages = aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        seen.extend(json.loads(one["Body"])["detail"] for one in messages)
        return [one["data"] for one in seen if one["subject"] == sku]

    yield look
    aws("events").remove_targets(Rule=name, Ids=[name], **bus)
    aws("events").delete_rule(Name=name, **bus)
    aws("sqs").delete_queue(QueueUrl=url)


def test_what_becomes_low_is_told_on_the_bus_and_listed(shop, goods, told):
    lamp, orders = goods(stock=10), Orders(shop)
    split(lamp, 4)
    assert lamp.staff.put(f"/stock/{lamp.sku}", {"low_stock_at": 4}).status == 200
    orders.reserve(f"ord_{lamp.sku}_1", **{lamp.sku: 5})
    orders.reserve(f"ord_{lamp.sku}_2", **{lamp.sku: 1})

    assert eventually(lambda: told(lamp.sku)) == [
        {"sku": lamp.sku, "product_id": lamp.product_id, "available": 4, "low_at": 4}
    ]
    listed = low_ones(lamp)
    assert [one["available"] for one in listed if one["sku"] == lamp.sku] == [4]
    orders.release(f"ord_{lamp.sku}_1")
    assert eventually(lambda: not any(one["sku"] == lamp.sku for one in low_ones(lamp)))


def low_ones(lamp: Books) -> Any:
    return lamp.staff.get("/stock?low=true&limit=100").json["items"]
