"""A merchant's server on this machine: it keeps what comes, and answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def signature(self) -> str:
        return self.headers["shop-signature"]


@dataclass
class Receiver:
    """`answers(path)` gives the status; `url("/x")` leads here."""

    port: int
    now: Callable[[], float]
    answers: Callable[[str], int] = lambda _: 200
    requests: list[Received] = field(default_factory=list)
    holding: threading.Event = field(default_factory=threading.Event)  # until it is set, /hang is not answered

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str, order_id: str | None = None) -> list[Received]:
        found = [one for one in list(self.requests) if one.path == path]
        return [one for one in found if order_id in (None, one.json["data"].get("order_id"))]


@contextmanager
def listening(now: Callable[[], float]) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Received(self.path, headers, body, receiver.now()))
            if self.path == "/hang":
                receiver.holding.wait(60)
            self.send_response(receiver.answers(self.path))
            self.send_header("Location", receiver.url("/elsewhere"))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the shop hangs up on whoever is slow
    receiver = Receiver(server.server_address[1], now)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.holding.set()
        server.shutdown()
        server.server_close()
