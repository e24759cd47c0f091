"""The API over HTTP, on the loopback interface only."""

import asyncio
import base64
import binascii
import json
import re
import sys
import time
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from tools.shop.payments import authenticate, errors
from tools.shop.payments.api import Answer, Api, Request
from tools.shop.payments.call import DEFAULT_VERSION
from tools.shop.payments.errors import StripeError, invalid
from tools.shop.payments.forms import Tree, decode
from tools.shop.payments.models import new_id
from tools.shop.payments.store import Store
from tools.shop.payments.webhooks import Webhooks

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
_PATH = re.compile(r"/v1(/[a-z_]+|/[a-z]+_[A-Za-z0-9]+)*")
_LONGEST_KEY = 255
_TICK_SECONDS = 1.0


class Server:
    """`hang_seconds` is how long pm_sandbox_hang keeps its caller waiting; tests do not wait that long."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float],
        webhook_url: str = "",
        webhook_secret: str = "",
        hang_seconds: float = 30,
    ) -> None:
        self._store = Store(folder)
        self._api = Api(self._store, clock, webhooks=bool(webhook_url))
        self._webhooks = Webhooks(self._store, webhook_url, webhook_secret, clock) if webhook_url else None
        self._hang_seconds = hang_seconds
        self._in_flight: set[str] = set()

    def application(self) -> web.Application:
        application = web.Application(client_max_size=256 * 1024)
        application.router.add_get("/health", self._health)
        application.router.add_get("/ledger", self._ledger)
        application.router.add_get("/authenticate/{intent}/{secret}", self._authenticate, allow_head=False)
        application.router.add_get("/authenticate/{intent}/{secret}/fail", self._authenticate, allow_head=False)
        application.router.add_route("*", "/{path:.*}", self._call)
        application.cleanup_ctx.append(self._background)
        return application

    async def _background(self, _: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._tick())]
        if self._webhooks:
            tasks.append(asyncio.create_task(self._webhooks.run()))
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._store.close()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._api.settle()

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "service": "payments"})

    async def _ledger(self, _: web.Request) -> web.Response:
        self._api.settle()
        return web.json_response({"items": self._store.ledger()})

    async def _authenticate(self, request: web.Request) -> web.Response:
        status, page = authenticate.open_page(self._api, _origin(request), request.path)
        return web.Response(status=status, text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def _call(self, request: web.Request) -> web.StreamResponse:
        started, request_id = time.perf_counter(), new_id("req_", 14)
        try:
            answer = await self._answer(request, request_id)
        except StripeError as error:
            answer = Answer(error.status, error.body)
        except web.HTTPRequestEntityTooLarge:
            answer = Answer(413, invalid("Request entity too large").body)
        except Exception as error:  # the API's own answer to whatever went wrong inside; nothing of it was committed
            _log(request_id, request, 500, started, error=type(error).__name__, where=_place(error))
            answer = Answer(500, errors.internal().body)
        _log(request_id, request, answer.status, started)
        if answer.fault == "lost_reply" and request.transport:
            request.transport.abort()
        return _response(request, request_id, answer)

    async def _answer(self, request: web.Request, request_id: str) -> Answer:
        _authorise(request)
        version, key = _version(request), _key(request)
        wanted = Request(
            request.method, request.path, await _parameters(request), key, version, _origin(request), request_id
        )
        if key is None:
            return await self._in_time(self._api.answer(wanted))
        if key in self._in_flight:
            raise errors.key_in_use(key)
        self._in_flight.add(key)
        try:
            return await self._in_time(self._api.answer(wanted))
        finally:
            self._in_flight.discard(key)

    async def _in_time(self, answer: Answer) -> Answer:
        """The work is done and committed; a hanging method only holds the answer back."""
        if answer.fault == "hang":
            await asyncio.sleep(self._hang_seconds)
        return answer


def _authorise(request: web.Request) -> None:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    key = credentials.strip()
    if scheme.lower() == "basic":
        key = _user(key)
    if scheme.lower() not in ("basic", "bearer") or not key:
        raise errors.no_key()
    if not re.fullmatch(r"(sk|rk)_test_[A-Za-z0-9_]+", key):
        raise errors.wrong_key(key)


def _user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _version(request: web.Request) -> str:
    version = request.headers.get("Stripe-Version", DEFAULT_VERSION)
    if not _VERSION.fullmatch(version):
        raise invalid(f"Invalid Stripe API version: {version[:40]}")
    return version


def _key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key and len(key) > _LONGEST_KEY:
        raise StripeError(400, "idempotency_error", f"Idempotency keys must be at most {_LONGEST_KEY} characters.")
    return key or None


async def _parameters(request: web.Request) -> Tree:
    if request.method == "GET":
        return decode(request.rel_url.raw_query_string)
    body = await request.read()
    if body and request.content_type != "application/x-www-form-urlencoded":
        raise invalid(
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have "
            "questions, we can help at https://support.stripe.com/."
        )
    try:
        return decode(body.decode("ascii"))
    except UnicodeDecodeError as error:
        raise invalid("Invalid request: the parameters could not be parsed as a form.") from error


def _origin(request: web.Request) -> str:
    return f"http://{request.host}"


def _response(request: web.Request, request_id: str, answer: Answer) -> web.Response:
    headers = {"Request-Id": request_id, "Cache-Control": "no-cache, no-store"}
    headers["Stripe-Version"] = request.headers.get("Stripe-Version", DEFAULT_VERSION)
    if key := request.headers.get("Idempotency-Key"):
        headers["Idempotency-Key"] = key
    if answer.original:
        headers |= {"Idempotent-Replayed": "true", "Original-Request": answer.original}
    if answer.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
    return web.json_response(answer.body, status=answer.status, headers=headers)


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno} {frame.name}"


def _log(request_id: str, request: web.Request, status: int, started: float, **more: str) -> None:
    """One JSON object a line; no keys, no parameters, and no path but those that the API may have."""
    path = request.path if _PATH.fullmatch(request.path) else "elsewhere"
    line = {"request_id": request_id, "method": request.method, "path": path, "status": status}
    milliseconds = round((time.perf_counter() - started) * 1000, 2)
    print(json.dumps({"at": round(time.time(), 3), **line, "ms": milliseconds, **more}), file=sys.stderr, flush=True)
