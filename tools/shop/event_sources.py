"""What Chalice can't say of streams and schedules: how often Lambda tries, where it tells what it gives up, alarms.

`up --cloud` and `deploy` do it after `chalice deploy`, and `event-sources` for whoever called that by hand. Chalice
leaves it alone when it deploys again.

A function sets aside by itself what it fails at (common/streams.py). Left for Lambda is what the process dies of, and
SQS being down: it tries a batch again and halves it, and a single record that it tried TRIES times goes the way of the
others, as a note in the queue of what was set aside. No limit on the age of records: after an outage those that waited
would be given up without one try.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from tools.shop import environment, provision
from tools.shop.home import ROOT, SERVICES, Ports

TRIES = 100
BEHIND_MS = 15 * 60 * 1000
FAILURES, FAILURES_SECONDS = 3, 900  # a daily run has failed for good after three tries, a sweep on three minutes
Clients = Callable[[str], Any]


def settle(folder: Path, stage: str, queue: str, aws: Clients) -> None:
    """All that was deployed from a folder; `queue` is the name of the one for what is set aside. Safe to repeat."""
    url = aws("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for source in deployed(folder, stage, "dynamodb_event"):
        aws("lambda").update_event_source_mapping(UUID=source["event_uuid"], **settings(arn))
        aws("cloudwatch").put_metric_alarm(**behind(function_of(source["lambda_arn"])))
    for source in deployed(folder, stage, "cloudwatch_event"):
        aws("cloudwatch").put_metric_alarm(**failing(source["rule_name"].removesuffix("-event")))


def deployed(folder: Path, stage: str, kind: str) -> Iterator[dict[str, Any]]:
    """As Chalice wrote it down."""
    found = json.loads(noted(folder, stage).read_text("utf-8"))
    return (one for one in found["resources"] if one["resource_type"] == kind)


def noted(folder: Path, stage: str) -> Path:
    return folder / ".chalice" / "deployed" / f"{stage}.json"


def settings(queue_arn: str) -> dict[str, Any]:
    """Of a stream's event source."""
    return {
        "MaximumRetryAttempts": TRIES,
        "BisectBatchOnFunctionError": True,
        "DestinationConfig": {"OnFailure": {"Destination": queue_arn}},
    }


def behind(function: str) -> dict[str, Any]:
    """An alarm: records have waited for a quarter of an hour."""
    what = "Records of a table's stream wait, as the function that follows it fails or is too slow."
    age = {"MetricName": "IteratorAge", "Statistic": "Maximum", "Period": 60, "Threshold": BEHIND_MS}
    return alarm(function, "behind", what) | age


def failing(function: str) -> dict[str, Any]:
    """An alarm: what is to run on time fails again and again."""
    what = "A function that runs on a schedule fails again and again."
    return alarm(function, "failing", what) | {
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": FAILURES_SECONDS,
        "Threshold": FAILURES,
    }


def alarm(function: str, name: str, description: str) -> dict[str, Any]:
    return {
        "AlarmName": f"{function}-{name}",
        "AlarmDescription": description,
        "Namespace": "AWS/Lambda",
        "Dimensions": [{"Name": "FunctionName", "Value": function}],
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }


def function_of(arn: str) -> str:
    """`arn:aws:lambda:<region>:<account>:function:<name>` → its name."""
    return arn.split(":")[6]


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.option("--stage", default="dev", show_default=True, help="What `chalice deploy` was told.")
def command(service: str, stage: str) -> None:
    """Set what Chalice can't about the streams of SERVICE, after `chalice deploy` by hand in its folder."""
    folder = ROOT / f"{service}-service"
    if not noted(folder, stage).exists():
        raise click.ClickException(f"Nothing was deployed from {folder} as {stage}.")
    os.environ.update(environment.aws(Ports.read(os.environ)))
    try:
        settle(folder, stage, f"shop-{service}-set-aside", provision.client)
    except (BotoCoreError, ClientError) as error:
        raise click.ClickException(f"{error}. Is the shop running? python3 run.py") from error
