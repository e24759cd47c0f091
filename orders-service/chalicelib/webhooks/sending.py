"""One POST to an endpoint: within a few seconds in all, to an address that was looked at, and whatever it answers.

A small HTTP client of our own, as libraries resolve names themselves, bound each read and not the whole, and follow
what a server says. Only the status is read: a body may hold anything, and is never kept.
"""

import re
import socket
import ssl
from collections.abc import Mapping
from functools import cache

import msgspec

from chalicelib.webhooks import addresses, urls
from chalicelib.webhooks.addresses import AddressRefused, NameUnknown
from chalicelib.webhooks.urls import Target
from common.deadline import Deadline

SECONDS = 5.0
_CONNECT_SECONDS = 3.0
_MOST_BYTES = 8192
_INTERIM = re.compile(rb"\A(?:HTTP/1\.[01] 1\d\d[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n)+")
_FINAL = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)[ \r\n]")
_ERRORS: Mapping[type[Exception], str] = {
    AddressRefused: "address_refused",
    NameUnknown: "name_unknown",
    TimeoutError: "timeout",
    ssl.SSLError: "tls_failed",
    OSError: "unreachable",
    ValueError: "answer_invalid",
}


class Outcome(msgspec.Struct, frozen=True):
    """A status, or why there was none."""

    status: int | None = None
    error: str | None = None

    @property
    def received(self) -> bool:
        """A redirect is no yes."""
        return self.status is not None and 200 <= self.status < 300


def post(url: str, headers: Mapping[str, str], body: bytes, *, to_loopback: bool) -> Outcome:
    """Tell what came of it, within SECONDS; nothing that the other side does raises."""
    try:
        target = urls.read(url, to_loopback=to_loopback)
    except ValueError:  # it was taken in development, or the rules have changed since
        return Outcome(error="address_refused")
    deadline = Deadline(SECONDS)
    try:
        with _connected(target, deadline, to_loopback) as connection:
            _within(connection, deadline).sendall(_request(target, headers, body))
            return Outcome(status=_status(connection, deadline))
    except (AddressRefused, NameUnknown, OSError, ValueError) as error:
        return Outcome(error=next(code for kind, code in _ERRORS.items() if isinstance(error, kind)))


def _connected(target: Target, deadline: Deadline, to_loopback: bool) -> socket.socket:
    """To the first of the addresses that answers; TLS asks the other side for the name in the URL."""
    found = addresses.resolve(target.host, target.port, deadline, to_loopback=to_loopback)
    plain = _first_of(found, target.port, deadline)
    if not target.secure:
        return plain
    try:
        return _tls().wrap_socket(_within(plain, deadline), server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def _first_of(found: list[str], port: int, deadline: Deadline) -> socket.socket:
    failed: OSError = TimeoutError()
    for address in found:
        try:
            return socket.create_connection((address, port), max(0.01, deadline.cut(_CONNECT_SECONDS)))
        except OSError as error:
            failed = error
    raise failed


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _within(connection: socket.socket, deadline: Deadline) -> socket.socket:
    """What the next call may take; sending and a handshake count as one."""
    left = deadline.remaining()
    if not left:
        raise TimeoutError
    connection.settimeout(left)
    return connection


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    sent = {"Host": target.authority, **headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _status(connection: socket.socket, deadline: Deadline) -> int:
    """Of the final answer; ValueError if what comes is none."""
    seen = b""
    while len(seen) < _MOST_BYTES:
        piece = _within(connection, deadline).recv(4096)
        seen = _INTERIM.sub(b"", seen + piece)
        if found := _FINAL.match(seen):
            return int(found[1])
        if not piece:
            break
    raise ValueError("no HTTP")
