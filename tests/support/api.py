"""A service's routes without a network: requests through Chalice's own test client, and what they cost in calls."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import botocore.client
from chalice import Chalice
from chalice.test import Client

from tests.support.services import ORIGIN
from tests.support.tokens import token_for


class Answer:
    """Status, headers and the decoded body of an answer."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.text = body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text) if self.text else None

    @property
    def code(self) -> str | None:
        """The code of a problem body."""
        return str(self.json["code"]) if self.status >= 400 else None

    def __repr__(self) -> str:
        return f"<{self.status} {self.text[:500]}>"


class Api:
    """`api.put("/cart/items/x", {"quantity": 1}, role="guest")`; a role may be `service:orders`."""

    def __init__(self, client: Client, service: str) -> None:
        self._client = client
        self._service = service

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str | None = None,
        subject: str | None = None,
        token: str | None = None,
        **headers: str,
    ) -> Answer:
        """Header names are written with underscores: `If_Match='"1"'`. A bytes body is sent as it is."""
        sent = {"Origin": ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token or role:
            sent["Authorization"] = f"Bearer {token or token_for(str(role), self._service, subject)}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self._client.http.request(method, path, headers=sent, body=raw)
        return Answer(answer.status_code, answer.headers, answer.body)

    def get(self, path: str, **kwargs: Any) -> Answer:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return self.request("POST", path, body, **kwargs)

    def put(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return self.request("PUT", path, body, **kwargs)

    def patch(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return self.request("PATCH", path, body, **kwargs)

    def delete(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return self.request("DELETE", path, body, **kwargs)


@contextmanager
def connected(app: Chalice, service: str) -> Iterator[Api]:
    with Client(app) as client:
        yield Api(client, service)


class Calls:
    """AWS calls as they were made, in order: `calls.of("dynamodb")` gives names of operations."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str, dict[str, Any]]] = []

    def of(self, service: str) -> list[str]:
        return [operation for name, operation, _ in self.made if name == service]

    @property
    def dynamodb(self) -> list[str]:
        return self.of("dynamodb")

    def clear(self) -> None:
        self.made.clear()


@contextmanager
def recorded() -> Iterator[Calls]:
    """Count every call of botocore in this process, whichever client makes it."""
    calls = Calls()
    original = botocore.client.BaseClient._make_api_call

    def record(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        calls.made.append((client.meta.service_model.service_name, operation, arguments))
        return original(client, operation, arguments)

    with patch.object(botocore.client.BaseClient, "_make_api_call", record):
        yield calls
