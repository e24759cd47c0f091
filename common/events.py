"""Events between services: written in the transaction of the change, relayed from the table's stream.

A table's stream carries every new outbox item (`OUT#<event id>`) to `relay`, which publishes it on EventBridge.
At least once: a batch that failed half-way is relayed again, and consumers drop what they have seen by its id.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from common import aws, clock, tracing
from common.ids import new_id
from common.problems import Unavailable

OUTBOX_PREFIX = "OUT#"
_KEPT_SECONDS = 7 * 24 * 3600
_MOST_ENTRIES = 10  # of one PutEvents call


class Event(msgspec.Struct, kw_only=True, frozen=True):
    """A fact, self-contained: `version` is the subject's, so that a consumer can tell late events."""

    id: str
    type: str
    source: str
    subject: str
    version: int
    at: str
    data: dict[str, Any]
    traceparent: str


def event(source: str, kind: str, subject: str, version: int, data: dict[str, Any]) -> Event:
    """An event of this moment, in the trace in hand. `data` holds ids and numbers, never personal data."""
    return Event(
        id=new_id("evt"),
        type=kind,
        source=source,
        subject=subject,
        version=version,
        at=clock.rfc3339(clock.now()),
        data=data,
        traceparent=tracing.current().header,
    )


class OutboxAttributes:
    """Mixed into a service's outbox item beside its keys; DynamoDB deletes it a week later by `expires_at`."""

    event = UnicodeAttribute()
    expires_at = NumberAttribute()


def outbox_values(made: Event) -> dict[str, Any]:
    """The values of OutboxAttributes for an event."""
    return {"event": msgspec.json.encode(made).decode(), "expires_at": int(clock.now()) + _KEPT_SECONDS}


def published(records: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events among a stream batch's raw records (`Records` of the Lambda event), each an outbox item's insert."""
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    found = (image["event"]["S"] for image in images if "event" in image and "S" in image["event"])
    return [msgspec.json.decode(text, type=Event) for text in found]


def relay(records: Iterable[Mapping[str, Any]], bus: str) -> None:
    """Publish the outbox items of a stream batch; raises Unavailable so that the stream gives the batch again."""
    publish(published(records), bus)


def publish(made: Iterable[Event], bus: str) -> None:
    """Hand events to EventBridge; Unavailable if it did not take them all, and then any may be published again."""
    for entries in _chunks([_entry(one, bus) for one in made]):
        answer = aws.client("events").put_events(Entries=entries)
        if answer["FailedEntryCount"]:
            raise Unavailable("EventBridge did not take every event.")


def received(body: str) -> Event:
    """The event in an SQS message that an EventBridge rule sent."""
    return msgspec.convert(json.loads(body)["detail"], Event)


def _entry(one: Event, bus: str) -> dict[str, str]:
    return {
        "EventBusName": bus,
        "Source": f"shop.{one.source}",
        "DetailType": one.type,
        "Detail": msgspec.json.encode(one).decode(),
    }


def _chunks(entries: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    for start in range(0, len(entries), _MOST_ENTRIES):
        yield entries[start : start + _MOST_ENTRIES]
