"""Transactions keep their order, are retried when others are in the way, and say what they don't know."""

import json

import boto3
import botocore.exceptions
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from common import tables
from common.problems import Unavailable
from common.tables import Busy, ConditionFailed, Item, OutcomeUnknown, Refused, Transaction
from tests.support.api import recorded


class Row(Item):
    class Meta(Item.Meta):
        table_name = "rows"
        region = "eu-central-1"

    pk = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(default=0)


class Other(Item):
    class Meta(Item.Meta):
        table_name = "rows"
        region = "eu-central-1"

    pk = UnicodeAttribute(hash_key=True)


class Pair(Item):
    class Meta(Item.Meta):
        table_name = "pairs"
        region = "eu-central-1"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Numbered(Pair):
    number = NumberAttribute()


@pytest.fixture(autouse=True)
def rows(aws_environment, monkeypatch):
    monkeypatch.setattr(tables.time, "sleep", lambda seconds: None)
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="rows",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        boto3.client("dynamodb").create_table(
            TableName="pairs",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield


@pytest.fixture
def answers():
    """Canned answers instead of DynamoDB's for the next calls; what was sent is kept."""
    events, canned, sent = Row._get_connection().connection.client.meta.events, [], []

    def reply(request, **_):
        sent.append(request.body)
        answer = canned.pop(0) if canned else None
        if isinstance(answer, Exception):
            raise answer
        return answer and AWSResponse(request.url, 400, {}, Raw(answer.encode()))

    events.register_first("before-send.dynamodb.TransactWriteItems", reply)
    yield canned, sent
    events.unregister("before-send.dynamodb.TransactWriteItems", reply)


class Raw:
    def __init__(self, content):
        self._content = content

    def stream(self, *_, **__):
        yield self._content


CONFLICT = (
    '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"x",'
    '"CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]}'
)


def test_all_items_share_one_client():
    assert Row._get_connection().connection.client is Other._get_connection().connection.client


def test_reasons_stand_in_the_order_of_the_calls_with_the_stored_item():
    Row("there", number=7).save()
    change = Transaction()
    change.update(Row("new"), [Row.number.set(1)])
    change.put(Row("there"), Row.pk.does_not_exist())
    change.check(Row, "absent", None, Row.pk.does_not_exist())

    with pytest.raises(Refused) as refused:
        change.commit()

    codes = [reason.code if reason else None for reason in refused.value.reasons]
    assert codes == [None, "ConditionalCheckFailed", None]
    assert refused.value.reasons[1].item["number"] == {"N": "7"}
    assert Row.count("new") == 0


def test_a_conflict_is_retried_with_the_same_token(answers):
    canned, sent = answers
    canned += [CONFLICT, CONFLICT]
    change = Transaction()
    change.put(Row("a"))
    change.commit()

    assert Row.get("a").number == 0
    assert len({part.split(b'"ClientRequestToken":')[1] for part in sent}) == 1
    assert len(sent) == 3


def test_endless_conflicts_are_a_503(answers):
    canned, sent = answers
    canned += [CONFLICT] * 20
    change = Transaction()
    change.put(Row("a"))

    with pytest.raises(Busy):
        change.commit()
    assert (len(sent), issubclass(Busy, Unavailable)) == (6, True)


def test_where_one_attempt_may_have_come_through_it_is_not_called_turned_away(answers):
    under_way = '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionInProgressException","message":"x"}'
    answers[0].extend([CONFLICT, *[under_way] * 3, *[CONFLICT] * 20])  # the SDK tries three times by itself
    change = Transaction()
    change.put(Row("a"))

    with pytest.raises(Unavailable) as unknown:
        change.commit()
    assert not isinstance(unknown.value, Busy)


def test_no_answer_at_all_is_an_unknown_outcome(answers):
    answers[0].extend([botocore.exceptions.ReadTimeoutError(endpoint_url="x")] * 20)
    change = Transaction()
    change.put(Row("a"))

    with pytest.raises(OutcomeUnknown):
        change.commit()


def test_an_unreachable_table_is_told_from_a_mistake_of_ours():
    assert tables.is_unavailable(botocore.exceptions.EndpointConnectionError(endpoint_url="x"))
    assert not tables.is_unavailable(ValueError())


def test_a_refused_write_tells_what_stands_there():
    Row("a", number=7).save()

    for refused in (
        lambda: tables.put(Row("a"), Row.pk.does_not_exist()),
        lambda: tables.update(Row("a"), [Row.number.set(1)], Row.number == 1),
        lambda: tables.delete(Row("a"), Row.number == 1),
    ):
        with pytest.raises(ConditionFailed) as failed:
            refused()
        assert failed.value.item["number"] == {"N": "7"}


def test_a_refused_write_to_nothing_has_nothing_to_tell():
    with pytest.raises(ConditionFailed) as failed:
        tables.update(Row("a"), [Row.number.set(1)], Row.pk.exists())
    assert failed.value.item is None


def test_an_update_gives_the_item_as_it_is_now():
    Row("a", number=7).save()

    assert tables.update(Row("a"), [Row.number.set(Row.number + 1)], Row.pk.exists()).number == 8


def test_many_items_are_read_in_one_consistent_call_in_the_order_asked_for():
    Pair("a", "1").save()
    Numbered("a", "2", number=7).save()
    with recorded() as calls:
        found = tables.get_all((Numbered, "a", "2"), (Pair, "b", "1"), (Pair, "a", "1"), (Pair, "b", "1"))

    assert (found[0].number, found[1], found[2].sk, found[3]) == (7, None, "1", None)
    ((_, operation, asked),) = calls.made
    assert operation == "BatchGetItem"
    assert asked["RequestItems"]["pairs"]["ConsistentRead"] is True
    assert len(asked["RequestItems"]["pairs"]["Keys"]) == 3


def test_a_partition_gives_its_items_of_all_kinds_however_many_pages_they_fill():
    text = "x" * 300_000
    for number in range(5):
        boto3.client("dynamodb").put_item(
            TableName="pairs", Item={"pk": {"S": "a"}, "sk": {"S": f"{number}"}, "text": {"S": text}}
        )
    Pair("b", "0").save()

    assert [row["sk"]["S"] for row in tables.rows(Pair, "a")] == ["0", "1", "2", "3", "4"]
    assert [row["sk"]["S"] for row in tables.rows(Pair, "a", Pair.sk.between("1", "2"))] == ["1", "2"]
    assert tables.rows(Pair, "a")[0]["text"] == {"S": text}
    assert tables.rows(Pair, "none") == []


def test_keys_that_dynamodb_was_too_busy_for_are_asked_again(busy):
    Pair("a", "1").save()
    busy(1)

    assert tables.get_all((Pair, "a", "1"))[0].sk == "1"


def test_endless_business_is_a_503(busy):
    busy(100)

    with pytest.raises(Unavailable):
        tables.get_all((Pair, "a", "1"))


@pytest.fixture
def busy():
    """`busy(2)`: the next two batch reads leave everything out."""
    events, times = Pair._get_connection().connection.client.meta.events, []

    def reply(request, **_):
        if times:
            times.pop()
            keys = json.loads(request.body)["RequestItems"]
            return AWSResponse(
                request.url, 200, {}, Raw(json.dumps({"Responses": {}, "UnprocessedKeys": keys}).encode())
            )
        return None

    events.register_first("before-send.dynamodb.BatchGetItem", reply)
    yield lambda number: times.extend([True] * number)
    events.unregister("before-send.dynamodb.BatchGetItem", reply)
