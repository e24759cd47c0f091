"""API Gateway on this machine: HTTP/1.1 in front of Chalice's local gateway."""

import logging
import os
import re
import socket
import sys
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, BinaryIO, NoReturn
from urllib.parse import unquote

from chalice.app import Chalice, RouteEntry
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalGateway, LocalGatewayException, ThreadedHTTPServer

from tools.shop import answers

MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's own; the services accept much less
MAX_LINE_BYTES = 16 * 1024
MAX_HEADERS = 100
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
log = logging.getLogger("gateway")


class Refusal(Exception):
    """The gateway answers by itself and closes the connection if the rest of the request can't be read."""

    def __init__(self, status: int, code: str, *, close: bool = True, headers: dict[str, str] | None = None) -> None:
        self.status, self.code, self.close, self.headers = status, code, close, headers or {}


class Headers(dict[str, str]):
    """By lower-case name."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class Gateway(LocalGateway):
    """Chalice's local gateway, which also decodes path parameters as the real one does."""

    def __init__(self, app: Chalice, config: Config) -> None:
        super().__init__(app, config)
        self.app = app
        self.origins = frozenset(os.environ.get("CORS_ORIGINS", "").split(","))

    def _generate_lambda_event(self, *args: Any, **named: Any) -> dict[str, Any]:
        event: dict[str, Any] = super()._generate_lambda_event(*args, **named)
        event["pathParameters"] = {name: unquote(value) for name, value in event["pathParameters"].items()}
        return event

    def refuse_unknown_method(self, path: str) -> NoReturn:
        """For verbs that no route can have: 405 where there is a route, 404 elsewhere."""
        try:
            route = self.event_converter._route_matcher.match_route(path).route
        except ValueError:
            raise Refusal(404, "not_found", close=False) from None
        allowed = [verb for verb, entry in self.app.routes[route].items() if is_offered(verb, entry)]
        raise Refusal(405, "method_not_allowed", close=False, headers={"Allow": ", ".join(allowed)})


def is_offered(verb: str, entry: RouteEntry) -> bool:
    """Whether a route is more than the 405 that common.service puts where there is none."""
    operation = getattr(entry.view_function, "operation", None)
    return verb == "OPTIONS" or not getattr(operation, "hidden", False)


class Handler(ChaliceRequestHandler):
    """One connection. Parses HTTP by itself: http.server's e-mail parser would be half of a request's time."""

    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    verbs = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

    def __init__(self, request: socket.socket, client_address: tuple[str, int], server: "Server") -> None:
        self.gateway = server.gateway
        super(ChaliceRequestHandler, self).__init__(request, client_address, server)

    def handle(self) -> None:
        """Requests until the client has had enough; one that goes away is nothing to report."""
        self.close_connection = False
        self.wfile: BinaryIO
        try:
            while not self.close_connection and self.handle_one():
                self.wfile.flush()
            self.wfile.flush()
        except (ConnectionError, TimeoutError):
            self.wfile = open(os.devnull, "wb")  # noqa: PTH123, SIM115 - what is left of the answer goes nowhere

    def handle_one(self) -> bool:
        """One request; False at the end of the connection."""
        line = self.rfile.readline(MAX_LINE_BYTES + 1)
        if not line:
            return False
        self.command, self.headers = "GET", Headers()
        try:
            self.read_head(line)
            self.answer(self.read_body())
        except Refusal as refusal:
            self.refuse(refusal)
        return True

    def read_head(self, line: bytes) -> None:
        """Request line and headers."""
        words = line.split()
        if len(line) > MAX_LINE_BYTES:
            raise Refusal(414, "headers_too_large")
        if len(words) != 3 or not TOKEN.fullmatch(words[0]) or words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
            raise Refusal(400, "bad_request")
        self.command, self.path = words[0].decode(), words[1].decode("latin-1")
        self.headers = self.read_headers()
        wish = self.headers.get("connection", "").lower()
        self.close_connection = wish == "close" or (words[2] == b"HTTP/1.0" and wish != "keep-alive")

    def read_headers(self) -> Headers:
        headers = Headers()
        for _ in range(MAX_HEADERS + 1):
            line = self.rfile.readline(MAX_LINE_BYTES + 1)
            if line in (b"\r\n", b"\n"):
                return headers
            name, colon, value = line.partition(b":")
            if len(line) > MAX_LINE_BYTES:
                break
            if not colon or not TOKEN.fullmatch(name):
                raise Refusal(400, "bad_request")
            headers[name.decode().lower()] = value.strip().decode("latin-1")
        raise Refusal(431, "headers_too_large")

    def read_body(self) -> bytes | None:
        length, coding = self.headers.get("content-length"), self.headers.get("transfer-encoding")
        if length is None and coding is None:
            return None
        if (length and coding) or (coding and coding.lower() != "chunked") or (length and not length.isdecimal()):
            raise Refusal(400, "bad_request")
        if length and int(length) > MAX_BODY_BYTES:
            raise Refusal(413, "body_too_large")
        if self.headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        return self.read_chunks() if coding else self.read_exactly(int(length or 0))

    def read_exactly(self, length: int) -> bytes:
        body: bytes = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError("the client went away amid the body")
        return body

    def read_chunks(self) -> bytes:
        body = bytearray()
        while size := self.read_chunk_size():
            if len(body) + size > MAX_BODY_BYTES:
                raise Refusal(413, "body_too_large")
            body += self.read_exactly(size)
            if self.rfile.readline(3) != b"\r\n":
                raise Refusal(400, "bad_request")
        while self.rfile.readline(MAX_LINE_BYTES) not in (b"\r\n", b"\n", b""):
            pass  # trailers
        return bytes(body)

    def read_chunk_size(self) -> int:
        try:
            return abs(int(self.rfile.readline(64).partition(b";")[0], 16))
        except ValueError:
            raise Refusal(400, "bad_request") from None

    def answer(self, body: bytes | None) -> None:
        """Ask the app."""
        if self.command not in self.verbs:
            self.gateway.refuse_unknown_method(self.path)
        try:
            response = self.gateway.handle_request(self.command, self.path, self.headers, body)
        except LocalGatewayException:
            raise Refusal(404, "not_found", close=False) from None
        except Exception as error:
            log.exception("unexpected_error")
            raise Refusal(500, "internal_error", close=False) from error
        text = self._handle_binary(response)["body"] or b""
        headers = {**response["headers"], **response["multiValueHeaders"]}
        self.send(response["statusCode"], headers, text if isinstance(text, bytes) else text.encode())
        if self.command not in ("GET", "HEAD"):
            self.server.on_change()

    def refuse(self, refusal: Refusal) -> None:
        self.close_connection = self.close_connection or refusal.close
        more = {**answers.cors(self.headers.get("origin"), self.gateway.origins), **refusal.headers}
        trace_id = answers.request_id(self.headers.get("traceparent"))
        self.send(*answers.problem(refusal.status, refusal.code, trace_id, more))

    def send(self, status: int, headers: dict[str, Any], body: bytes) -> None:
        """The whole answer in one write; HEAD gets the headers only."""
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Date: {formatdate(usegmt=True)}"]
        for name, value in headers.items():
            lines += [f"{name}: {one}" for one in (value if isinstance(value, list) else [value])]
        if status not in (204, 304):
            lines.append(f"Content-Length: {len(body)}")
        lines.append("Connection: close\r\n\r\n" if self.close_connection else "\r\n")
        silent = self.command == "HEAD" or status in (204, 304)
        self.wfile.write("\r\n".join(lines).encode("latin-1", "replace") + (b"" if silent else body))


class Server(ThreadedHTTPServer):
    """A thread a connection. `on_change` is called when a request may have written something."""

    request_queue_size = 256

    def __init__(self, gateway: Gateway, port: int, on_change: Callable[[], None]) -> None:
        self.gateway = gateway
        self.on_change = on_change
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        """Of a connection: log it as everything is logged."""
        log.error("connection_failed", exc_info=sys.exc_info())


def serve(app: Chalice, config: Config, port: int, on_change: Callable[[], None] = lambda: None) -> Server:
    """A server that listens already; its serve_forever() does the rest."""
    return Server(Gateway(app, config), port, on_change)
