"""Creates what a service owns in AWS from its `resources.json`, the same way in the emulator and in a real account.

`<service>-service/resources.json` is a CloudFormation template in JSON, applied as the stack `shop-<service>`:

* `Parameters` it may declare; only declared ones are passed: `CorsOrigins` (CommaDelimitedList), `EventBus` (String).
* Names are fixed: table `shop-<service>` or `shop-<service>-<what>`, queue `shop-<service>-<what>` with its dead-letter
  queue `shop-<service>-<what>-dead`, rule `shop-<service>-<what>`, bucket `shop-<service>-${AWS::AccountId}` (names of
  buckets are global). One account holds one stage, so no name carries a stage, and policies can name each resource.
* Tables: `BillingMode: PAY_PER_REQUEST`, `TimeToLiveSpecification` on `expires_at`, `StreamSpecification` where an
  outbox is read, `DeletionPolicy` and `UpdateReplacePolicy: Retain`, point-in-time recovery.
* Bucket: all four public access blocks, `CorsConfiguration` with `AllowedOrigins: {"Ref": "CorsOrigins"}`.
* Queues that consume events: a queue, its dead-letter queue by `RedrivePolicy` (an hour of tries), an
  `AWS::Events::Rule` on `{"Ref": "EventBus"}` with the queue as target and its dead-letter queue for what can't be
  delivered, an `AWS::SQS::QueuePolicy` that lets that rule send to both, an alarm on the dead-letter queue.
* `shop-<service>-set-aside`, likewise: what a follower of the service's streams failed at (a day of tries), with a
  second alarm on the age of its messages.
* `Outputs`: every one becomes an environment variable of the service, its name in UPPER_SNAKE: `OrdersTable` (Ref of
  the table) → ORDERS_TABLE, `OrdersStreamArn` (Fn::GetAtt StreamArn) → ORDERS_STREAM_ARN, `Bucket` → BUCKET,
  `MailQueue` (Fn::GetAtt QueueName) → MAIL_QUEUE. Write every name as words: `DeadQueueUrl`, not `DLQURL`.

    {"AWSTemplateFormatVersion": "2010-09-09",
     "Parameters": {"CorsOrigins": {"Type": "CommaDelimitedList"}, "EventBus": {"Type": "String"}},
     "Resources": {
       "Table": {
         "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
         "Properties": {
           "TableName": "shop-orders", "BillingMode": "PAY_PER_REQUEST",
           "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                                    {"AttributeName": "sk", "AttributeType": "S"}],
           "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
           "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
           "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": true},
           "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}}},
     "Outputs": {"OrdersTable": {"Value": {"Ref": "Table"}},
                 "OrdersStreamArn": {"Value": {"Fn::GetAtt": ["Table", "StreamArn"]}}}}
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tools.shop.home import ROOT

EVENT_BUS = "shop"
STACK_TIMEOUT_SECONDS = 300.0
HASH_TAG = "shop-template"

Clients = Callable[[str], Any]


class StackFailed(Exception):
    """CloudFormation could not make what a template asks for."""


def template_path(service: str) -> Path:
    """Where a service keeps its template."""
    return ROOT / f"{service}-service" / "resources.json"


def apply(service: str, aws: Clients, parameters: Mapping[str, str]) -> dict[str, str]:
    """Create or update the stack of a service; its outputs as environment variables. Unchanged costs one call.

    Safe to repeat at any moment: CloudFormation holds the state, and the template's hash is written with it.
    """
    return apply_template(f"shop-{service}", json.loads(template_path(service).read_text("utf-8")), aws, parameters)


def apply_template(name: str, template: dict[str, Any], aws: Clients, parameters: Mapping[str, str]) -> dict[str, str]:
    """The same for any template."""
    cloudformation = aws("cloudformation")
    request = stack_request(name, template, parameters)
    stack = find_stack(cloudformation, name)
    if stack is None or tag_of(stack) != request["Tags"][0]["Value"]:
        stack = change(cloudformation, stack, request)
        expire_items(template, aws("dynamodb"))
    return {variable(output["OutputKey"]): output["OutputValue"] for output in stack.get("Outputs", [])}


def stack_request(name: str, template: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """What CreateStack and UpdateStack take alike, with a hash of it as a tag."""
    body = json.dumps(template, sort_keys=True, separators=(",", ":"))
    names = sorted(template.get("Parameters", {}))
    declared = [{"ParameterKey": key, "ParameterValue": parameters[key]} for key in names]
    digest = hashlib.sha256(json.dumps([body, declared]).encode()).hexdigest()
    tags = [{"Key": HASH_TAG, "Value": digest}]
    return {"StackName": name, "TemplateBody": body, "Parameters": declared, "Tags": tags}


def change(cloudformation: Any, stack: dict[str, Any] | None, request: dict[str, Any]) -> dict[str, Any]:
    """Create the stack, or update it, and wait for the end."""
    if stack is not None and stack["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
        cloudformation.delete_stack(StackName=request["StackName"])
        finished(cloudformation, request["StackName"])
        stack = None
    if stack is None:
        cloudformation.create_stack(**request)
    else:
        update(cloudformation, request)
    made = finished(cloudformation, request["StackName"])
    if made is None or made["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise StackFailed(f"{request['StackName']}: {why_failed(cloudformation, request['StackName'])}")
    return made


def update(cloudformation: Any, request: dict[str, Any]) -> None:
    """UpdateStack, which calls it an error when nothing differs."""
    try:
        cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


def finished(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """Wait until the stack rests; None if it is gone."""
    deadline = time.monotonic() + STACK_TIMEOUT_SECONDS
    pause = 0.02
    while time.monotonic() < deadline:
        stack = find_stack(cloudformation, name)
        if stack is None or not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        time.sleep(pause)
        pause = min(pause * 1.5, 5)
    raise StackFailed(f"{name}: not finished after {STACK_TIMEOUT_SECONDS:.0f} s")


def find_stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """The stack, or None: CloudFormation answers 400 for one that does not exist."""
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def why_failed(cloudformation: Any, name: str) -> str:
    """The reasons that the stack's events give."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}" for event in events
               if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason")]  # fmt: skip
    return "; ".join(reasons) or "no reason given"


def expire_items(template: dict[str, Any], dynamodb: Any) -> None:
    """Turn on the TTL that the template asks for: CloudFormation does it, the emulator's does not."""
    for resource in template["Resources"].values():
        wanted = resource["Properties"].get("TimeToLiveSpecification")
        if resource["Type"] != "AWS::DynamoDB::Table" or not wanted:
            continue
        table = resource["Properties"]["TableName"]
        if dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def tag_of(stack: dict[str, Any]) -> str | None:
    """The hash of the template that the stack was made with; None while it is not in a good state."""
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return None
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == HASH_TAG), None)


def variable(output: str) -> str:
    """`OrdersStreamArn` → ORDERS_STREAM_ARN."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", output).upper()


def apply_shared(aws: Clients, mail_from: str, event_bus: str = EVENT_BUS) -> None:
    """What no single service owns: the event bus and the address that mails come from. Safe to repeat."""
    events, ses = aws("events"), aws("ses")
    try:
        events.create_event_bus(Name=event_bus)
    except events.exceptions.ResourceAlreadyExistsException:
        pass  # made by an earlier run
    if not {mail_from, mail_from.rpartition("@")[2]} & set(ses.list_identities()["Identities"]):
        ses.verify_email_identity(EmailAddress=mail_from)
