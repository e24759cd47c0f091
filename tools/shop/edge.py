"""One origin for browsers: the storefront, the API of all services, their documentation, the inbox and the traces.

`python -m tools.shop.edge` with PORT, EDGE_SECRET, CORS_ORIGINS, AWS_URL, LOGS and a URL for each service. Deployed,
a CloudFront distribution takes this place.
"""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod, HttpProcessingError, LineTooLong

from tools.shop import answers, inbox, pages, traces
from tools.shop.home import ROOT, SERVICES
from tools.shop.upstream import Answer, Down, Upstream

MAX_BODY_BYTES = 1024 * 1024  # the services take 256 KiB, and say so themselves up to here
OWNERS = {
    **dict.fromkeys(("users", "sessions", "email-verifications", "password-resets", ".well-known"), "users"),
    **dict.fromkeys(("products", "variants", "categories", "stock", "imports", "exports", "reviews"), "catalog"),
    **dict.fromkeys(
        ("cart", "checkout", "orders", "discounts", "shipping-methods", "tax-rates", "webhook-endpoints"),
        "orders",
    ),
    **dict.fromkeys(("payments", "reports"), "orders"),
}
DROPPED = frozenset(
    b"connection keep-alive proxy-connection proxy-authorization te trailer transfer-encoding upgrade expect host "
    b"content-length x-forwarded-for x-forwarded-host x-forwarded-proto forwarded x-edge-secret x-real-ip".split()
)
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
API = re.compile(r"/api(?:[/?]|\Z)")

Page = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Edge:
    """What the edge knows; one for the process."""

    def __init__(self, env: "os._Environ[str] | dict[str, str]") -> None:
        self.secret = env["EDGE_SECRET"].encode()
        self.origins = frozenset(env["CORS_ORIGINS"].split(","))
        self.upstreams = {name: Upstream(env[f"{name.upper()}_URL"]) for name in SERVICES}
        self.aws = Upstream(env["AWS_URL"])
        self.site = pages.Site(Path(env.get("STOREFRONT", ROOT / "storefront")), env["AWS_URL"])
        self.logs = Path(env["LOGS"])

    def close(self) -> None:
        for upstream in (*self.upstreams.values(), self.aws):
            upstream.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Every request comes through here."""
        try:
            if API.match(request.raw_path):
                return await self.forward(request)
            return await self.show(request)
        except Down:
            return self.problem(request, 503, "unavailable", {"Retry-After": "2"})
        except web.HTTPRequestEntityTooLarge:
            return self.problem(request, 413, "body_too_large", {"Connection": "close"})
        except (ConnectionError, asyncio.IncompleteReadError):
            return self.problem(request, 400, "bad_request", {"Connection": "close"})

    async def forward(self, request: web.BaseRequest) -> web.StreamResponse:
        """To the service that owns the first segment; path and query go on as they came."""
        target = request.raw_path[4:]
        service = owner(target)
        if service is None:
            return self.problem(request, 404, "not_found")
        body = await self.body(request)
        return reply(await self.ask(service, request, target, body))

    async def body(self, request: web.BaseRequest) -> bytes:
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY_BYTES, request.content_length or 0)
        return await request.read() if request.body_exists else b""

    async def ask(self, service: str, request: web.BaseRequest, target: str, body: bytes) -> Answer:
        upstream = self.upstreams[service]
        head = [f"{request.method} {upstream.prefix}{target} HTTP/1.1\r\nHost: {upstream.netloc}\r\n".encode()]
        named = {one.strip().lower() for one in request.headers.get("Connection", "").encode().split(b",")}
        for name, value in request.raw_headers:
            lower = name.lower()
            if lower not in DROPPED and lower not in named:
                head.append(b"%b: %b\r\n" % (name, value))
        head.append(b"X-Forwarded-For: %b\r\nX-Edge-Secret: %b\r\n" % ((request.remote or "").encode(), self.secret))
        if body or request.method in ("POST", "PUT", "PATCH"):
            head.append(b"Content-Length: %d\r\n" % len(body))
        request_bytes = b"%b\r\n%b" % (b"".join(head), body)
        repeatable = request.method in REPEATABLE
        return await upstream.exchange(request_bytes, repeatable=repeatable, bodiless=request.method == "HEAD")

    async def show(self, request: web.BaseRequest) -> web.StreamResponse:
        """All that is not the API."""
        if request.method not in ("GET", "HEAD"):
            return self.problem(request, 405, "method_not_allowed", {"Allow": "GET, HEAD"})
        path = request.path
        own: dict[str, Page] = {"/_inbox": self.inbox, "/_traces": self.traces, "/_health": self.health}
        if path in own:
            if not answers.is_for_this_machine(request.host):  # a foreign name that resolves to us reads no mail
                return self.problem(request, 403, "forbidden")
            return await own[path](request)
        if path.startswith("/openapi/"):
            return await self.openapi(request, path.removeprefix("/openapi/").removesuffix(".json"))
        page = self.page(path)
        return page.answer(request) if page else self.problem(request, 404, "not_found")

    def page(self, path: str) -> pages.Page | None:
        try:
            return pages.docs(path) if path == "/docs" or path.startswith("/docs/") else self.site.find(path)
        except OSError:  # longer than any file's name may be
            return None

    async def health(self, _: web.BaseRequest) -> web.Response:
        return web.json_response({"status": "ok", "service": "edge"})

    async def inbox(self, request: web.BaseRequest) -> web.Response:
        """Mail that was sent, by recipient as JSON, or all of it as a page."""
        mails = await inbox.read(self.aws)
        if "to" in request.query:
            items = [mail for mail in mails if mail["to"].lower() == request.query["to"].lower()]
            return web.json_response({"items": items}, headers=pages.PRIVATE)
        return pages.html(inbox.page(mails))

    async def traces(self, request: web.BaseRequest) -> web.Response:
        """The latest requests, each with the lines that all processes logged about it."""
        found = await asyncio.to_thread(traces.read, self.logs)
        if "application/json" in request.headers.get("Accept", ""):
            return web.json_response({"items": found}, headers=pages.PRIVATE)
        return pages.html(traces.page(found))

    async def openapi(self, request: web.BaseRequest, service: str) -> web.StreamResponse:
        """A service's own description, with the address under which it is reached here."""
        if service not in self.upstreams:
            return self.problem(request, 404, "not_found")
        answer = await self.ask(service, request, "/openapi.json", b"")
        if answer.status != 200 or request.method == "HEAD":
            return reply(answer)
        document = {**json.loads(answer.body), "servers": [{"url": "/api"}]}
        return web.json_response(document, headers={"Cache-Control": "no-cache"})

    def problem(
        self, request: web.BaseRequest, status: int, code: str, more: dict[str, str] | None = None
    ) -> web.Response:
        """The edge's own refusals, in the form that services use."""
        cors = answers.cors(request.headers.get("Origin"), self.origins)
        trace_id = answers.request_id(request.headers.get("traceparent"))
        _, headers, body = answers.problem(status, code, trace_id, {**cors, **(more or {})})
        return web.Response(status=status, headers=headers, body=body)


def owner(target: str) -> str | None:
    """The service that owns a path such as `/products/x?y`; reservations are between services only."""
    first, *more = target.partition("?")[0].split("/")[1:] or [""]
    if first == "privacy" and len(more) == 1 and more[0] in SERVICES:
        return more[0]
    return OWNERS.get(first)


def reply(answer: Answer) -> web.Response:
    headers = [(name.decode(), value.decode("latin-1")) for name, value in answer.headers]
    return web.Response(status=answer.status, headers=headers, body=answer.body)


class Protocol(web.RequestHandler):
    """aiohttp's own answers to what is no HTTP, as problem bodies."""

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 - aiohttp's signature
        status: int = 500,  # noqa: ARG002
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        refused_status, code, more = refusal(exc)
        if refused_status == 500:
            traces.log_error(exc)
        _, headers, body = answers.problem(refused_status, code, answers.request_id(None), more)
        response = web.Response(status=refused_status, headers=headers, body=body)
        response.force_close()
        return response


def refusal(error: BaseException | None) -> tuple[int, str, dict[str, str]]:
    """What to say of a request that aiohttp could not read; a method it never heard of is none that we answer to."""
    if isinstance(error, BadHttpMethod):
        return (
            405,
            "method_not_allowed",
            {"Allow": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", "Connection": "close"},
        )
    if isinstance(error, LineTooLong):
        return 431, "headers_too_large", {"Connection": "close"}
    if isinstance(error, HttpProcessingError):
        return 400, "bad_request", {"Connection": "close"}
    return 500, "internal_error", {"Connection": "close"}


class Server(web.Server):
    def __call__(self) -> Protocol:
        return Protocol(self, loop=self._loop, **self._kwargs)


async def serve(edge: Edge, port: int, stopped: asyncio.Event | None = None) -> None:
    """Listen on the loopback address until told to stop."""
    # Bodies go on as they came: unpacked here, a small one could be huge, and one that can't be unpacked a 500.
    runner = web.ServerRunner(Server(edge.handle, access_log=None, keepalive_timeout=75, auto_decompress=False))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=512, reuse_address=True).start()
    await (stopped or asyncio.Event()).wait()
    await runner.cleanup()
    edge.close()


def main() -> None:
    async def run() -> None:
        await serve(Edge(os.environ), int(os.environ["PORT"]))

    asyncio.run(run())


if __name__ == "__main__":
    main()
