"""Requests to a running shop, as a front end sends them: through the edge, from its own origin."""

import functools
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import urllib3

from tests.support.api import Answer

T = TypeVar("T")


@functools.cache
def pool(source: str | None = None) -> urllib3.PoolManager:
    """Connections from a loopback address of one's own, such as 127.0.0.5."""
    timeout = urllib3.Timeout(connect=5, read=40)
    return urllib3.PoolManager(
        maxsize=64, retries=False, timeout=timeout, source_address=(source, 0) if source else None
    )


POOL = pool()


class Web:
    """`web.post("/sessions/guest", {})`; header names are written with underscores, and bytes are sent as they are."""

    def __init__(self, origin: str, token: str = "", source: str | None = None) -> None:
        self.origin = origin
        self.token = token
        self.source = source

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {"Origin": self.origin, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        answer = pool(self.source).request(method, f"{self.origin}/api{path}", body=raw, headers=sent)
        return Answer(answer.status, answer.headers, answer.data)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("DELETE", path, body, **headers)


def fetch_json(url: str) -> Any:
    """What an address outside the API answers."""
    return json.loads(POOL.request("GET", url).data)


def open_page(url: str) -> None:
    """Follow a link as a browser does."""
    answer = POOL.request("GET", url, redirect=True)
    assert answer.status < 400, (url, answer.status, answer.data[:300])


def all_at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Run the calls in threads that start at the same moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
