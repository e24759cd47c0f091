"""Custom domain names of the embedded API Gateway as ports, so that a deployed service has a fixed address.

DOMAINS is `18801=users.shop.internal,…`: what arrives at that port goes to the API that the domain name is mapped to
(CreateDomainName, CreateBasePathMapping). Until there is one the answer is 503. Lambda starts an environment for each
request at once; a laptop has no room for that, so AT_ONCE run side by side for each name and others wait their turn.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from ministack.services import apigateway_v1 as gateway

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

NOT_DEPLOYED = {
    "type": "about:blank",
    "title": "Service Unavailable",
    "status": 503,
    "code": "unavailable",
    "detail": "This service is not deployed yet.",
}


def read(text: str) -> dict[int, str]:
    """The domain name of each port."""
    return {int(port): name for port, _, name in (pair.partition("=") for pair in text.split(",") if pair)}


def with_domains(application: Application, domains: Mapping[int, str], at_once: int) -> Application:
    """The application with those ports in front of it."""
    turns = {name: asyncio.Semaphore(at_once) for name in domains.values()}

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        domain = domains.get(scope["server"][1]) if scope["type"] == "http" else None
        if domain is None:
            await application(scope, receive, send)
        elif (routed := to_api(scope, domain)) is None:
            await unavailable(send)
        else:
            async with turns[domain]:
                await application(routed, receive, send)

    return served


def to_api(scope: Scope, domain: str) -> Scope | None:
    """The request as one to the API's own address; None if nothing is mapped to the domain."""
    found = gateway.resolve_base_path_mapping(domain, scope["path"])
    if found is None:
        return None
    api_id, stage, path = found
    prefix = f"/_aws/execute-api/{api_id}/{stage}"
    raw = scope.get("raw_path") or quote(path).encode()
    return {**scope, "path": prefix + path, "raw_path": prefix.encode() + raw}


async def unavailable(send: Send) -> None:
    """503 as problem+json."""
    headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"2")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(NOT_DEPLOYED).encode()})
