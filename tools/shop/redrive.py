"""`redrive`: what was given up, back to the queue that it came from, once what was wrong with it is mended.

A message goes to a dead-letter queue after about an hour of tries, what was set aside of a stream after a day, and an
alarm says so. It is moved by sending it to its queue and deleting it then: a crash or a lost reply in between leaves it
in both, and workers drop what they have done before. Only what was there at the start is moved, so a message that is
given up again meanwhile makes no circle.

This speaks to the shop on this machine only. In an account of AWS the same is a button of each dead-letter queue in the
console ("Start DLQ redrive"), or `aws sqs start-message-move-task --source-arn <ARN of the dead-letter queue>`.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tools.shop import environment
from tools.shop.home import ROOT, SERVICES, Ports

AT_ONCE = 10  # the most that SQS gives
IN_HAND_SECONDS = 60  # nobody else gets a message while it is being moved


class Unreachable(click.ClickException):
    """The shop's AWS gave no answer."""


@dataclass(frozen=True)
class Source:
    """A queue that workers read, and where it puts what it gives up."""

    service: str
    name: str
    dead: str


def sources(service: str) -> Iterator[Source]:
    """The queues that a service's resources.json makes."""
    template = json.loads((ROOT / f"{service}-service" / "resources.json").read_text("utf-8"))
    queues = {key: one["Properties"] for key, one in template["Resources"].items() if one["Type"] == "AWS::SQS::Queue"}
    for queue in queues.values():
        if "RedrivePolicy" in queue:
            dead, _ = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
            yield Source(service, queue["QueueName"], queues[dead]["QueueName"])


class Dead:
    """One dead-letter queue."""

    def __init__(self, sqs: Any, source: Source) -> None:
        self.sqs, self.source = sqs, source
        self.url = str(sqs.get_queue_url(QueueName=source.dead)["QueueUrl"])

    def count(self) -> int:
        """Also what somebody has in hand at this moment."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def age_s(self) -> float | None:
        """How long the oldest of the first ten has been on its way; None if all are in hand."""
        sent = [int(one["Attributes"]["SentTimestamp"]) for one in self.receive(AT_ONCE, in_hand_s=0)]
        return time.time() - min(sent) / 1000 if sent else None

    def move(self, most: int) -> int:
        """Back to the queue, as many as there were and `most` at the most; how many were moved."""
        target = self.sqs.get_queue_url(QueueName=self.source.name)["QueueUrl"]
        left = wanted = min(self.count(), most)
        while left and (messages := self.receive(min(left, AT_ONCE), IN_HAND_SECONDS)):
            for message in messages:
                more = {"MessageAttributes": given} if (given := message.get("MessageAttributes")) else {}
                self.sqs.send_message(QueueUrl=target, MessageBody=message["Body"], **more)
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            left -= len(messages)
        return wanted - left

    def receive(self, most: int, in_hand_s: int) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=most, VisibilityTimeout=in_hand_s,
            AttributeNames=["SentTimestamp"], MessageAttributeNames=["All"],
        )  # fmt: skip
        return list(answer.get("Messages", []))


@click.command()
@click.argument("what", required=False)
@click.option("--list", "only_list", is_flag=True, help="Only show how many messages wait, and how long.")
@click.option(
    "--most",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="How many messages of a queue are moved at the most.",
)
def redrive(what: str | None, only_list: bool, most: int) -> None:
    """Move what was given up back to its queue: of all services, or WHAT, a service or one queue by its name."""
    sqs = client(Ports.read(os.environ))
    try:
        for source in chosen(what):
            click.echo(told(Dead(sqs, source), None if only_list else most))
    except (BotoCoreError, ClientError) as error:
        raise Unreachable(f"{error}. Is the shop running? python3 run.py") from error


def client(ports: Ports) -> Any:
    """Of the emulator, whatever the developer's own settings of AWS say."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BOTO"))]:
        del os.environ[name]
    os.environ.update(environment.aws(ports))
    patience = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2})
    return boto3.Session().client("sqs", endpoint_url=ports.url("aws"), config=patience)


def chosen(what: str | None) -> list[Source]:
    every = [source for service in SERVICES for source in sources(service)]
    found = [one for one in every if what in (None, one.service, one.name, one.dead)]
    if not found:
        raise click.BadParameter(f"There is no service or queue {what}: {', '.join(one.name for one in every)}.")
    return found


def told(dead: Dead, most: int | None) -> str:
    """A line on a queue, and with `most` what was done; of messages their number and age and nothing else."""
    count = dead.count()
    age = dead.age_s() if count else None
    waiting = f"{count} given up" + (f", the oldest sent {span(age)} ago" if age is not None else "")
    moved = f"; {dead.move(most)} moved back" if most is not None and count else ""
    return f"{dead.source.name:28} {waiting}{moved}"


def span(seconds: float) -> str:
    """`40 s`, `12 min`, `5 h`, `3 d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
