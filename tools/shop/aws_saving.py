"""Saves the emulator's state every two seconds, so that `kill -9` loses no more; ministack saves when it ends only.

A snapshot is taken on the event loop between two requests, and never while a stack is being made, so all services are
saved as of one moment. A thread writes what has changed, all files or none (aws_files), so that a crash cannot part an
item from its message, or a stack from what it made. Services that the shop does not use are not saved, nor loaded at
the next start.
"""

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from ministack import app as gateway
from ministack.core import persistence

from tools.shop import answers, aws_files

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Response = tuple[int, dict[str, str], Any]

READS = ("Get", "List", "Describe", "Query", "Scan", "BatchGet", "TransactGet", "Receive")
DATA = ("dynamodb", "s3", "ses", "ses_v2", "eventbridge", "sqs")
DEPLOYED = ("lambda", "apigateway", "apigateway_v1", "iam", "sts", "cloudwatch", "cloudwatch_logs")
SAVED = (*DATA, *DEPLOYED, "ssm", "cloudformation", "cognito")
DATA_SERVICES = {"dynamodb", "dynamodbstreams", "streams.dynamodb", "s3", "ses", "email", "events", "sqs"}
FORBIDDEN = ("/_ministack/reset", "/_ministack/config", "/_localstack/")


_log = logging.getLogger(__name__)


class Saver:
    """What has changed since the last save, and the loop that saves it."""

    def __init__(self, folder: Path, every_seconds: float) -> None:
        self.folder = folder
        self.every_seconds = every_seconds
        self.changed: set[str] = set()
        self.written: dict[str, int] = {}

    def wrap(self) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """ministack's ASGI application, noting what each request changes and saving while it runs."""
        dispatch = gateway._dispatch_service_request

        async def noting(method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any) -> Response:
            try:
                response: Response = await dispatch(method, path, headers, body, *rest)
                return response
            finally:
                self.note(method, headers, body)

        gateway._dispatch_service_request = noting
        gateway.save_all = lambda _: self.save_at_the_end()

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await self.serve_lifespan(scope, receive, send)
            elif scope["type"] == "http" and is_forbidden(scope):
                await refuse(send)
            else:
                await gateway.app(scope, receive, send)

        return application

    async def serve_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Save for as long as the server lives; ministack's own last save comes after."""
        saving = asyncio.create_task(self.run())
        try:
            await gateway.app(scope, receive, send)
        finally:
            saving.cancel()

    def note(self, method: str, headers: dict[str, str], body: bytes) -> None:
        """Remember which states a request may have changed; a read changes none."""
        service = signed_service(headers)
        if is_read(service, method, headers, body):
            return
        self.changed.update(DATA if service in DATA_SERVICES else SAVED)

    async def run(self) -> None:
        """Save what changed, then rest at least ten times as long as it took."""
        while True:
            started = time.monotonic()
            if not stack_in_progress():
                await self.save()
            took = time.monotonic() - started
            await asyncio.sleep(max(self.every_seconds - took, took * 10))

    async def save(self) -> None:
        """What could not be written, to a full disk, is written with the next save."""
        files = self.snapshot()
        try:
            await asyncio.to_thread(self.write, files)
        except OSError as error:
            self.changed.update(files)
            _log.error("state_not_saved: %s", error)

    def snapshot(self) -> dict[str, str]:
        """The changed states as text; runs between two requests, so nothing moves meanwhile."""
        wanted, self.changed = self.changed, set()
        states = gateway._build_persistence_save_dict()
        return {name: text for name in wanted & states.keys() if (text := encoded(name, states[name])) is not None}

    def write(self, files: dict[str, str]) -> None:
        """Replace the files whose text differs from what they hold."""
        changed = {name: text for name, text in files.items() if self.written.get(name) != hash(text)}
        aws_files.replace_all(self.folder, changed)
        self.written.update({name: hash(text) for name, text in changed.items()})

    def save_at_the_end(self) -> None:
        """The last save of a clean stop: everything."""
        self.changed.update(SAVED)
        self.write(self.snapshot())


def stack_in_progress() -> bool:
    """Whether CloudFormation is at work: half a stack could be neither finished nor made again after a restart."""
    engine = sys.modules.get("ministack.services.cloudformation")
    stacks = engine._stacks._data.values() if engine else ()
    return any(str(stack.get("StackStatus")).endswith("IN_PROGRESS") for stack in stacks)


def signed_service(headers: dict[str, str]) -> str:
    """The service that a request is signed for; S3's presigned requests carry no such header."""
    scope = headers.get("authorization", "").partition("Credential=")[2].split("/", 4)
    return scope[3] if len(scope) > 3 else "s3"


def is_read(service: str, method: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a request is sure to change nothing."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    action = headers.get("x-amz-target", "").rpartition(".")[2] or body[:200].partition(b"Action=")[2].decode("latin-1")
    return service != "s3" and action.startswith(READS)


def encoded(name: str, state: Callable[[], object]) -> str | None:
    """One state in ministack's file format; a service that failed to load has none and keeps its file."""
    payload = state()
    if payload is None:
        return None
    document = {"__ministack_format__": persistence._state_format_version(name), "payload": payload}
    return json.dumps(document, default=persistence._json_default, check_circular=False)


def is_forbidden(scope: Scope) -> bool:
    """ministack's switches to wipe or reconfigure itself take no credentials, so any web page could use them. Nor do
    the mails that it shows: a page could read them under a name of its own that resolves to this machine."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return scope["path"].startswith(FORBIDDEN) or not all(map(answers.is_for_this_machine, hosts))


async def refuse(send: Send) -> None:
    with contextlib.suppress(OSError):
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
