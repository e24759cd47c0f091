"""The embedded AWS keeps what it acknowledged, and enforces what the shop relies on. One test for each change to it."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.package.emulator import Emulator, eventually, web
from tools.shop import aws_files, resources
from tools.shop.home import ROOT

TINY = json.loads((ROOT / "tests" / "package" / "tiny" / "resources.json").read_text("utf-8"))
PARAMETERS = {"CorsOrigins": "http://localhost:1,http://127.0.0.1:1", "EventBus": "shop"}
BUCKET = "shop-tiny-000000000000"


def make_resources(emulator: Emulator) -> dict[str, str]:
    resources.apply_shared(emulator.aws, "shop@example.test")
    return resources.apply_template("shop-tiny", TINY, emulator.aws, PARAMETERS)


@pytest.fixture(scope="module", autouse=True)
def made(emulator: Emulator) -> dict[str, str]:
    return make_resources(emulator)


def stream_records(emulator: Emulator, arn: str) -> list[dict[str, Any]]:
    streams = emulator.aws("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    found: list[dict[str, Any]] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return found


def test_a_write_and_its_stream_record_survive_a_kill(fresh: Emulator) -> None:
    arn = make_resources(fresh)["TINY_STREAM_ARN"]
    fresh.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "pear"}})
    fresh.saved("dynamodb", "pear")

    fresh.kill_and_start()

    assert [item["pk"]["S"] for item in fresh.aws("dynamodb").scan(TableName="shop-tiny")["Items"]] == ["pear"]
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in stream_records(fresh, arn)] == ["pear"]
    assert make_resources(fresh)["TINY_STREAM_ARN"] == arn


def test_later_stream_records_come_after_those_from_before_the_kill(fresh: Emulator) -> None:
    arn = make_resources(fresh)["TINY_STREAM_ARN"]
    fresh.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "first"}})
    fresh.saved("dynamodb", "first")
    fresh.kill_and_start()

    fresh.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "second"}})

    records = stream_records(fresh, arn)
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == ["first", "second"]
    assert numbers == sorted(set(numbers))


def test_a_mail_and_a_queued_message_survive_a_kill(fresh: Emulator) -> None:
    make_resources(fresh)
    message = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "World"}}}
    fresh.aws("ses").send_email(
        Source="shop@example.test", Destination={"ToAddresses": ["a@example.test"]}, Message=message
    )
    queue = fresh.aws("sqs").get_queue_url(QueueName="shop-tiny-news")["QueueUrl"]
    fresh.aws("sqs").send_message(QueueUrl=queue, MessageBody="queued")
    fresh.saved("ses", "World")
    fresh.saved("sqs", "queued")

    fresh.kill_and_start()

    mails = web.request("GET", fresh.url + "/_ministack/ses/messages").json()["messages"]["000000000000"]
    assert [(mail["To"], mail["Subject"]) for mail in mails] == [(["a@example.test"], "Hello")]
    (received,) = fresh.aws("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert received["Body"] == "queued"


def test_an_upload_survives_a_kill(fresh: Emulator) -> None:
    make_resources(fresh)
    fresh.aws("s3").put_object(Bucket=BUCKET, Key="a.txt", Body=b"kept")
    fresh.saved("s3", BUCKET)

    fresh.kill_and_start()

    assert fresh.aws("s3").get_object(Bucket=BUCKET, Key="a.txt")["Body"].read() == b"kept"


def test_what_could_not_be_saved_for_a_while_is_saved_then(fresh: Emulator) -> None:
    """As on a disk that was full."""
    make_resources(fresh)
    fresh.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "pear"}})
    fresh.saved("dynamodb", "pear")
    in_the_way = fresh.state / "dynamodb.new"
    in_the_way.mkdir()
    fresh.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "plum"}})
    eventually(lambda: "state_not_saved" in fresh.log.read_text())
    in_the_way.rmdir()

    fresh.saved("dynamodb", "plum")


def test_a_stop_saves_everything(fresh: Emulator) -> None:
    make_resources(fresh)
    fresh.aws("ssm").put_parameter(Name="/shop/key", Type="SecureString", Value="secret")

    fresh.stop(signal.SIGTERM)
    fresh.start()

    assert fresh.aws("ssm").get_parameter(Name="/shop/key", WithDecryption=True)["Parameter"]["Value"] == "secret"


@pytest.mark.parametrize("delay_ms", [0, 40, 80, 150, 250])
def test_killed_at_any_moment_of_making_resources_they_can_be_made_again(fresh: Emulator, delay_ms: int) -> None:
    make_resources(fresh)
    time.sleep(delay_ms / 1000)  # not a wait for something: the moment of the kill is what varies

    fresh.kill_and_start()
    make_resources(fresh)

    fresh.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "pear"}})
    fresh.aws("s3").put_object(Bucket=BUCKET, Key="a.txt", Body=b"")


def test_a_crash_between_two_files_counts_as_one_before_or_after_both(tmp_path: Path) -> None:
    aws_files.replace_all(tmp_path, {"a": "1", "b": "1"})
    (tmp_path / "a.new").write_text("2")
    (tmp_path / "b.new").write_text("2")
    aws_files.recover(tmp_path, "0")
    assert [(tmp_path / f"{name}.json").read_text() for name in "ab"] == ["1", "1"]

    (tmp_path / "a.json").write_text("3")
    (tmp_path / "b.new").write_text("3")
    (tmp_path / "commit").write_text('["a", "b"]')
    aws_files.recover(tmp_path, "0")
    assert [(tmp_path / f"{name}.json").read_text() for name in "ab"] == ["3", "3"]


def test_reading_changes_no_file(emulator: Emulator) -> None:
    emulator.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "settled"}})
    emulator.saved("dynamodb", "settled")
    before = {path: path.stat().st_mtime_ns for path in emulator.state.glob("*.json")}

    for _ in range(20):
        emulator.aws("dynamodb").get_item(TableName="shop-tiny", Key={"pk": {"S": "settled"}})
    emulator.aws("s3").put_object(Bucket=BUCKET, Key="marker", Body=b"")
    emulator.aws("sqs").create_queue(QueueName="marker")
    emulator.saved("sqs", "marker")

    after = {path: path.stat().st_mtime_ns for path in emulator.state.glob("*.json")}
    assert after[emulator.state / "dynamodb.json"] == before[emulator.state / "dynamodb.json"]


def test_a_foreign_name_for_this_machine_reads_nothing(emulator):
    def asked(host):
        return web.request("GET", f"{emulator.url}/_ministack/ses/messages", headers={"Host": host}).status

    own = f"127.0.0.1:{emulator.port}", f"localhost:{emulator.port}", "[::1]"
    foreign = (
        f"evil.example:{emulator.port}",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:127.0.0.1",
    )
    assert [asked(host) for host in own] == [200] * 3
    assert [asked(host) for host in foreign] == [403] * 4


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config"])
def test_a_web_page_cannot_wipe_or_reconfigure_it(emulator: Emulator, path: str) -> None:
    assert web.request("POST", emulator.url + path, body=b"{}").status == 403
    assert "shop-tiny" in emulator.aws("dynamodb").list_tables()["TableNames"]


def test_it_listens_on_the_loopback_address_only(emulator: Emulator) -> None:
    assert emulator.process is not None
    table = (Path("/proc") / str(emulator.process.pid) / "net" / "tcp").read_text().splitlines()
    listening = [row.split()[1] for row in table if row.split()[3] == "0A"]
    ours = [address for address in listening if int(address.split(":")[1], 16) in (emulator.port, emulator.domain_port)]
    assert sorted(ours) == sorted(f"0100007F:{port:04X}" for port in (emulator.port, emulator.domain_port))


def post(emulator: Emulator, content: bytes, **changed: str) -> int:
    conditions: list[Any] = [{"Content-Type": "image/png"}, ["content-length-range", 5, 10]]
    form = emulator.aws("s3").generate_presigned_post(BUCKET, "a.png", {"Content-Type": "image/png"}, conditions)
    fields = [*{**form["fields"], **changed}.items(), ("file", ("a.png", content, "image/png"))]
    return int(web.request("POST", form["url"], fields=fields).status)


def test_a_presigned_form_takes_what_it_was_signed_for_and_nothing_else(emulator: Emulator) -> None:
    assert post(emulator, b"123456") == 204
    assert post(emulator, b"1") == 400
    assert post(emulator, b"1" * 11) == 400
    assert post(emulator, b"123456", **{"Content-Type": "text/html"}) == 403
    assert post(emulator, b"123456", key="b.png") == 403
    assert post(emulator, b"123456", **{"x-amz-signature": "0" * 64}) == 403


def test_objects_are_read_by_presigned_address_only(emulator: Emulator) -> None:
    emulator.aws("s3").put_object(Bucket=BUCKET, Key="c.png", Body=b"123456")
    url = emulator.aws("s3").generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "c.png"})
    assert web.request("GET", url).data == b"123456"
    assert web.request("GET", url.partition("?")[0]).status == 403
    assert web.request("GET", url.replace("c.png", "d.png")).status == 403


@pytest.mark.parametrize(("origin", "allowed"), [("http://localhost:1", True), ("http://evil.test", False)])
def test_a_browser_may_upload_from_the_storefront_only(emulator: Emulator, origin: str, allowed: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = web.request("OPTIONS", f"{emulator.url}/{BUCKET}", headers=asked)
    assert (answer.headers.get("Access-Control-Allow-Origin") == origin) == allowed


def test_a_failed_condition_returns_the_item_as_it_is(emulator: Emulator) -> None:
    dynamodb = emulator.aws("dynamodb")
    dynamodb.put_item(TableName="shop-tiny", Item={"pk": {"S": "taken"}, "by": {"S": "me"}})
    write = {
        "TableName": "shop-tiny",
        "Item": {"pk": {"S": "taken"}},
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as single:
        dynamodb.put_item(**write)
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as together:
        dynamodb.transact_write_items(TransactItems=[{"Put": write}])
    assert single.value.response["Item"]["by"] == {"S": "me"}
    assert together.value.response["CancellationReasons"][0]["Item"]["by"] == {"S": "me"}


def test_a_transaction_repeated_with_its_token_is_applied_once(emulator: Emulator) -> None:
    dynamodb = emulator.aws("dynamodb")
    add = {
        "TableName": "shop-tiny",
        "Key": {"pk": {"S": "counter"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    for _ in range(3):
        dynamodb.transact_write_items(TransactItems=[{"Update": add}], ClientRequestToken="same")
    assert dynamodb.get_item(TableName="shop-tiny", Key={"pk": {"S": "counter"}})["Item"]["n"] == {"N": "1"}


def test_an_event_reaches_the_queue_of_its_rule(emulator: Emulator) -> None:
    events, sqs = emulator.aws("events"), emulator.aws("sqs")
    entry = {"EventBusName": "shop", "Source": "elsewhere", "Detail": '{"id": "1"}'}
    events.put_events(Entries=[{**entry, "DetailType": "gossip"}, {**entry, "DetailType": "news"}])
    queue = sqs.get_queue_url(QueueName="shop-tiny-news")["QueueUrl"]
    (message,) = eventually(lambda: sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"))
    assert json.loads(message["Body"])["detail-type"] == "news"


def test_expired_items_are_to_be_removed(emulator: Emulator) -> None:
    told = emulator.aws("dynamodb").describe_time_to_live(TableName="shop-tiny")["TimeToLiveDescription"]
    assert told == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
