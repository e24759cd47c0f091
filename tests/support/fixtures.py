"""Fixtures of a service's unit tests: fresh tables in moto, the service's routes, its AWS calls, a clock to turn.

A service's conftest.py:

    from tests.support.services import prepare
    prepare("catalog")
    from tests.support.fixtures import api, aws, calls, shop_clock, service_name
"""

import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

import common.service
from common import clock
from tests.support import services, tokens
from tests.support.api import Api, Calls, connected, recorded

common.service.fetch_json = tokens.jwks  # type: ignore[attr-defined]


class ShopClock:
    """The shop's clock, standing still until it is turned: `shop_clock.forward(61)`."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def forward(self, seconds: float) -> None:
        self.seconds += seconds

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def service_name() -> str:
    """The service whose folder is on the path."""
    return next(Path(p).name.removesuffix("-service") for p in sys.path if p.endswith("-service"))


@pytest.fixture
def shop_clock() -> Iterator[ShopClock]:
    turned = ShopClock()
    clock.use(turned)
    yield turned
    clock.use(time.time)


_session = cache(boto3.session.Session)


@cache
def client(service: str) -> Any:
    """Made once: a client costs 90 ms, and moto answers those that exist already."""
    return _session().client(service)


@pytest.fixture
def aws(service_name: str) -> Iterator[Any]:
    """The service's tables, empty, its bucket, queues and secrets; nothing survives the test."""
    with mock_aws():
        dynamodb, ssm = client("dynamodb"), client("ssm")
        for table in services.tables(service_name):
            dynamodb.create_table(**table)
        for name, value in _secrets(service_name).items():
            ssm.put_parameter(Name=f"/shop/{service_name}/{name}", Value=value, Type="SecureString")
        yield client


@pytest.fixture
def api(aws: Any, service_name: str) -> Iterator[Api]:
    """The service's routes over fresh tables."""
    import app  # type: ignore[import-not-found]

    with connected(app.app, service_name) as connection:
        yield connection


@pytest.fixture
def calls(api: Api) -> Iterator[Calls]:
    """Every AWS call made from here on; `calls.clear()` starts counting anew."""
    with recorded() as made:
        yield made


def _secrets(service: str) -> dict[str, str]:
    return {
        "signing-keys": tokens.signing_keys(service),
        "cursor-key": "cursor-key-of-the-tests",
        "email-key": "email-key-of-the-tests",
        "payment-key": "sk_test_of_the_tests",
        "payment-webhook-secret": "whsec_of_the_tests",
        "webhook-key": "webhook-key-of-the-tests",
    }
