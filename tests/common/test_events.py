"""The outbox: what a stream carries is published, at least once."""

import json
from types import SimpleNamespace

import pytest

from common import events, tracing
from common.problems import Unavailable


def record(kind="INSERT", **image):
    return {"eventName": kind, "dynamodb": {"NewImage": image}}


def outbox(made):
    return record(pk={"S": events.OUTBOX_PREFIX + made.id}, event={"S": events.outbox_values(made)["event"]})


@pytest.fixture
def bus(monkeypatch):
    sent = []

    def put_events(Entries):
        sent.append(Entries)
        return {"FailedEntryCount": bus.failing}

    bus = SimpleNamespace(sent=sent, failing=0, put_events=put_events)
    monkeypatch.setattr("common.aws.client", lambda _: bus)
    return bus


def made(number=1):
    return events.event("orders", "order.confirmed", f"ord_{number}", number, {"total": 1999})


def test_outbox_items_become_events_on_the_bus(bus):
    one = made()
    events.relay(
        [outbox(one), record(pk={"S": "ORDER#1"}), record("REMOVE"), record("MODIFY", event={"S": "{}"})], "shop"
    )

    ((entry,),) = bus.sent
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("shop", "shop.orders", "order.confirmed")
    assert events.received(json.dumps({"detail": json.loads(entry["Detail"])})) == one


def test_an_event_carries_the_trace_that_caused_it():
    trace = tracing.start(None)

    assert made().traceparent == trace.header


def test_many_events_go_in_calls_of_ten(bus):
    events.relay([outbox(made(number)) for number in range(23)], "shop")

    assert [len(entries) for entries in bus.sent] == [10, 10, 3]


def test_a_batch_that_was_not_taken_whole_is_given_back_to_the_stream(bus):
    bus.failing = 1

    with pytest.raises(Unavailable):
        events.relay([outbox(made())], "shop")
