"""Makes one service importable in a test process: its folder and `vendor` on the path, its environment set.

Each service has an `app` and a `chalicelib`, so one test process holds one service.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import moto  # noqa: F401 - before any botocore client is made, so that each can be mocked

from tests.support import quick_moto

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"
ORIGIN = "http://localhost:8080"


def prepare(service: str, **extra: str) -> None:
    """Call this first in a service's conftest.py, before anything of the service is imported."""
    quick_moto.use()
    folder = ROOT / f"{service}-service"
    sys.path[:0] = [str(folder), str(folder / "vendor")]
    os.environ.update(_environment(service) | extra)


def template(service: str) -> dict[str, Any]:
    """The service's resources.json."""
    loaded: dict[str, Any] = json.loads((ROOT / f"{service}-service" / "resources.json").read_text())
    return loaded


def tables(service: str) -> list[dict[str, Any]]:
    """The arguments of CreateTable for each table of the service."""
    found = [r["Properties"] for r in template(service)["Resources"].values() if r["Type"] == "AWS::DynamoDB::Table"]
    return [_create_table(table) for table in found]


def _create_table(properties: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation takes a stream's view type for consent, the API wants both."""
    known = {name: value for name, value in properties.items() if name in _CREATE_TABLE}
    if "StreamSpecification" in known:
        known["StreamSpecification"] = {"StreamEnabled": True, **known["StreamSpecification"]}
    return known


_CREATE_TABLE = {
    "TableName",
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "StreamSpecification",
}


def _environment(service: str) -> dict[str, str]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    resources = template(service)["Resources"]
    outputs = template(service).get("Outputs", {})
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "STAGE": "test",
        "CORS_ORIGINS": ORIGIN,
        "JWKS_URLS": "users=test:users,orders=test:orders,catalog=test:catalog",
        "SECRETS_PREFIX": f"/shop/{service}/",
        "EVENT_BUS": "shop",
        "EDGE_SECRET": "edge-secret",
        "PUBLIC_URL": ORIGIN,
        "MAIL_FROM": "shop@example.test",
        "CATALOG_URL": "http://127.0.0.1:9",
        "PAYMENTS_URL": "http://127.0.0.1:9",
        **{_variable(name): _value(output["Value"], resources) for name, output in outputs.items()},
    }


def _variable(output: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", output).upper()


def _value(value: Any, resources: dict[str, Any]) -> str:
    """What an output stands for, as far as unit tests need it: a name, or an ARN made of it."""
    if isinstance(value, str):
        return value
    name, attribute = (value["Ref"], "") if "Ref" in value else value.get("Fn::GetAtt", ["", ""])
    properties = resources.get(name, {}).get("Properties", {})
    known = next((v for k, v in properties.items() if k in ("TableName", "QueueName", "BucketName")), name)
    text = known if isinstance(known, str) else name.lower()
    if attribute == "StreamArn":
        return f"arn:aws:dynamodb:{REGION}:123456789012:table/{text}/stream/2026-01-01T00:00:00.000"
    return f"arn:aws:{attribute}:{text}" if attribute.endswith("Arn") else text
