"""Jobs for the function that looks into pictures, through a queue. A job that is done twice does no harm."""

import json
import logging
from typing import Any, NamedTuple

from chalicelib import config
from common import aws, tracing

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    product_id: str
    image_id: str
    again: bool = False  # make the renditions also if they were made before


def ask(product_id: str, image_id: str, *, again: bool = False) -> bool:
    """Put a job on the queue; False if that failed.

    Nobody needs to know then: the picture says itself that it is not done yet, and the sweeper asks for it again.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    job = {"product_id": product_id, "image_id": image_id, "again": again, "traceparent": tracing.current().header}
    try:
        _sqs().send_message(QueueUrl=config.PICTURE_QUEUE_URL, MessageBody=json.dumps(job))
    except (BotoCoreError, ClientError) as error:
        _log.warning("picture_not_queued", exc_info=error, extra={"product_id": product_id})
        return False
    return True


def waiting() -> bool:
    """Whether there are jobs on the queue that nobody has begun."""
    name = "ApproximateNumberOfMessages"
    found = _sqs().get_queue_attributes(QueueUrl=config.PICTURE_QUEUE_URL, AttributeNames=[name])["Attributes"]
    return int(found[name]) > 0


def received(message: str) -> Job:
    """The job of a message; what is logged from here on carries the trace of the request that asked for it."""
    job = json.loads(message)
    tracing.start(job.get("traceparent"))
    return Job(str(job["product_id"]), str(job["image_id"]), bool(job.get("again")))


def _sqs() -> Any:
    return aws.client("sqs", connect_s=1, read_s=2)  # a request waits for it
