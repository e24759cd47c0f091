"""Schemathesis against a service's own description, in process: Chalice's local gateway behind WSGI.

A service's test_contract.py:

    schema = contract.schema(app.app)

    @schema.parametrize()
    @contract.examples
    def test_every_answer_keeps_to_the_description(case, aws):
        contract.check(case, "catalog")
"""

import io
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
import schemathesis
from chalice.config import Config
from chalice.local import LocalGateway, LocalGatewayException
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from common.problems import NotFound
from tests.support.tokens import token_for

examples = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
_DESCRIPTION = "/description-for-tests.json"


def schema(app: Any) -> Any:
    """The service's description, fetched from the service, without what has its own tests: health and tokens."""
    return schemathesis.openapi.from_wsgi(_DESCRIPTION, wsgi(app)).exclude(path_regex="^/health")


def check(case: Any, service: str) -> None:
    """Send a generated request as the most powerful caller allowed, and hold the answer against the description."""
    allowed = case.operation.definition.raw.get("x-allow", [])
    if allowed:
        role = next((one for one in ("admin", "staff", "customer", "guest") if one in allowed), allowed[0])
        case.headers["Authorization"] = f"Bearer {token_for(role, service)}"
    case.call_and_validate(checks=CHECKS)


def wsgi(app: Any) -> Callable[..., Iterable[bytes]]:
    """Chalice's local gateway as a WSGI application."""
    gateway = LocalGateway(app, Config())

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = quote(environ["PATH_INFO"].encode("latin-1"))  # as a server gets it; a bare ; would end the path
        query = environ.get("QUERY_STRING", "")
        wanted = "/openapi.json" if path == _DESCRIPTION else path
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            answer = gateway.handle_request(
                environ["REQUEST_METHOD"], f"{wanted}?{query}" if query else wanted, _headers(environ), body
            )
        except LocalGatewayException:
            answer = _not_found()
        text = _without_tokens(answer["body"]) if path == _DESCRIPTION else answer["body"]
        start_response(_line(answer["statusCode"]), [(name, str(value)) for name, value in answer["headers"].items()])
        return io.BytesIO(text.encode() if isinstance(text, str) else text)

    return application


def _not_found() -> dict[str, Any]:
    """What the gateway in front answers itself, as the dev server and the edge do: an address that no route has."""
    body = msgspec.json.encode(NotFound().body("0" * 32)).decode()
    return {"statusCode": 404, "headers": {"Content-Type": "application/problem+json"}, "body": body}


def _without_tokens(document: str) -> str:
    """The test sends a good token itself; generated ones would only count as accepted bad input."""
    described = json.loads(document)
    for operations in described["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    return json.dumps(described)


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    names = {name: name[5:] for name in environ if name.startswith("HTTP_")} | {"CONTENT_TYPE": "CONTENT_TYPE"}
    return {to.replace("_", "-").lower(): environ[name] for name, to in names.items() if environ.get(name)}


def _line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
