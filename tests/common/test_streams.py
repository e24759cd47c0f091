"""A record that can't be followed waits on a queue, and nothing waits for it."""

import json

import boto3
import pytest
from moto import mock_aws
from pynamodb.attributes import UnicodeAttribute

from common import aws
from common.problems import Unavailable
from common.streams import Follower, Followers, keys_only, outbox_items, with_images
from common.tables import Item


class Thing(Item):
    class Meta(Item.Meta):
        table_name = "things"
        region = "eu-central-1"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Flock:
    """Followers that write down what they follow; `poison` are the keys that they fail at."""

    def __init__(self, url):
        self.seen, self.poison, self.error, self.url = [], set(), ValueError, url
        kinds = {
            "relay": Follower(self.take),
            "count": Follower(self.take, kept=keys_only, stored_in=Thing),
            "index": Follower(self.take, kept=keys_only, patient=True),
        }
        self.all = Followers(url, kinds)

    def take(self, records):
        for record in records:
            if record["dynamodb"]["Keys"]["pk"]["S"] in self.poison:
                raise self.error
            self.seen.append(record["dynamodb"])

    def keys(self):
        return [one["Keys"]["pk"]["S"] for one in self.seen]

    def waiting(self):
        found = boto3.client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in found.get("Messages", [])]


@pytest.fixture
def account(aws_environment):
    aws.client.cache_clear()
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="things",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        yield
    aws.client.cache_clear()


@pytest.fixture
def flock(account):
    return Flock(boto3.client("sqs").create_queue(QueueName="set-aside")["QueueUrl"])


def record(pk, sk="META", **image):
    keys = {"pk": {"S": pk}, "sk": {"S": sk}}
    told = {"Keys": keys, "NewImage": {**keys, **image}, "SequenceNumber": "1"}
    return {"eventName": "INSERT", "eventID": "x", "dynamodb": told}


def test_a_batch_that_is_followed_leaves_nothing_behind(flock):
    flock.all.follow("relay", [record("a"), record("b")])

    assert (flock.keys(), flock.waiting()) == (["a", "b"], [])


def test_a_record_that_always_fails_holds_up_no_other(flock):
    flock.poison = {"bad"}
    flock.all.follow("relay", [record("a"), record("bad"), record("b")])
    flock.all.follow("relay", [record("c")])

    failed = 0
    for message in flock.waiting():
        try:
            flock.all.take_up(message)
        except ValueError:
            failed += 1

    assert (set(flock.keys()), failed) == ({"a", "b", "c"}, 1)


def test_what_was_set_aside_is_followed_once_its_trouble_is_over(flock):
    told = record("a", "OUT#evt_1", event={"S": "{}"})
    flock.poison = {"a"}
    flock.all.follow("relay", [told])
    flock.poison.clear()

    (message,) = flock.waiting()
    flock.all.take_up(message)

    assert [one["NewImage"] for one in flock.seen] == [told["dynamodb"]["NewImage"]]


def test_a_batch_that_can_t_be_set_aside_is_given_back_to_the_stream(flock):
    boto3.client("sqs").delete_queue(QueueUrl=flock.url)
    flock.poison = {"a"}

    with pytest.raises(Exception, match="NonExistentQueue"):
        flock.all.follow("relay", [record("a")])


@pytest.mark.parametrize("error", [Unavailable, ValueError])
def test_a_patient_follower_waits_while_something_is_down_and_only_then(flock, error):
    flock.poison, flock.error = {"a"}, error
    try:
        flock.all.follow("index", [record("a")])
    except Unavailable:
        assert flock.waiting() == []
    else:
        assert (error, len(flock.waiting())) == (ValueError, 1)


def test_an_item_with_personal_data_is_read_again_and_never_on_the_queue(flock):
    Thing("a", "META").save()
    flock.poison = {"a", "gone"}
    flock.all.follow("count", [record("a", name={"S": "Ann"}), record("gone", name={"S": "Ann"})])
    flock.poison.clear()

    messages = flock.waiting()
    for message in messages:
        flock.all.take_up(message)

    assert "Ann" not in str(messages)
    assert [one["NewImage"].get("sk") for one in flock.seen] == [{"S": "META"}, None]


def test_of_several_changes_of_an_item_one_is_set_aside_if_only_its_keys_count(flock):
    flock.poison = {"a"}
    flock.all.follow("index", [record("a", n={"S": str(number)}) for number in range(3)])

    assert len(flock.waiting()) == 1


@pytest.mark.parametrize(
    ("kept", "pk", "sk", "images"),
    [
        (outbox_items, "ORDER#1", "OUT#evt_1", True),
        (outbox_items, "OUT#evt_1", "OUT", True),
        (outbox_items, "USER#1", "PROFILE", False),
        (with_images, "SKU#1", "STOCK", True),
        (keys_only, "OUT#evt_1", "OUT", False),
    ],
)
def test_what_a_message_holds_of_a_record(kept, pk, sk, images):
    assert ("NewImage" in kept(record(pk, sk))["dynamodb"]) == images


def note(records, function="shop-service-dev-relay"):
    """What Lambda sends of a batch that it gives up."""
    arn = boto3.client("dynamodb").describe_table(TableName="things")["Table"]["LatestStreamArn"]
    streams = boto3.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    numbers = [
        one["dynamodb"]["SequenceNumber"]
        for one in streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    ]
    batch = {"streamArn": arn, "shardId": shard["ShardId"], "batchSize": len(records)}
    ends = {"startSequenceNumber": numbers[records[0]], "endSequenceNumber": numbers[records[-1]]}
    told = {"functionArn": f"arn:aws:lambda:eu-central-1:123456789012:function:{function}", "condition": "x"}
    return json.dumps({"requestContext": told, "DDBStreamBatchInfo": {**batch, **ends}})


@pytest.mark.parametrize("function", ["shop-service-dev-relay", "shop-service-dev-relay:live"])
def test_what_lambda_gave_up_is_looked_up_in_the_stream_and_taken_up_one_by_one(flock, function):
    for name in "abcd":
        Thing(name, "META").save()

    flock.all.take_up(note([1, 2], function))
    for message in flock.waiting():
        flock.all.take_up(message)

    assert sorted(flock.keys()) == ["b", "c"]
