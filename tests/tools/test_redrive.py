"""What queues gave up goes back to them: all of it, once, and nobody is told what it says."""

import json
import re

import boto3
import pytest
from click.testing import CliRunner
from moto import mock_aws

from tools.shop import redrive as command
from tools.shop.home import Ports
from tools.shop.redrive import Dead, Source

SOURCE = Source("orders", "shop-orders-mail", "shop-orders-mail-dead")


@pytest.fixture
def sqs(monkeypatch):
    with mock_aws():
        made = boto3.client("sqs", "eu-central-1", aws_access_key_id="test", aws_secret_access_key="test")
        for source in command.chosen(None):
            made.create_queue(QueueName=source.name)
            made.create_queue(QueueName=source.dead)
        monkeypatch.setattr(command, "client", lambda _: made)
        yield made


@pytest.fixture
def dead(sqs):
    """With 23 messages in it."""
    found = Dead(sqs, SOURCE)
    for number in range(23):
        attributes = {"number": {"DataType": "Number", "StringValue": str(number)}}
        sqs.send_message(QueueUrl=found.url, MessageBody=f"message {number}", MessageAttributes=attributes)
    return found


def bodies(sqs, name):
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60, MessageAttributeNames=["All"]
    ).get("Messages"):
        found += [(one["Body"], one["MessageAttributes"]["number"]["StringValue"]) for one in messages]
    return sorted(found)


def run(*words):
    return CliRunner().invoke(command.redrive, words)


def test_all_messages_go_back_with_their_attributes(sqs, dead):
    assert run().exit_code == 0

    assert bodies(sqs, SOURCE.name) == sorted((f"message {number}", str(number)) for number in range(23))
    assert dead.count() == 0


def test_it_tells_how_many_there_are_and_since_when_and_nothing_of_what_they_say(dead):
    answer = run("--list")

    (line,) = [line for line in answer.output.splitlines() if line.startswith("shop-orders-mail ")]
    assert re.search(r" 23 given up, the oldest sent \d s ago$", line)
    assert len(answer.output.splitlines()) == len(command.chosen(None))
    assert "message" not in run().output
    assert dead.count() == 0, "looking keeps no message from being moved"


def test_listing_moves_nothing(sqs, dead):
    run("--list")

    assert (bodies(sqs, SOURCE.name), dead.count()) == ([], 23)


def test_no_more_are_moved_than_asked_for(sqs, dead):
    assert "12 moved back" in run("orders", "--most", "12").output

    assert (len(bodies(sqs, SOURCE.name)), dead.count()) == (12, 11)


def test_what_is_given_up_again_meanwhile_makes_no_circle(sqs, dead, monkeypatch):
    send = sqs.send_message

    def given_up_at_once(QueueUrl, **message):
        send(QueueUrl=dead.url, **message)
        return send(QueueUrl=QueueUrl, **message)

    monkeypatch.setattr(sqs, "send_message", given_up_at_once)

    assert dead.move(1000) == 23


def test_after_a_crash_between_sending_and_deleting_a_message_is_in_both(sqs, dead, monkeypatch):
    with monkeypatch.context() as crashing:
        crashing.setattr(sqs, "delete_message", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            dead.move(1)

    assert (len(bodies(sqs, SOURCE.name)), dead.count()) == (1, 23)


@pytest.mark.parametrize(
    ("what", "queues"),
    [("users", ["shop-users-mail", "shop-users-set-aside"]), ("shop-orders-mail", ["shop-orders-mail"]),
     ("shop-catalog-imports-dead", ["shop-catalog-imports"])],
)  # fmt: skip
def test_a_service_or_one_queue_can_be_named(what, queues):
    assert [one.name for one in command.chosen(what)] == queues


def test_a_queue_that_does_not_exist_is_told_with_those_that_do(sqs):
    answer = run("nothing")

    assert answer.exit_code == 2
    assert "shop-orders-mail" in answer.output


def test_it_speaks_to_this_machine_only(monkeypatch):
    for name in ("AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "https://sqs.eu-central-1.amazonaws.com")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/home/somebody")
    found = command.client(Ports(9200))

    assert found.meta.endpoint_url == "http://127.0.0.1:9204"
    assert found._request_signer._credentials.access_key == "test"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min"), (7200, "2 h"), (90000, "1 d")]
)
def test_an_age_is_told_in_its_largest_unit(seconds, text):
    assert command.span(seconds) == text


@pytest.mark.parametrize("service", command.SERVICES)
def test_each_queue_has_a_dead_letter_queue_that_keeps_longer_and_raises_an_alarm(service):
    resources = json.loads((command.ROOT / f"{service}-service" / "resources.json").read_text())["Resources"]
    queues = {key: one["Properties"] for key, one in resources.items() if one["Type"] == "AWS::SQS::Queue"}
    alarms = [one["Properties"] for one in resources.values() if is_alarm_of_a_dead_letter_queue(one)]
    watched = {one["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for one in alarms}
    dead = {one["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for one in queues.values() if is_read(one)}

    assert {key for key, one in queues.items() if not is_read(one)} == dead == watched
    assert all(one["Threshold"] == 1 for one in alarms)
    assert min(queues[key]["MessageRetentionPeriod"] for key in dead) >= 1209600


@pytest.mark.parametrize("service", command.SERVICES)
def test_what_was_set_aside_is_tried_for_a_day_and_raises_an_alarm_long_before(service):
    resources = json.loads((command.ROOT / f"{service}-service" / "resources.json").read_text())["Resources"]
    queue, alarm = (resources[name]["Properties"] for name in ("SetAside", "SetAsideOldAlarm"))

    assert queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"] == 86400
    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert alarm["Threshold"] <= 900


@pytest.mark.parametrize("service", command.SERVICES)
def test_an_event_that_eventbridge_can_t_deliver_is_where_others_are_that_were_given_up(service):
    resources = json.loads((command.ROOT / f"{service}-service" / "resources.json").read_text())["Resources"]
    targets = [
        t for one in resources.values() if one["Type"] == "AWS::Events::Rule" for t in one["Properties"]["Targets"]
    ]
    open_to_rules = [q["Ref"] for one in resources.values() if one["Type"] == "AWS::SQS::QueuePolicy"
                     for q in one["Properties"]["Queues"]]  # fmt: skip

    for target in targets:
        queue = resources[target["Arn"]["Fn::GetAtt"][0]]["Properties"]
        assert target["DeadLetterConfig"]["Arn"] == queue["RedrivePolicy"]["deadLetterTargetArn"]
        assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in open_to_rules


def is_alarm_of_a_dead_letter_queue(one):
    visible = "ApproximateNumberOfMessagesVisible"
    return one["Type"] == "AWS::CloudWatch::Alarm" and one["Properties"]["MetricName"] == visible


def is_read(queue):
    return "RedrivePolicy" in queue
