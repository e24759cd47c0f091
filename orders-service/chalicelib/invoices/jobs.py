"""The queue of orders whose documents are to be made: events of the orders, and what is asked for besides.

A message only says which order to look at. What is missing is found by looking, so messages may come late, twice, or in
any order.
"""

import json
from functools import cache
from typing import Any

from chalicelib import config
from common import tracing
from common.problems import Unavailable


def ask(order_id: str) -> None:
    """Have the documents of an order made that are not there; raises Unavailable if the queue did not take it."""
    from botocore.exceptions import BotoCoreError, ClientError

    job = {"order_id": order_id, "traceparent": tracing.current().header}
    try:
        _sqs().send_message(QueueUrl=config.INVOICE_QUEUE_URL, MessageBody=json.dumps(job))
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def received(message: str) -> str:
    """The order that a message is about; what is logged from here on carries the trace of whoever sent it."""
    said = json.loads(message)
    job = {**said["detail"]["data"], "traceparent": said["detail"]["traceparent"]} if "detail" in said else said
    tracing.start(job["traceparent"])
    return str(job["order_id"])


@cache
def _sqs() -> Any:
    import boto3  # only where something is asked for
    from botocore.config import Config

    return boto3.client("sqs", config=Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2}))
