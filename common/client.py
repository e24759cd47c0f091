"""Calls to another service: a token of our own, the trace, a budget of time, and few retries."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import urllib3

from common import tracing
from common.deadline import Deadline
from common.problems import Unavailable

_AGAIN = frozenset({502, 503, 504})
_pool = urllib3.PoolManager(maxsize=50, retries=False)


class DependencyDown(Unavailable):
    """Another service gave no usable answer: whether it did what was asked is not known."""

    def __init__(self, name: str) -> None:
        super().__init__("A service that this needs is not available right now. Try again shortly.")
        self.name = name


@dataclass(frozen=True)
class Answer:
    """Any answer below 500; `body` is the decoded JSON, or None."""

    status: int
    body: Any


class _RetryBudget:
    """One retry for ten calls, at most ten saved up: a dependency in trouble is not hit twice as hard."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = 10.0

    def earn(self) -> None:
        with self._lock:
            self._left = min(10.0, self._left + 0.1)

    def spend(self) -> bool:
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True


class Service:
    """One other service. All its calls that are sent again must be idempotent, as every call between services is."""

    def __init__(
        self,
        name: str,
        base_url: str,
        token: Callable[[str], str],
        *,
        connect_s: float = 0.5,
        read_s: float = 2.0,
        attempts: int = 2,
    ) -> None:
        self._name = name
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._connect_s, self._read_s, self._attempts = connect_s, read_s, attempts
        self._budget = _RetryBudget()

    def call(self, method: str, path: str, *, body: object = None, deadline: Deadline) -> Answer:
        """Raise DependencyDown after a connection error, a time-out or a 5xx that a retry did not mend."""
        self._budget.earn()
        for attempt in range(self._attempts):
            if attempt and not self._budget.spend():
                break
            if deadline.remaining() <= 0:
                break
            try:
                answer = self._once(method, path, body, deadline)
            except urllib3.exceptions.HTTPError:
                continue
            if answer.status < 500:
                return answer
            if answer.status not in _AGAIN:
                break
        raise DependencyDown(self._name)

    def _once(self, method: str, path: str, body: object, deadline: Deadline) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._token(self._name)}",
            "traceparent": tracing.current().header,
            "Accept": "application/json",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        reply = _pool.request(
            method,
            self._base_url + path,
            body=None if body is None else json.dumps(body).encode(),
            headers=headers,
            timeout=within(deadline, self._connect_s, self._read_s),
            redirect=False,
        )
        return Answer(reply.status, _decoded(reply.data) if reply.status < 500 else None)


def within(deadline: Deadline, connect_s: float, read_s: float) -> urllib3.Timeout:
    """A call's own limits, cut to what is left of the request; never 0, which urllib3 does not take."""
    return urllib3.Timeout(connect=max(0.01, deadline.cut(connect_s)), read=max(0.01, deadline.cut(read_s)))


def fetch_json(url: str, *, seconds: float = 2.0) -> Any:
    """GET a public JSON document, as it is now; raises OSError if it can't be had."""
    limits, fresh = urllib3.Timeout(connect=0.5, read=seconds), {"Cache-Control": "no-cache"}
    try:
        reply = _pool.request("GET", url, headers=fresh, timeout=limits, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        raise OSError(str(error)) from error
    if reply.status != 200:
        raise OSError(f"{url} answered {reply.status}")
    return json.loads(reply.data)


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError as error:  # an answer that is no JSON is no answer
        raise urllib3.exceptions.DecodeError(str(error)) from error
