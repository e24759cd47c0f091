"""Followers of a table's stream, which no record can hold up.

A batch that a follower fails at is set aside: what it needs of each record goes to a queue, from which a worker takes
one after the other up again until it succeeds, or until the queue gives it up to its dead-letter queue; an alarm tells
long before. The stream goes on meanwhile. Nothing is lost, since a batch counts as done only when it was followed or is
on the queue; a record may be followed twice or late, which followers have to bear with at any stream.

What a process dies of can't be set aside by itself. Lambda tries such a batch again, halves it, and in the end sends a
note of where its records stand in the stream to the same queue (tools/shop/event_sources.py).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common import aws, logs
from common.events import OUTBOX_PREFIX
from common.problems import Unavailable
from common.tables import Item, is_unavailable, rows

Record = Mapping[str, Any]
Records = Sequence[Record]
FROM_OLDEST = "TRIM_HORIZON"
"""Where a new event source begins. From the latest, what is written until Lambda really looks would be lost."""

_MOST_LOOKS = 50
_log = logs.logger(__name__)


def keys_only(record: Record) -> Record:
    """For followers that need no more, and for items that hold personal data."""
    return _with(record, "Keys")


def with_images(record: Record) -> Record:
    return _with(record, "Keys", "OldImage", "NewImage")


def outbox_items(record: Record) -> Record:
    """Those with their image: it holds no person, and the item may be gone before its message is taken up."""
    names = (str(value.get("S", "")) for value in record["dynamodb"].get("Keys", {}).values())
    return with_images(record) if any(name.startswith(OUTBOX_PREFIX) for name in names) else keys_only(record)


def _with(record: Record, *names: str) -> Record:
    told = record["dynamodb"]
    return {"eventName": record.get("eventName"), "dynamodb": {name: told[name] for name in names if name in told}}


@dataclass(frozen=True)
class Follower:
    """`follow` does what a batch asks for. `kept` is what a message holds of a record, without personal data.

    `stored_in`: what is kept lacks the image, so the item is read again. `patient`: while AWS is down the stream waits
    instead, for what is a lot cheaper by the batch.
    """

    follow: Callable[[Records], object]
    kept: Callable[[Record], Record] = outbox_items
    stored_in: type[Item] | None = None
    patient: bool = False


class Followers:
    """Those of a service by the names of their functions, and the queue for what they fail at."""

    def __init__(self, queue_url: str, by_name: Mapping[str, Follower]) -> None:
        self._queue_url, self._by_name = queue_url, by_name

    def follow(self, name: str, records: Records) -> None:
        """All of it at once, or set aside. An error makes the stream give the batch again."""
        follower = self._by_name[name]
        try:
            follower.follow(records)
        except Exception as error:  # whatever it is, it must not keep later records waiting
            if follower.patient and _is_down(error):
                raise
            _log.warning("records_set_aside", exc_info=error, extra={"follower": name, "records": len(records)})
            self._set_aside(name, records)

    def take_up(self, message: str) -> None:
        """Follow one record by itself; an error puts it back on the queue, for the next time."""
        told = json.loads(message)
        if "DDBStreamBatchInfo" in told:
            self._set_aside(_follower_in(told), list(_records_of(told["DDBStreamBatchInfo"])))
            return
        follower, record = self._by_name[told["follower"]], told["record"]
        follower.follow([_as_it_stands(record, follower.stored_in) if follower.stored_in else record])

    def _set_aside(self, name: str, records: Records) -> None:
        """One message for each. A crash or a lost reply on the way has all sent again: followed twice at worst."""
        kept = (self._by_name[name].kept(record) for record in records)
        for body in dict.fromkeys(json.dumps({"follower": name, "record": one}) for one in kept):
            aws.client("sqs").send_message(QueueUrl=self._queue_url, MessageBody=body)


def _is_down(error: Exception) -> bool:
    return isinstance(error, Unavailable) or is_unavailable(error)


def _as_it_stands(record: Record, table: type[Item]) -> Record:
    keys = record["dynamodb"]["Keys"]
    found = rows(table, keys["pk"]["S"], table.sk == keys["sk"]["S"])  # type: ignore[attr-defined]
    return {**record, "dynamodb": {"Keys": keys, "NewImage": found[0] if found else {}}}


def _follower_in(note: Mapping[str, Any]) -> str:
    """Chalice calls a function `<service>-<stage>-<its name in app.py>`; a qualifier may follow."""
    return str(note["requestContext"]["functionArn"].split(":")[6].rpartition("-")[2])


def _records_of(batch: Mapping[str, Any]) -> Iterator[Record]:
    """From the stream, as long as it has them: a day. Later that is an error of AWS's, and the note stays."""
    streams = aws.client("dynamodbstreams")
    here = {"StreamArn": batch["streamArn"], "ShardId": batch["shardId"]}
    begin = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": batch["startSequenceNumber"]}
    place, end = streams.get_shard_iterator(**here, **begin)["ShardIterator"], int(batch["endSequenceNumber"])
    for _ in range(_MOST_LOOKS):  # one may find nothing though there is something
        answer = streams.get_records(ShardIterator=place) if place else {"Records": []}
        for record in answer["Records"]:
            yield record
            if int(record["dynamodb"]["SequenceNumber"]) >= end:
                return
        place = answer.get("NextShardIterator")
    raise Unavailable("The stream does not show all records of the batch.")
