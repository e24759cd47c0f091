"""Resources are made once, changed in place, and told to the services by name."""

import copy
import json

import pytest

from tests.package.emulator import Emulator
from tests.package.test_aws import PARAMETERS, TINY
from tools.shop import resources
from tools.shop.service_secrets import NEEDED, ensure_secrets


@pytest.mark.parametrize(
    ("output", "name"),
    [("OrdersTable", "ORDERS_TABLE"), ("OrdersStreamArn", "ORDERS_STREAM_ARN"), ("Bucket", "BUCKET")],
)
def test_an_output_becomes_an_environment_variable(output: str, name: str) -> None:
    assert resources.variable(output) == name


def test_a_changed_template_changes_the_stack_and_keeps_the_items(emulator: Emulator) -> None:
    resources.apply_shared(emulator.aws, "shop@example.test")
    first = resources.apply_template("shop-tiny", TINY, emulator.aws, PARAMETERS)
    emulator.aws("dynamodb").put_item(TableName="shop-tiny", Item={"pk": {"S": "kept"}})
    changed = copy.deepcopy(TINY)
    changed["Resources"]["More"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "shop-tiny-more"}}
    changed["Outputs"]["MoreQueue"] = {"Value": {"Fn::GetAtt": ["More", "QueueName"]}}

    second = resources.apply_template("shop-tiny", changed, emulator.aws, PARAMETERS)

    assert second == {**first, "MORE_QUEUE": "shop-tiny-more"}
    assert "Item" in emulator.aws("dynamodb").get_item(TableName="shop-tiny", Key={"pk": {"S": "kept"}})


def test_other_origins_change_the_bucket(emulator: Emulator) -> None:
    resources.apply_shared(emulator.aws, "shop@example.test")
    resources.apply_template("shop-tiny", TINY, emulator.aws, PARAMETERS)
    resources.apply_template("shop-tiny", TINY, emulator.aws, {**PARAMETERS, "CorsOrigins": "https://shop.example"})
    (rule,) = emulator.aws("s3").get_bucket_cors(Bucket="shop-tiny-000000000000")["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://shop.example"]


def test_an_unchanged_template_is_not_applied_again(emulator: Emulator) -> None:
    resources.apply_shared(emulator.aws, "shop@example.test")
    resources.apply_template("shop-tiny", TINY, emulator.aws, PARAMETERS)
    before = emulator.aws("cloudformation").describe_stack_events(StackName="shop-tiny")["StackEvents"]
    resources.apply_template("shop-tiny", TINY, emulator.aws, PARAMETERS)
    assert emulator.aws("cloudformation").describe_stack_events(StackName="shop-tiny")["StackEvents"] == before


def test_a_stack_that_fails_says_why(emulator: Emulator) -> None:
    taken = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken-elsewhere"}}
    emulator.aws("s3").create_bucket(
        Bucket="taken-elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Bucket": taken}}
    with pytest.raises(resources.StackFailed, match=r"shop-broken: .*Validation failed"):
        resources.apply_template("shop-broken", template, emulator.aws, {})


@pytest.mark.parametrize("service", sorted(NEEDED))
def test_secrets_are_made_once_and_encrypted(emulator: Emulator, service: str) -> None:
    made = ensure_secrets(emulator.aws, service)
    assert ensure_secrets(emulator.aws, service) == made
    assert set(made) == set(NEEDED[service])
    stored = emulator.aws("ssm").get_parameter(Name=f"/shop/{service}/signing-keys")["Parameter"]
    assert stored["Type"] == "SecureString"
    assert made["signing-keys"] not in stored["Value"]


def test_a_signing_key_is_an_es256_key_with_an_id(emulator: Emulator) -> None:
    (key,) = json.loads(ensure_secrets(emulator.aws, "users")["signing-keys"])
    assert key["pem"].startswith("-----BEGIN PRIVATE KEY-----")
    assert key["kid"]
