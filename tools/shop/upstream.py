"""The edge's side of its connections to one service: kept open, one request at a time each, parsed with little work.

aiohttp's client costs as much as a service's whole answer; ours needs only what a server next door can send.
"""

import asyncio
import time
from collections import deque
from urllib.parse import urlsplit

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 30.0
IDLE_SECONDS = 60.0
MAX_CONNECTIONS = 128
BODILESS = (204, 304)

Header = tuple[bytes, bytes]


class Down(Exception):
    """The service gave no answer."""


class Answer:
    """What came back; header names as they were sent."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[Header], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


class Connection(asyncio.Protocol):
    """Sends one request and collects its answer."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiter: asyncio.Future[Answer] | None = None
        self.received = bytearray()
        self.head: tuple[int, list[Header], int | None] | None = None
        self.bodiless = False
        self.used_at = time.monotonic()
        self.reusable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a TCP connection always has
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self.waiter and not self.waiter.done():
            if self.head and self.head[2] is None:  # a body that ends with the connection
                self.finish(bytes(self.received))
            else:
                self.waiter.set_exception(Down(str(error or "closed")))

    def send(self, request: bytes, bodiless: bool) -> asyncio.Future[Answer]:
        assert self.transport is not None  # noqa: S101
        self.waiter = asyncio.get_running_loop().create_future()
        self.received.clear()
        self.head, self.bodiless = None, bodiless
        self.transport.write(request)
        return self.waiter

    def data_received(self, data: bytes) -> None:
        if self.waiter is None or self.waiter.done():
            self.close()
            return
        self.received += data
        try:
            self.parse()
        except ValueError as error:
            self.waiter.set_exception(Down(f"no HTTP: {error}"))
            self.close()

    def parse(self) -> None:
        """Go on with what has come so far."""
        while self.head is None:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.received[:end])
            del self.received[: end + 4]
            self.read_head(head)
        length = self.head[2]
        if length is not None and length >= 0:
            if len(self.received) >= length:
                self.finish(bytes(self.received[:length]))
        elif length == -1 and (body := unchunked(self.received)) is not None:
            self.finish(body)

    def read_head(self, head: bytes) -> None:
        """Status, headers and the body's length: -1 is chunked, None is until the connection closes."""
        line, *lines = head.split(b"\r\n")
        status = int(line[9:12])
        if status < 200:
            return
        length: int | None = None
        headers: list[Header] = []
        for one in lines:
            name, _, value = one.partition(b":")
            lower, value = name.lower(), value.strip()
            if lower == b"content-length":
                length = int(value)
            elif lower == b"transfer-encoding":
                length = -1
            elif lower == b"connection":
                self.reusable = value.lower() != b"close"
            elif lower not in DROPPED_ANSWER:
                headers.append((name, value))
        self.head = status, headers, 0 if self.bodiless or status in BODILESS else length

    def finish(self, body: bytes) -> None:
        if self.head and self.waiter:
            self.used_at = time.monotonic()
            self.reusable = self.reusable and self.head[2] is not None
            self.waiter.set_result(Answer(self.head[0], self.head[1], body))

    def close(self) -> None:
        self.reusable = False
        if self.transport:
            self.transport.abort()


DROPPED_ANSWER = frozenset({b"keep-alive", b"proxy-authenticate", b"te", b"trailer", b"upgrade", b"server", b"date"})


def unchunked(received: bytearray) -> bytes | None:
    """The body of a chunked answer, or None until it is whole."""
    body, at = bytearray(), 0
    while (end := received.find(b"\r\n", at)) >= 0:
        size = int(received[at:end].partition(b";")[0], 16)
        if size == 0:
            return bytes(body) if received.find(b"\r\n\r\n", at) >= 0 else None
        body += received[end + 2 : end + 2 + size]
        at = end + size + 4
        if at > len(received):
            return None
    return None


class Upstream:
    """One service's base URL and the connections to it that are free."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.prefix = parts.hostname or "127.0.0.1", parts.port or 80, parts.path.rstrip("/")
        self.netloc = parts.netloc
        self.free: deque[Connection] = deque()
        self.slots = asyncio.Semaphore(MAX_CONNECTIONS)

    async def exchange(self, request: bytes, *, repeatable: bool, bodiless: bool) -> Answer:
        """Send and wait; raises Down. What may be repeated is, once, if a kept connection turns out to be dead."""
        async with self.slots:
            kept = self.kept()
            if kept is not None:
                try:
                    return await self.ask(kept, request, bodiless)
                except Down:
                    if not repeatable:
                        raise
            return await self.ask(await self.connect(), request, bodiless)

    def close(self) -> None:
        while self.free:
            self.free.pop().close()

    def kept(self) -> Connection | None:
        """A free connection, the latest used first: the others time out."""
        while self.free:
            connection = self.free.pop()
            if connection.reusable and time.monotonic() - connection.used_at < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await loop.create_connection(Connection, self.host, self.port)
        except (OSError, TimeoutError) as error:
            raise Down(str(error)) from error
        return connection

    async def ask(self, connection: Connection, request: bytes, bodiless: bool) -> Answer:
        answer = connection.send(request, bodiless)
        timer = asyncio.get_running_loop().call_later(ANSWER_SECONDS, connection.close)
        try:
            found = await answer
        except BaseException:
            connection.close()
            raise
        finally:
            timer.cancel()
        if connection.reusable:
            self.free.append(connection)
        return found
