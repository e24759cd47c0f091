"""The shop's public API as the seeding sees it: JSON over one pool of connections, patient with a shop that starts."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

PATIENCE_S = 30.0
PAUSE_S = 0.25
PASSING = (429, 502, 503, 504)


class SeedingFailed(Exception):
    """The shop gave an answer with which the seeding can't go on."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any

    @property
    def code(self) -> str:
        """The problem's code; empty if this is none."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Api:
    """Calls to one shop, as one person or as nobody. Every call may be sent twice; the callers can bear that."""

    def __init__(self, base_url: str, token: str = "", pool: urllib3.PoolManager | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._pool = pool or urllib3.PoolManager(maxsize=16, retries=False, timeout=urllib3.Timeout(10.0))

    def with_token(self, token: str) -> "Api":
        return Api(self.base_url, token, self._pool)

    def call(self, method: str, path: str, body: object = None, *expected: int) -> Answer:
        """The answer once it is one of the expected ones; what passes by itself is tried again for a while."""
        until = time.monotonic() + PATIENCE_S
        while True:
            answer = self._try(method, path, body)
            if answer.status in expected:
                return answer
            if answer.status not in (0, *PASSING) or time.monotonic() > until:
                told = f"{method} {path} was answered {answer.status}: {answer.body}"
                raise SeedingFailed(told if answer.status else f"{self.base_url} does not answer: {answer.body}")
            time.sleep(PAUSE_S)

    def upload(self, url: str, fields: Mapping[str, str], content: bytes, content_type: str) -> None:
        """Send a file with a presigned form; the same form stores the same object, however often it is sent."""
        form: dict[str, Any] = {**fields, "file": ("file", content, content_type)}
        answer = self._pool.request("POST", url, fields=form)
        if answer.status not in (200, 201, 204):
            raise SeedingFailed(f"The upload to {url} was answered {answer.status}: {answer.data[:300]!r}")

    def _try(self, method: str, path: str, body: object) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        try:
            answer = self._pool.request(method, self.base_url + path, body=content, headers=self._headers(body))
        except HTTPError as error:
            return Answer(0, str(error))
        return Answer(answer.status, _decoded(answer.data))

    def _headers(self, body: object) -> dict[str, str]:
        kind = {} if body is None else {"Content-Type": "application/json"}
        return kind | ({"Authorization": f"Bearer {self._token}"} if self._token else {})


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content[:300].decode("utf-8", "replace")
