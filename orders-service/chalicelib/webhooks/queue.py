"""Reminders of first retries: a message that the queue holds back, as the sweep alone could come a minute too late."""

import json

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import config
from chalicelib.webhooks.webhook import Delivery
from common import aws, logs

_log = logs.logger(__name__)


class Reminder(msgspec.Struct, frozen=True):
    endpoint_id: str
    delivery_id: str


def remind(delivery: Delivery, now: int) -> None:
    """A help only: without it, or if it comes too early or twice, the sweep and the delivery's own time decide."""
    body = json.dumps({"retry": {"endpoint_id": delivery.endpoint_id, "delivery_id": delivery.id}})
    seconds = max(0, (delivery.due or now) - now + 1)
    try:
        aws.client("sqs").send_message(QueueUrl=config.WEBHOOK_QUEUE_URL, MessageBody=body, DelaySeconds=seconds)
    except (BotoCoreError, ClientError) as error:
        _log.warning("webhook_reminder_lost", exc_info=error)


def reminded(message: str) -> Reminder | None:
    """Whom a message of the queue is about, if it is a reminder."""
    found = json.loads(message).get("retry")
    return msgspec.convert(found, Reminder) if found else None
