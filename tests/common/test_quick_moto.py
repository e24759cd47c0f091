"""The quick moto of the unit tests answers as moto does."""

import subprocess
import sys

from tools.shop.home import ROOT

SCRIPT = """
import json, sys
import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from tests.support import quick_moto

if sys.argv[1] == "quick":
    quick_moto.use()
KINDS = {"S": "x", "N": "1", "B": b"b", "SS": ["x"], "NS": ["1"], "BS": [b"b"], "NULL": True, "BOOL": False,
         "M": {"s": {"S": ""}, "m": {"M": {}}, "l": {"L": [{"N": "2"}]}},
         "L": [{"M": {"n": {"NULL": True}}}, {"L": []}]}
with mock_aws():
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="things", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    dynamodb.put_item(TableName="things", Item={"pk": {"S": "a"}, **{name: {name: v} for name, v in KINDS.items()}})

    def write(pk, condition):
        change = {"TableName": "things", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET M.s = :s",
                  "ExpressionAttributeValues": {":s": {"S": "changed by " + pk}}}
        put = {"TableName": "things", "Item": {"pk": {"S": pk}}, "ConditionExpression": condition,
               "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            dynamodb.transact_write_items(TransactItems=[{"Update": change}, {"Put": put}])
        except ClientError as refused:
            return refused.response["CancellationReasons"]

    new, old = "attribute_not_exists(pk)", "attribute_exists(pk)"
    seen = [write("b", new), write("b", new), write("c", old)]
    seen.append(dynamodb.scan(TableName="things")["Items"])
    streams = boto3.client("dynamodbstreams")
    arn = streams.list_streams(TableName="things")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = streams.get_records(ShardIterator=start)["Records"]
    seen.append([(one["eventName"], one["dynamodb"].get("OldImage"), one["dynamodb"]["NewImage"]) for one in records])
    print(json.dumps(seen, default=repr))
"""


def answers(which, **environment):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, which], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    return done.stdout


def test_items_refused_transactions_and_the_stream_are_those_of_moto():
    quick = answers("quick")

    assert "changed by b" in quick
    assert "changed by c" not in quick
    assert quick == answers("plain")
