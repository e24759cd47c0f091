"""The pump runs a service's handlers on what really happens in the embedded AWS."""

import json
import os
import socket
import subprocess
import sys
import threading

import boto3
import pytest
from chalice import Chalice
from chalice.app import Rate

from tests.system.eventually import eventually
from tools.shop import pump
from tools.shop.home import ROOT
from tools.shop.processes import answers

FAST_SECONDS = 5


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    """The emulator; the environment points at it."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    started = {**os.environ, **settings, "GATEWAY_PORT": str(port), "STATE_DIR": str(tmp_path_factory.mktemp("aws"))}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        process = subprocess.Popen([sys.executable, "-m", "tools.shop.aws"], cwd=ROOT, env=started)
        assert eventually(lambda: answers(port, "/_ministack/ready"))
        yield boto3.client
        process.kill()
        process.wait()


@pytest.fixture
def stream(aws, request):
    """A table's name and its stream's ARN."""
    name = request.node.name.replace("[", "-").replace("]", "")[:200]
    made = aws("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return name, made["TableDescription"]["LatestStreamArn"]


class Service:
    """An app whose handlers write down what they are given; `fail` names what they are to refuse."""

    def __init__(self, checkpoints):
        self.checkpoints = checkpoints
        self.app = Chalice("service", configure_logs=False)
        self.seen = []
        self.fail = set()
        self.bell = pump.Bell()

    def take(self, what):
        self.seen.append(what)
        if what in self.fail:
            raise RuntimeError(what)

    def start(self):
        pump.start(self.app, self.checkpoints / "service", self.bell)
        return self


def of_stream(arn, checkpoints):
    service = Service(checkpoints)

    @service.app.on_dynamodb_record(stream_arn=arn)
    def relay(event):
        for record in event:
            service.take(record.new_image["pk"]["S"])

    return service


def put(aws, table, *keys):
    for key in keys:
        aws("dynamodb").put_item(TableName=table, Item={"pk": {"S": key}})


def test_records_of_a_stream_are_handled_in_order_from_the_first(aws, stream, tmp_path):
    put(aws, stream[0], "a", "b")
    service = of_stream(stream[1], tmp_path).start()
    assert eventually(lambda: service.seen == ["a", "b"])

    put(aws, stream[0], "c")
    service.bell.ring()

    assert eventually(lambda: service.seen == ["a", "b", "c"])


def test_a_batch_that_failed_comes_again_before_the_next(aws, stream, tmp_path):
    service = of_stream(stream[1], tmp_path)
    service.fail = {"a"}
    service.start()
    put(aws, stream[0], "a")
    assert eventually(lambda: service.seen.count("a") > 1)

    service.fail.clear()
    put(aws, stream[0], "b")

    assert eventually(lambda: "b" in service.seen)


def test_a_new_process_goes_on_where_the_last_one_came_to(aws, stream, tmp_path):
    put(aws, stream[0], "a")
    first = of_stream(stream[1], tmp_path).start()
    checkpoint = tmp_path / "service-relay.json"
    assert eventually(checkpoint.exists)
    put(aws, stream[0], "b")
    assert eventually(lambda: first.seen == ["a", "b"])
    eventually(lambda: False, within_s=0.3)  # the checkpoint follows the handler

    second = of_stream(stream[1], tmp_path).start()
    put(aws, stream[0], "c")

    assert eventually(lambda: second.seen == ["c"])


def test_a_place_that_the_stream_has_forgotten_means_from_the_oldest(aws, stream, tmp_path):
    put(aws, stream[0], "a")
    (tmp_path / "service-relay.json").write_text(json.dumps({"stream": stream[1], "after": "000000000000000000000"}))

    service = of_stream(stream[1], tmp_path).start()

    assert eventually(lambda: service.seen == ["a"])


@pytest.fixture
def queue(aws):
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    yield lambda body: sqs.send_message(QueueUrl=url, MessageBody=body)
    sqs.delete_queue(QueueUrl=url)


def of_queue(checkpoints):
    service = Service(checkpoints)

    @service.app.on_sqs_message(queue="jobs", batch_size=1)
    def work(event):
        for record in event:
            service.take(record.body)

    return service


def test_messages_are_handled_and_deleted(aws, queue, tmp_path):
    service = of_queue(tmp_path).start()

    queue("a")

    assert eventually(lambda: service.seen == ["a"])
    url = aws("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    left = lambda: aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"]  # noqa: E731
    assert eventually(lambda: set(left().values()) == {"0"})


def test_a_message_that_failed_comes_again_and_holds_up_no_other(queue, tmp_path):
    service = of_queue(tmp_path)
    service.fail = {"bad"}
    service.start()

    queue("bad")
    queue("good")

    assert eventually(lambda: "good" in service.seen)
    assert eventually(lambda: service.seen.count("bad") > 1)


def test_a_rule_of_one_minute_runs_soon_and_again_within_seconds(aws, tmp_path):
    service = Service(tmp_path)
    ran = threading.Semaphore(0)

    @service.app.schedule(Rate(1, unit=Rate.MINUTES))
    def sweep(_event):
        ran.release()

    service.start()

    assert ran.acquire(timeout=3)
    assert ran.acquire(timeout=FAST_SECONDS + 3)


@pytest.mark.parametrize(
    ("rule", "seconds"),
    [("rate(1 minute)", 5), ("rate(5 minutes)", 25), ("rate(1 hour)", 300), ("cron(0 4 * * ? *)", 300)],
)
def test_rules_run_twelve_times_as_often_here(rule, seconds):
    assert pump.period(rule) == seconds
