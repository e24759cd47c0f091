"""A function's role reaches what is its service's own, and nothing of another's; the emulator enforces the policies."""

import functools
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.package.emulator import Emulator
from tests.package.test_aws import PARAMETERS
from tools.shop import resources
from tools.shop.home import ROOT, SERVICES
from tools.shop.service_secrets import ensure_secrets

TABLES = {"users": "shop-users", "catalog": "shop-catalog", "orders": "shop-orders"}
POLICIES = sorted(path.relative_to(ROOT) for path in ROOT.glob("*-service/.chalice/policy-*.json"))
ROLES = [f"{path.parts[0].removesuffix('-service')} {path.stem.removeprefix('policy-')}" for path in POLICIES]
FOREIGN = [(role, owner) for role in ROLES for owner in SERVICES if not role.startswith(owner)]
APIS = [f"{service} dev" for service in SERVICES]


@pytest.fixture(scope="module")
def as_role(emulator: Emulator) -> Callable[[str, str], Any]:
    """`as_role("orders dev", "dynamodb")`: a client with the policy of that name of the service."""
    resources.apply_shared(emulator.aws, "no-reply@shop.example")
    for service in SERVICES:
        resources.apply(service, emulator.aws, PARAMETERS)
        ensure_secrets(emulator.aws, service)
    keys = functools.cache(lambda role: key_of(emulator, role))

    def client(role: str, name: str) -> Any:
        key, secret = keys(role)
        session: Any = boto3.Session(key, secret, region_name="eu-central-1")
        return session.client(name, endpoint_url=emulator.url)

    return client


def key_of(emulator: Emulator, role: str) -> tuple[str, str]:
    """A user's key is the nearest to a function's session that a test can hold."""
    service, _, policy = role.partition(" ")
    document = (ROOT / f"{service}-service" / ".chalice" / f"policy-{policy}.json").read_text("utf-8")
    iam, name = emulator.aws("iam"), f"{service}-{policy}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="role", PolicyDocument=document)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def refused(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied"):
            return True
        raise
    return False


@pytest.mark.parametrize(("role", "owner"), FOREIGN)
def test_no_role_reaches_the_table_or_the_secrets_of_another_service(as_role: Any, role: str, owner: str) -> None:
    key = {"pk": {"S": "x"}, "sk": {"S": "x"}}
    dynamodb, ssm = as_role(role, "dynamodb"), as_role(role, "ssm")
    delete = [{"Delete": {"TableName": TABLES[owner], "Key": key}}]
    assert refused(lambda: dynamodb.get_item(TableName=TABLES[owner], Key=key))
    assert refused(lambda: dynamodb.transact_write_items(TransactItems=delete))
    assert refused(lambda: ssm.get_parameter(Name=f"/shop/{owner}/signing-keys", WithDecryption=True))


@pytest.mark.parametrize("role", APIS)
def test_an_api_reads_its_own_table_and_secrets(as_role: Any, role: str) -> None:
    service = role.split()[0]
    key = {"pk": {"S": "x"}, "sk": {"S": "x"}}
    assert not refused(lambda: as_role(role, "dynamodb").get_item(TableName=TABLES[service], Key=key))
    assert not refused(lambda: as_role(role, "ssm").get_parameter(Name=f"/shop/{service}/signing-keys"))


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_scan_a_table_or_change_it(as_role: Any, role: str) -> None:
    table = TABLES[role.split()[0]]
    assert refused(lambda: as_role(role, "dynamodb").scan(TableName=table))
    assert refused(lambda: as_role(role, "dynamodb").delete_table(TableName=table))


@pytest.mark.parametrize(
    ("role", "may"), [("users take-up", True), ("orders take-up", True), ("users mail", False), ("orders dev", False)]
)
def test_only_who_follows_a_stream_reads_it_and_its_own_only(
    as_role: Any, emulator: Emulator, role: str, may: bool
) -> None:
    arns = {name: emulator.aws("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
            for name, table in TABLES.items()}  # fmt: skip
    here = {"ShardId": "shardId-00000000000000000000-00000000", "ShardIteratorType": "TRIM_HORIZON"}
    own, streams = role.split()[0], as_role(role, "dynamodbstreams")
    assert refused(lambda: streams.get_shard_iterator(StreamArn=arns[own], **here)) == (not may)
    assert refused(lambda: streams.get_shard_iterator(StreamArn=arns["catalog"], **here))
    place = emulator.aws("dynamodbstreams").get_shard_iterator(StreamArn=arns[own], **here)["ShardIterator"]
    assert refused(lambda: streams.get_records(ShardIterator=place)) == (not may)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_set_aside_is_sent_by_followers_and_taken_up_by_one_function(as_role: Any, role: str) -> None:
    service, _, kind = role.partition(" ")
    sqs = as_role(role, "sqs")
    queue = {"QueueUrl": f"{sqs.meta.endpoint_url}/000000000000/shop-{service}-set-aside"}
    followers = ("relay", "follow-up", "sales", "search", "stock", "low-stock")
    assert refused(lambda: sqs.receive_message(**queue)) == (kind != "take-up")
    assert refused(lambda: sqs.send_message(**queue, MessageBody="{}")) == (kind not in (*followers, "take-up"))


UPLOADERS = {"catalog": {"catalog dev", "catalog transfers"}, "users": {"users dev"}}  # imports bring pictures


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("owner", UPLOADERS)
def test_only_a_bucket_s_own_service_takes_pictures_in(as_role: Any, owner: str, role: str) -> None:
    put = {"Bucket": f"shop-{owner}-000000000000", "Key": "uploads/x", "Body": b""}
    assert refused(lambda: as_role(role, "s3").put_object(**put)) == (role not in UPLOADERS[owner])


@pytest.mark.parametrize(
    ("role", "may"), [("catalog dev", True), ("catalog pictures", True), ("catalog erasure", False)]
)
def test_renditions_are_written_by_the_function_that_makes_them(as_role: Any, role: str, may: bool) -> None:
    put = {"Bucket": "shop-catalog-000000000000", "Key": "images/prd_1/img_1-0-160.webp", "Body": b""}
    assert refused(lambda: as_role(role, "s3").put_object(**put)) == (not may)


@pytest.mark.parametrize(
    ("role", "may"), [("users dev", True), ("users relay", True), ("users mail", False), ("users follow-up", False)]
)
def test_whoever_erases_people_removes_their_pictures(as_role: Any, role: str, may: bool) -> None:
    s3, bucket = as_role(role, "s3"), "shop-users-000000000000"
    assert refused(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="avatars/usr_1/")) == (not may)
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key="avatars/usr_1/x")) == (not may)


@pytest.mark.parametrize("role", ROLES)
def test_only_the_mailing_functions_send_mail(as_role: Any, role: str) -> None:
    mail = {
        "Source": "no-reply@shop.example",
        "Destination": {"ToAddresses": ["a@example.test"]},
        "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
    }
    assert refused(lambda: as_role(role, "ses").send_email(**mail)) == (role not in ("users mail", "orders mail"))


def test_who_mails_buyers_reads_orders_and_their_list_by_address_and_puts_or_deletes_nothing(as_role: Any) -> None:
    """That it updates its own marks only is a condition on keys, which the emulator does not know."""
    dynamodb, table, key = as_role("orders mail", "dynamodb"), "shop-orders", {"pk": {"S": "MAIL#x"}, "sk": {"S": "x"}}
    by_email = {
        "KeyConditionExpression": "email_key = :e",
        "ExpressionAttributeValues": {":e": {"S": "a@example.test"}},
    }
    update = {"UpdateExpression": "SET sent_at = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    assert not refused(lambda: dynamodb.get_item(TableName=table, Key=key))
    assert not refused(lambda: dynamodb.query(TableName=table, IndexName="by-email", **by_email))
    assert not refused(lambda: dynamodb.update_item(TableName=table, Key=key, **update))
    assert refused(lambda: dynamodb.put_item(TableName=table, Item=key))
    assert refused(lambda: dynamodb.delete_item(TableName=table, Key=key))
    assert refused(lambda: as_role("orders mail", "ssm").get_parameter(Name="/shop/orders/payment-key"))


def test_the_mailing_function_reads_the_key_of_addresses_and_no_other_secret(as_role: Any) -> None:
    ssm = as_role("users mail", "ssm")
    assert not refused(lambda: ssm.get_parameter(Name="/shop/users/email-key", WithDecryption=True))
    assert refused(lambda: ssm.get_parameter(Name="/shop/users/signing-keys", WithDecryption=True))


def test_whoever_erases_people_removes_their_reviews_and_whoever_hears_of_deliveries_only_notes_them(
    as_role: Any,
) -> None:
    table, key = "shop-catalog", {"pk": {"S": "x"}, "sk": {"S": "x"}}
    update = {"UpdateExpression": "SET five = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    forget = [
        {"Delete": {"TableName": table, "Key": key}},
        {"Update": {"TableName": table, "Key": {**key, "sk": {"S": "y"}}, **update}},
    ]
    worker, listener = as_role("catalog erasure", "dynamodb"), as_role("catalog deliveries", "dynamodb")
    assert not refused(lambda: worker.transact_write_items(TransactItems=forget))
    assert not refused(lambda: worker.batch_get_item(RequestItems={table: {"Keys": [key]}}))
    assert refused(lambda: listener.transact_write_items(TransactItems=forget))
    assert refused(lambda: listener.get_item(TableName=table, Key=key))
    assert not refused(lambda: listener.put_item(TableName=table, Item=key))


def test_the_index_is_written_by_the_function_that_follows_the_products_and_read_by_the_api(as_role: Any) -> None:
    one = {"Bucket": "shop-catalog-000000000000", "Key": "search/index.json"}
    follower, api = as_role("catalog search", "s3"), as_role("catalog dev", "s3")
    follower.put_object(**one, Body=b"{}")
    assert not refused(lambda: api.get_object(**one))
    assert refused(lambda: api.put_object(**one, Body=b"{}"))
    assert refused(lambda: api.delete_object(**one))
    read = {"RequestItems": {"shop-catalog": {"Keys": [{"pk": {"S": "x"}, "sk": {"S": "x"}}]}}}
    query = {
        "TableName": "shop-catalog",
        "KeyConditionExpression": "shelf = :shelf",
        "ExpressionAttributeValues": {":shelf": {"S": "*"}},
    }
    dynamodb = as_role("catalog search", "dynamodb")
    assert not refused(lambda: dynamodb.batch_get_item(**read))
    assert not refused(lambda: dynamodb.query(IndexName="all-newest", **query))
    assert refused(lambda: dynamodb.query(**query | {"KeyConditionExpression": "pk = :shelf"}))
    assert not refused(lambda: follower.list_objects_v2(Bucket=one["Bucket"], Prefix="search/"))
    assert not refused(lambda: follower.delete_object(**one))


def test_what_sends_webhooks_reaches_no_order_and_the_api_sends_none(as_role: Any) -> None:
    table, key = "shop-orders-webhooks", {"pk": {"S": "x"}, "sk": {"S": "x"}}
    due = {
        "TableName": table,
        "IndexName": "by-due",
        "KeyConditionExpression": "due_of = :x",
        "ExpressionAttributeValues": {":x": {"S": "x"}},
    }
    sender, api = as_role("orders webhooks", "dynamodb"), as_role("orders dev", "dynamodb")
    assert not refused(lambda: sender.query(**due))
    assert refused(lambda: api.query(**due))
    assert not refused(lambda: api.delete_item(TableName=table, Key=key))
    for client in (sender, api):
        assert not refused(lambda one=client: one.batch_get_item(RequestItems={table: {"Keys": [key]}}))
    assert refused(lambda: sender.delete_item(TableName=table, Key=key))
    assert refused(lambda: sender.get_item(TableName="shop-orders", Key=key))
    secrets = as_role("orders webhooks", "ssm")
    assert not refused(lambda: secrets.get_parameter(Name="/shop/orders/webhook-key"))
    assert refused(lambda: secrets.get_parameter(Name="/shop/orders/payment-key"))
    queue = {"QueueUrl": f"{sender.meta.endpoint_url}/000000000000/{table}"}
    assert not refused(lambda: as_role("orders webhooks", "sqs").receive_message(**queue))
    assert refused(lambda: as_role("orders dev", "sqs").receive_message(**queue))


DOCUMENT = {"Bucket": "shop-orders-000000000000", "Key": "documents/ord_1/invoice-2026-000001.pdf"}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("orders dev", {"get_object"}),
        ("orders invoices", {"get_object", "put_object"}),
        ("orders erasure", {"delete_object"}),
        ("orders sales", set()),
        ("catalog dev", set()),
    ],
)
def test_invoices_are_read_by_the_api_written_by_their_worker_and_removed_by_the_erasure(
    as_role: Any, emulator: Emulator, role: str, allowed: set[str]
) -> None:
    emulator.aws("s3").put_object(**DOCUMENT, Body=b"x")
    calls = {name: getattr(as_role(role, "s3"), name) for name in ("get_object", "put_object", "delete_object")}
    done = {name for name, call in calls.items() if not refused(functools.partial(call, **DOCUMENT))}

    assert done == allowed


def test_who_numbers_invoices_writes_them_only_for_an_order_that_stands_as_it_was_read(as_role: Any) -> None:
    table, key = "shop-orders", {"pk": {"S": "x"}, "sk": {"S": "META"}}
    put = {"Put": {"TableName": table, "Item": {**key, "sk": {"S": "INVOICE"}}}}
    check = {"ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": "attribute_not_exists(pk)"}}
    worker = as_role("orders invoices", "dynamodb")
    assert not refused(lambda: worker.transact_write_items(TransactItems=[put, check]))
    assert refused(lambda: worker.delete_item(TableName=table, Key=key))
    assert refused(lambda: as_role("orders invoices", "ssm").get_parameter(Name="/shop/orders/payment-key"))


def test_the_api_of_orders_can_tell_a_missing_document_from_a_forbidden_one(as_role: Any) -> None:
    s3 = as_role("orders dev", "s3")
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket=DOCUMENT["Bucket"], Key="documents/health")
    assert "Contents" not in s3.list_objects_v2(Bucket=DOCUMENT["Bucket"], Prefix="documents/ord_none/")
