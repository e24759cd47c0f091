"""A service as small as it gets, with one of each: routes, a stream, a queue, a schedule."""

import os
from typing import Any

import boto3
from chalice import Chalice, Rate

from chalicelib.version import VERSION
from common.clock import rfc3339

TABLE = os.environ["TINY_TABLE"]
app = Chalice(app_name="tiny-service")
table = boto3.resource("dynamodb").Table(TABLE)


@app.route("/")
def read() -> dict[str, Any]:
    """The version, and what the event handlers noted."""
    noted = [item["pk"] for item in table.scan()["Items"] if item["pk"].startswith("noted ")]
    return {"version": VERSION, "epoch": rfc3339(0), "noted": sorted(noted)}


@app.route("/items/{name}", methods=["PUT"])
def write(name: str) -> dict[str, str]:
    """Write an item, for the stream to tell of."""
    table.put_item(Item={"pk": name})
    return {"written": name}


@app.route("/tables/{name}")
def peek(name: str) -> dict[str, Any]:
    """Try to read a table of another service."""
    try:
        return {"read": len(boto3.resource("dynamodb").Table(name).get_item(Key={"pk": "secret"})["Item"])}
    except boto3.client("dynamodb").exceptions.ClientError as error:
        return {"refused": error.response["Error"]["Code"]}


@app.on_dynamodb_record(stream_arn=os.environ["TINY_STREAM_ARN"])
def on_record(event: Any) -> None:
    """Note each item that was written."""
    for record in event:
        if not record.keys["pk"]["S"].startswith("noted "):
            table.put_item(Item={"pk": f"noted {record.keys['pk']['S']} from the stream"})


@app.on_sqs_message(queue=os.environ["TINY_QUEUE"])
def on_message(event: Any) -> None:
    """Note each message."""
    for record in event:
        table.put_item(Item={"pk": f"noted {record.body} from the queue"})


@app.schedule(Rate(1, unit=Rate.MINUTES))
def each_minute(event: Any) -> None:
    """Note that it ran."""
    table.put_item(Item={"pk": "noted the minute"})
