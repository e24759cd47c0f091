"""Plain `chalice deploy` into the embedded AWS: routes, events and roles work, redeploying and deleting too."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.package.emulator import Emulator, eventually, web
from tests.package.test_aws import make_resources
from tools.shop import deployment, event_sources, package
from tools.shop.gateway_answers import answer_like_the_services
from tools.shop.home import ROOT

TINY = Path(__file__).parent / "tiny"
SECRETS = {
    "TableName": "shop-other",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service's folder that a test may change."""
    folder = tmp_path_factory.mktemp("source") / "tiny-service"
    shutil.copytree(TINY, folder, symlinks=True)
    (folder / "vendor" / "common").unlink()
    (folder / "vendor" / "common").symlink_to(ROOT / "common")
    return folder


@pytest.fixture(scope="module")
def tiny(emulator: Emulator, source: Path) -> Iterator[str]:
    """Its address, deployed as `up --cloud` does it."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in emulator.environment.items():
            patched.setenv(name, value)
        put_into_service(emulator, source)
        yield emulator.domain_url


def put_into_service(emulator: Emulator, source: Path) -> None:
    settings = make_resources(emulator)
    api_id = deployment.deploy_folder(source, emulator.folder / "tiny", settings, {})
    event_sources.settle(emulator.folder / "tiny", deployment.STAGE, settings["SET_ASIDE_QUEUE"], emulator.aws)
    answer_like_the_services(emulator.aws("apigateway"), api_id, deployment.API_STAGE)
    deployment.map_domain("tiny", api_id, emulator.aws)


def read(tiny: str) -> dict[str, Any]:
    answer = web.request("GET", tiny + "/")
    assert answer.status == 200, answer.data
    found: dict[str, Any] = answer.json()
    return found


def test_it_answers_under_its_domain_name(tiny: str) -> None:
    assert read(tiny)["epoch"] == "1970-01-01T00:00:00Z"


def test_a_stream_fires_its_function(tiny: str) -> None:
    web.request("PUT", tiny + "/items/pear")
    eventually(lambda: "noted pear from the stream" in read(tiny)["noted"])


def mapping(emulator: Emulator) -> dict[str, Any]:
    """The stream's event source."""
    (source,) = event_sources.deployed(emulator.folder / "tiny", deployment.STAGE, "dynamodb_event")
    found: dict[str, Any] = emulator.aws("lambda").get_event_source_mapping(UUID=source["event_uuid"])
    return found


def test_a_stream_is_tried_so_often_in_halves_and_tells_what_is_given_up(emulator: Emulator, tiny: str) -> None:
    found = mapping(emulator)
    assert (found["MaximumRetryAttempts"], found["BisectBatchOnFunctionError"]) == (event_sources.TRIES, True)
    assert found["DestinationConfig"]["OnFailure"]["Destination"].endswith(":shop-tiny-set-aside")


def test_what_waits_or_fails_again_and_again_raises_an_alarm(emulator: Emulator, tiny: str) -> None:
    alarms = {one["AlarmName"]: one for one in emulator.aws("cloudwatch").describe_alarms()["MetricAlarms"]}
    functions = {one["FunctionName"] for one in emulator.aws("lambda").list_functions()["Functions"]}
    assert set(alarms) >= {"tiny-service-cloud-on_record-behind", "tiny-service-cloud-each_minute-failing"}
    assert {one["Dimensions"][0]["Value"] for one in alarms.values()} <= functions


def test_a_record_that_a_function_fails_at_waits_apart_and_others_pass(emulator: Emulator, tiny: str) -> None:
    web.request("PUT", tiny + "/items/faulty")
    web.request("PUT", tiny + "/items/plum")
    eventually(lambda: {"noted faulty from the stream", "noted plum from the stream"} <= set(read(tiny)["noted"]))


def test_a_record_that_a_function_dies_of_is_found_in_the_stream_again(emulator: Emulator, tiny: str) -> None:
    """The emulator counts no tries; it gives a batch up by the age of its records."""
    emulator.aws("lambda").update_event_source_mapping(UUID=mapping(emulator)["UUID"], MaximumRecordAgeInSeconds=1)
    web.request("PUT", tiny + "/items/deadly")
    eventually(lambda: "noted deadly from the stream" in read(tiny)["noted"])
    web.request("PUT", tiny + "/items/fig")
    eventually(lambda: "noted fig from the stream" in read(tiny)["noted"])
    emulator.aws("lambda").update_event_source_mapping(UUID=mapping(emulator)["UUID"], MaximumRecordAgeInSeconds=-1)


def test_a_queue_fires_its_function(emulator: Emulator, tiny: str) -> None:
    queue = emulator.aws("sqs").get_queue_url(QueueName="shop-tiny-news")["QueueUrl"]
    emulator.aws("sqs").send_message(QueueUrl=queue, MessageBody="plum")
    eventually(lambda: "noted plum from the queue" in read(tiny)["noted"])


def test_a_schedule_is_set_for_its_function(emulator: Emulator, tiny: str) -> None:
    rules = emulator.aws("events").list_rules(NamePrefix="tiny-service-cloud")["Rules"]
    assert [rule["ScheduleExpression"] for rule in rules] == ["rate(1 minute)"]


def test_its_role_cannot_read_the_table_of_another_service(emulator: Emulator, tiny: str) -> None:
    emulator.aws("dynamodb").create_table(**SECRETS)
    emulator.aws("dynamodb").put_item(TableName="shop-other", Item={"pk": {"S": "secret"}})
    assert web.request("GET", tiny + "/tables/shop-other").json() == {"refused": "AccessDeniedException"}


def test_an_unknown_path_is_a_problem_like_the_services_own(tiny: str) -> None:
    answer = web.request("GET", tiny + "/nothing/here", headers={"Authorization": "Bearer x"})
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def test_nothing_is_mapped_to_the_domain_until_it_is_deployed(fresh: Emulator) -> None:
    answer = web.request("GET", fresh.domain_url + "/")
    assert (answer.status, answer.json()["code"]) == (503, "unavailable")


def test_deploying_a_change_updates_it_in_place(emulator: Emulator, source: Path, tiny: str) -> None:
    before = deployment.api_of("tiny", emulator.aws)
    (source / "chalicelib" / "version.py").write_text('"""Changed."""\n\nVERSION = 2\n')

    put_into_service(emulator, source)

    assert read(tiny)["version"] == 2
    assert deployment.api_of("tiny", emulator.aws) == before
    assert web.request("GET", tiny + "/nothing/here").status == 404


def test_what_is_deployed_survives_a_kill(emulator: Emulator, tiny: str) -> None:
    emulator.saved("lambda", "tiny-service-cloud")
    emulator.saved("apigateway_v1", "tiny.shop.internal")
    emulator.saved("cloudformation", "shop-tiny")

    emulator.kill_and_start()

    assert "epoch" in read(tiny)
    web.request("PUT", tiny + "/items/quince")
    eventually(lambda: "noted quince from the stream" in read(tiny)["noted"])


def test_chalice_deploy_and_delete_work_in_the_services_own_folder(emulator: Emulator, source: Path, tiny: str) -> None:
    package.chalice(source, "deploy", aws=emulator.environment)
    api_id = deployment.deployed_api(source, "dev")
    address = f"{emulator.url}/_aws/execute-api/{api_id}/api/"
    assert web.request("GET", address).status == 200

    package.chalice(source, "delete", aws=emulator.environment)

    assert web.request("GET", address).status == 404
    names = [function["FunctionName"] for function in emulator.aws("lambda").list_functions()["Functions"]]
    assert not [name for name in names if name.startswith("tiny-service-dev")]
    assert json.loads((source / ".chalice" / "deployed" / "dev.json").read_text("utf-8"))["resources"] == []
    assert read(tiny)
