"""A sandbox of its own for each test: the real server on a free port, with a clock that the test turns."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3
from aiohttp import web

from tools.shop.payments.server import Server

SECRET = "whsec_for_tests"


class Clock:
    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset

    def forward(self, seconds: float) -> None:
        self.offset += seconds


@dataclass(frozen=True)
class Reply:
    status: int
    body: dict[str, Any]
    headers: urllib3.HTTPHeaderDict

    @property
    def error(self) -> dict[str, Any]:
        return self.body["error"]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class Stripe:
    """A client that does nothing but send: no retries, no keys of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = urllib3.PoolManager(maxsize=32, retries=False, timeout=10)

    def get(self, path: str, **query: str) -> Reply:
        return self.send("GET", path, fields=query)

    def post(self, path: str, key: str | None = None, **form: Any) -> Reply:
        headers = {"Idempotency-Key": key} if key else {}
        return self.send("POST", path, fields=form, headers=headers)

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Reply:
        if method == "POST" and "fields" in more:
            more["encode_multipart"] = False
        headers = {"Authorization": "Bearer sk_test_tests", **(headers or {})}
        answer = self._pool.request(method, self.url + path, headers=headers, **more)
        return Reply(answer.status, answer.json(), answer.headers)

    def page(self, url: str) -> tuple[int, str]:
        answer = self._pool.request("GET", url)
        return answer.status, answer.data.decode()

    def create(self, key: str | None = None, **form: Any) -> Reply:
        wanted = {"amount": "1999", "currency": "eur", "capture_method": "manual", "metadata[order_id]": "ord_1"}
        return self.post("/v1/payment_intents", key, **{**wanted, **form})

    def authorised(self, **form: Any) -> str:
        """The id of an intent in requires_capture."""
        intent = self.create(**{"payment_method": "pm_card_visa", "confirm": "true", **form})
        assert intent["status"] == "requires_capture"
        return intent["id"]

    def captured(self, **form: Any) -> str:
        intent_id = self.authorised(**form)
        assert self.capture(intent_id)["status"] == "succeeded"
        return intent_id

    def intent(self, intent_id: str) -> Reply:
        return self.get(f"/v1/payment_intents/{intent_id}")

    def confirm(self, intent_id: str, key: str | None = None, **form: Any) -> Reply:
        return self.post(f"/v1/payment_intents/{intent_id}/confirm", key, **form)

    def capture(self, intent_id: str, key: str | None = None, **form: Any) -> Reply:
        return self.post(f"/v1/payment_intents/{intent_id}/capture", key, **form)

    def cancel(self, intent_id: str, key: str | None = None, **form: Any) -> Reply:
        return self.post(f"/v1/payment_intents/{intent_id}/cancel", key, **form)

    def refund(self, intent_id: str, key: str | None = None, **form: Any) -> Reply:
        return self.post("/v1/refunds", key, payment_intent=intent_id, **form)

    def ledger(self) -> list[tuple[str, int]]:
        return [(item["type"], item["amount"]) for item in self.get("/ledger")["items"]]

    def events(self) -> list[str]:
        """Oldest first."""
        return [event["type"] for event in self.get("/v1/events", limit="100")["data"]][::-1]


class Running:
    """The server in a thread with an event loop of its own."""

    def __init__(self, make: Callable[[], Server]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._runner, port = asyncio.run_coroutine_threadsafe(self._start(make), self._loop).result()
        self.url = f"http://127.0.0.1:{port}"

    async def _start(self, make: Callable[[], Server]) -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(make().application(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, runner.addresses[0][1]

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stripe(tmp_path: Path, clock: Clock) -> Iterator[Stripe]:
    running = Running(lambda: Server(tmp_path, clock, hang_seconds=0.5))
    yield Stripe(running.url)
    running.stop()


class Shop:
    """Receives webhooks and remembers them; answers `status` to each."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.statuses: list[int] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.received.append((self.headers["Stripe-Signature"], body))
                self.send_response(shop.statuses.pop(0) if shop.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/payments/events"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.stop()


@pytest.fixture
def stripe_with_webhooks(tmp_path: Path, clock: Clock, shop: Shop) -> Iterator[Stripe]:
    running = Running(lambda: Server(tmp_path, clock, shop.url, SECRET))
    yield Stripe(running.url)
    running.stop()


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.01)


def at_once(times: int, call: Callable[[int], Reply]) -> list[Reply]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(call, range(times)))
