"""A service as small as it gets, with one of each: routes, a stream, a queue, a schedule."""

import os
from typing import Any

import boto3
from chalice import Chalice, Rate

from chalicelib.version import VERSION
from common.clock import rfc3339
from common.streams import FROM_OLDEST, Follower, Followers, Records

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


def follow(records: Records) -> None:
    """Note each item that was written. Two fail, and only as long as they come from the stream: one by an error, and
    the process dies of the other.
    """
    for record in (one["dynamodb"] for one in records):
        name = record["Keys"]["pk"]["S"]
        if "SequenceNumber" in record and name == "deadly":
            os._exit(1)
        if "SequenceNumber" in record and name == "faulty":
            raise ValueError(name)
        if not name.startswith("noted "):
            table.put_item(Item={"pk": f"noted {name} from the stream"})


followers = Followers(os.environ["SET_ASIDE_QUEUE_URL"], {"on_record": Follower(follow)})


@app.on_dynamodb_record(stream_arn=os.environ["TINY_STREAM_ARN"], starting_position=FROM_OLDEST)
def on_record(event: Any) -> None:
    """Note each item that was written."""
    followers.follow("on_record", event.to_dict()["Records"])


@app.on_sqs_message(queue=os.environ["SET_ASIDE_QUEUE"], batch_size=1)
def take_up(event: Any) -> None:
    """Follow a record that was set aside."""
    for record in event:
        followers.take_up(record.body)


@app.on_sqs_message(queue=os.environ["TINY_QUEUE"])
def on_message(event: Any) -> None:
    """Note each message."""
    for record in event:
        table.put_item(Item={"pk": f"noted {record.body} from the queue"})


@app.schedule(Rate(1, unit=Rate.MINUTES))
def each_minute(event: Any) -> None:
    """Note that it ran."""
    table.put_item(Item={"pk": "noted the minute"})
