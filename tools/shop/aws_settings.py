"""What the shop changes in ministack 1.5.33 while it runs: speed, streams and mails that survive, Lambda's interpreter.

Every private name of ministack that the tools touch is in this module, aws_gateway or aws_saving, each with a test in
tests/package/test_aws.py. The version is pinned in tools/requirements.txt; raise it only with those tests.
"""

import json
import os
from typing import Any

from ministack.core import iam_actions, lambda_runtime
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb, dynamodb_streams, lambda_svc, ses
from ministack.services.cloudformation import provisioners

from tools.shop import aws_gateway

STDERR_WAIT_SECONDS = 0.002
STREAM_LABEL = "2026-01-01T00:00:00.000"


def install() -> None:
    """Apply every change; once, before the server starts."""
    aws_gateway.install()
    deploy_without_waiting()
    answer_warm_calls_at_once()
    run_functions_with(os.environ.get("LAMBDA_PYTHON"))
    keep_streams()
    keep_mails()
    name_streams_alike()
    check_who_sends_mail()
    check_who_reads_streams()


def deploy_without_waiting() -> None:
    """A function is ready when it is made: Chalice waits 5 s if it sees `Pending` once."""
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0


def answer_warm_calls_at_once() -> None:
    """Wait 2 ms for a function's log lines after its answer, not 50."""
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (STDERR_WAIT_SECONDS, STDERR_WAIT_SECONDS, 0.25)


def run_functions_with(interpreter: str | None) -> None:
    """Run functions with an interpreter that has boto3 only, so that a package missing from a zip fails here too."""
    if interpreter is None:
        return
    detect = lambda_runtime._detect_runtime_binary

    def detected(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (interpreter, script) if runtime.startswith("python") else (binary, script)

    lambda_runtime._detect_runtime_binary = detected


def keep_streams() -> None:
    """Save the stream records with their tables: an outbox item must reach the bus after a crash too.

    The state is handed out without ministack's deep copy, which takes longer than all else: the saver turns it into
    text before the next request is served.
    """
    restore = dynamodb._restore_state

    def state() -> dict[str, Any]:
        return {
            "tables": tables_without_caches(),
            "tags": dynamodb._tags,
            "ttl_settings": dynamodb._ttl_settings,
            "pitr_settings": dynamodb._pitr_settings,
            "resource_policies": dynamodb._resource_policies,
            "stream_records": dynamodb._stream_records,
            "stream_trimmed": dynamodb._stream_trimmed,
            "stream_sequence": dynamodb._stream_seq_counter,
        }

    def restored(data: dict[str, Any]) -> None:
        restore(data)
        dynamodb._stream_records.update(data.get("stream_records", {}))
        dynamodb._stream_trimmed.update(data.get("stream_trimmed", {}))
        dynamodb._stream_seq_counter = data.get("stream_sequence", 0)

    dynamodb.get_state = state
    dynamodb._restore_state = restored


def tables_without_caches() -> AccountRegionScopedDict:
    """The tables but for ministack's index of members, which it rebuilds."""
    tables = AccountRegionScopedDict()
    for (account, region, name), table in dynamodb._tables.all_items():
        tables.set_scoped(account, region, name, {k: v for k, v in table.items() if k != dynamodb._INDEX_MEMBERS})
    return tables


def keep_mails() -> None:
    """Save the mails that were sent, for the inbox."""
    state, restore = ses.get_state, ses._restore_state

    def with_mails() -> dict[str, Any]:
        return {**state(), "sent": ses._sent_emails}

    def restored(data: dict[str, Any]) -> None:
        restore(data)
        ses._sent_emails.update(data.get("sent", {}))

    ses.get_state = with_mails
    ses._restore_state = restored


def name_streams_alike() -> None:
    """Give each stream a fixed label, not the time of its making, so that a service's config.json can name it."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create = handlers["create"]

    def created(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        name, attributes = create(logical_id, properties, stack)
        if "StreamArn" in attributes:
            attributes["StreamArn"] = f"{attributes['Arn']}/stream/{STREAM_LABEL}"
            dynamodb._tables[name].update(LatestStreamArn=attributes["StreamArn"], LatestStreamLabel=STREAM_LABEL)
        return name, attributes

    handlers["create"] = created


def check_who_sends_mail() -> None:
    """Authorise SES's SendEmail on the sender's identity, as AWS does; ministack asks for every resource."""
    find = iam_actions.extract_resource_arn

    def found(service: str, *request: Any) -> str:
        arn: str = find(service, *request)
        query, region, account = request[4:7]
        if service == "ses" and arn == "*" and query.get("Source"):
            return f"arn:aws:ses:{region}:{account}:identity/{query['Source'][0]}"
        return arn

    iam_actions.extract_resource_arn = found


def check_who_reads_streams() -> None:
    """Authorise the reading of a stream on the stream, as AWS does; ministack asks for every resource."""
    find = iam_actions.extract_resource_arn

    def found(service: str, *request: Any) -> str:
        arn: str = find(service, *request)
        return stream_in(request[3]) or arn if service == "dynamodbstreams" else arn

    iam_actions.extract_resource_arn = found


def stream_in(body: bytes) -> str | None:
    """The stream that a request names, or that the iterator in it belongs to."""
    asked = json.loads(body or b"{}")
    place = dynamodb_streams._decode_iterator(asked.get("ShardIterator", "")) or {}
    return asked.get("StreamArn") or place.get("arn")
