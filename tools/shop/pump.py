"""Runs a service's own event handlers as Lambda would: table streams, queues and schedules, at least once each.

A thread a source, in the service's process. Schedules run twelve times as often as written, so that a rule of one
minute is seen to work within seconds.
"""

import http.client
import json
import logging
import re
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig, ScheduleExpression, SQSEventConfig
from chalice.local import LambdaContext

from tools.shop.home import read_json, write
from tools.shop.signed import Caller, CallFailed

FASTER = 12
IDLE_SECONDS = 1.0
LONG_POLL_SECONDS = 20
LONGEST_PAUSE_SECONDS = 5.0
UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
log = logging.getLogger("pump")

Handler = Callable[[dict[str, Any]], Any]


class Bell:
    """Tells all streams that something may have been written, so that they need not look every moment."""

    def __init__(self) -> None:
        self.listeners: list[threading.Event] = []

    def listener(self) -> threading.Event:
        self.listeners.append(threading.Event())
        return self.listeners[-1]

    def ring(self) -> None:
        for listener in self.listeners:
            listener.set()


def start(app: Chalice, checkpoints: Path, bell: Bell) -> list[threading.Thread]:
    """Begin to run all handlers of an app, each in a thread that ends with the process."""
    runs = [source(app, config, checkpoints, bell) for config in app.event_sources]
    threads = [threading.Thread(target=forever, args=(run,), daemon=True) for run in runs if run]
    for thread in threads:
        thread.start()
    return threads


def source(app: Chalice, config: Any, checkpoints: Path, bell: Bell) -> Callable[[], None] | None:
    """What to do again and again for one event source."""
    handler = traced(app.handler_map[config.name], config.name)
    if isinstance(config, DynamoDBEventConfig):
        checkpoint = checkpoints.with_name(f"{checkpoints.name}-{config.name}.json")
        return Stream(config.stream_arn, checkpoint, handler, bell.listener())
    if isinstance(config, SQSEventConfig):
        return Queue(config.queue or (config.queue_arn or "").rpartition(":")[2], config.batch_size, handler, bell)
    if isinstance(config, ScheduledEventConfig):
        return Schedule(config.name, period(config.schedule_expression), handler, bell)
    log.error("event_source_unknown", extra={"source": type(config).__name__})
    return None


def traced(handler: Callable[[Any, Any], Any], name: str) -> Handler:
    """Each run has a trace of its own, and a Lambda context."""
    from common import tracing  # the service's, from its vendor folder

    def run(event: dict[str, Any]) -> Any:
        tracing.start(None)
        return handler(event, LambdaContext(name, 256, max_runtime_ms=60_000))

    return run


def forever(run: Callable[[], None]) -> None:
    """Failures are logged once in a row, and waited out."""
    pause = 0.0
    while True:
        try:
            run()
            pause = 0.0
        except (OSError, http.client.HTTPException, CallFailed) as error:
            pause = longer(pause, "event_source_unavailable", error)
        except Exception as error:  # the handler's own: Lambda would try again as well
            pause = longer(pause, "event_handler_failed", error)
        time.sleep(pause)


def longer(pause: float, message: str, error: Exception) -> float:
    if not pause or message == "event_handler_failed":
        log.warning(message, exc_info=error)
    return min(pause * 2 or 0.2, LONGEST_PAUSE_SECONDS)


class Stream:
    """Reads one table's stream in order and remembers how far its handler has come."""

    def __init__(self, arn: str, checkpoint: Path, handler: Handler, changed: threading.Event) -> None:
        self.arn, self.checkpoint, self.handler, self.changed = arn, checkpoint, handler, changed
        self.aws = Caller("dynamodb", "DynamoDBStreams_20120810", "1.0")
        self.iterator: str | None = None

    def __call__(self) -> None:
        """One batch, or a rest. The checkpoint follows the handler: a crash between repeats, and loses nothing."""
        self.changed.clear()
        self.iterator, iterator = None, self.iterator or self.open()
        answer = self.aws("GetRecords", ShardIterator=iterator, Limit=100)
        if records := answer["Records"]:
            self.handler({"Records": [{**record, "eventSourceARN": self.arn} for record in records]})
            last = records[-1]["dynamodb"]["SequenceNumber"]
            write(self.checkpoint, json.dumps({"stream": self.arn, "after": last}))
        self.iterator = answer.get("NextShardIterator")
        if not records:
            self.changed.wait(IDLE_SECONDS)

    def open(self) -> str:
        """After the last record handled; from the oldest one where that is not known any more."""
        shard = self.aws("DescribeStream", StreamArn=self.arn)["StreamDescription"]["Shards"][0]["ShardId"]
        seen = read_json(self.checkpoint)
        here = {"StreamArn": self.arn, "ShardId": shard}
        if seen.get("stream") == self.arn:
            try:
                found = self.aws("GetShardIterator", **here, ShardIteratorType="AFTER_SEQUENCE_NUMBER",
                                 SequenceNumber=seen["after"])  # fmt: skip
                return str(found["ShardIterator"])
            except CallFailed as error:
                if error.code != "TrimmedDataAccessException":
                    raise
        return str(self.aws("GetShardIterator", **here, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])


class Queue:
    """Receives a queue's messages and deletes those that were handled; the others come again, later each time."""

    def __init__(self, name: str, batch_size: int, handler: Handler, bell: Bell) -> None:
        self.name, self.batch_size, self.handler, self.bell = name, min(batch_size, 10), handler, bell
        self.aws = Caller("sqs", "AmazonSQS", "1.0")
        self.url: str | None = None

    def __call__(self) -> None:
        """One batch. A crash before the deletion repeats the messages; handlers drop what they know by event id."""
        self.url = self.url or str(self.aws("GetQueueUrl", QueueName=self.name)["QueueUrl"])
        answer = self.aws(
            "ReceiveMessage", LONG_POLL_SECONDS + 5, QueueUrl=self.url, MaxNumberOfMessages=self.batch_size,
            WaitTimeSeconds=LONG_POLL_SECONDS, AttributeNames=["All"], MessageAttributeNames=["All"],
        )  # fmt: skip
        if messages := answer.get("Messages", []):
            failed = self.handle(messages)
            for message in messages:
                self.settle(message, message["MessageId"] in failed)
            self.bell.ring()

    def handle(self, messages: list[dict[str, Any]]) -> set[str]:
        """The ids of the messages that failed: all at an exception, else those that the handler names."""
        try:
            answer = self.handler({"Records": [self.record(message) for message in messages]})
        except Exception as error:
            log.warning("event_handler_failed", exc_info=error, extra={"queue": self.name})
            return {message["MessageId"] for message in messages}
        failures = answer.get("batchItemFailures", []) if isinstance(answer, dict) else []
        return {failure["itemIdentifier"] for failure in failures}

    def record(self, message: dict[str, Any]) -> dict[str, Any]:
        """As Lambda shows a message to its function."""
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": message.get("MessageAttributes", {}),
            "md5OfBody": message.get("MD5OfBody", ""),
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{self.aws.region}:000000000000:{self.name}",
            "awsRegion": self.aws.region,
        }

    def settle(self, message: dict[str, Any], failed: bool) -> None:
        """Delete what was handled. A failure comes again after 1, 2, 4 … 30 s, until the queue gives it up."""
        this = {"QueueUrl": self.url, "ReceiptHandle": message["ReceiptHandle"]}
        if not failed:
            self.aws("DeleteMessage", **this)
            return
        received = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        self.aws("ChangeMessageVisibility", **this, VisibilityTimeout=min(2 ** (received - 1), 30))


class Schedule:
    """Calls a handler every `seconds`, at first soon after the start."""

    def __init__(self, name: str, seconds: float, handler: Handler, bell: Bell) -> None:
        self.name, self.seconds, self.handler, self.bell = name, seconds, handler, bell
        self.due_at = time.monotonic() + min(seconds / 5, 10.0)

    def __call__(self) -> None:
        time.sleep(max(0.0, self.due_at - time.monotonic()))
        self.due_at = time.monotonic() + self.seconds
        self.handler(self.event())
        self.bell.ring()

    def event(self) -> dict[str, Any]:
        """As EventBridge sends it."""
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "000000000000",
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": "eu-central-1",
            "resources": [f"arn:aws:events:eu-central-1:000000000000:rule/{self.name}"],
            "detail": {},
        }


def period(expression: str | ScheduleExpression) -> float:
    """Seconds between two runs here, of `rate(5 minutes)`; a cron expression counts as one hour."""
    text = expression if isinstance(expression, str) else expression.to_string()
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", text)
    seconds = int(found[1]) * UNIT_SECONDS[found[2]] if found else UNIT_SECONDS["hour"]
    return seconds / FASTER
