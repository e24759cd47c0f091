"""The queue of orders whose documents are to be made: events of the orders, and what is asked for besides.

A message only says which order to look at. What is missing is found by looking, so messages may come late, twice, or in
any order.
"""

import json

from chalicelib import config
from common import aws, tracing
from common.problems import Unavailable


def ask(order_id: str) -> None:
    """Have the documents of an order made that are not there; raises Unavailable if the queue did not take it."""
    from botocore.exceptions import BotoCoreError, ClientError

    job = {"order_id": order_id, "traceparent": tracing.current().header}
    try:
        sqs = aws.client("sqs", connect_s=1, read_s=3)  # a request waits for it
        sqs.send_message(QueueUrl=config.INVOICE_QUEUE_URL, MessageBody=json.dumps(job))
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def received(message: str) -> str:
    """The order that a message is about; what is logged from here on carries the trace of whoever sent it."""
    said = json.loads(message)
    job = {**said["detail"]["data"], "traceparent": said["detail"]["traceparent"]} if "detail" in said else said
    tracing.start(job["traceparent"])
    return str(job["order_id"])
