"""Signed cursors: where a list goes on, bound to the caller and the filters; anybody can read one, nobody can alter it.

A cursor holds the sort position only; the partition is built anew from the request.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from common.problems import CursorInvalid

R = TypeVar("R")
_MAC_BYTES = 16


class Cursors:
    """Signs with HMAC-SHA256 cut to 128 bits; `secret` is called at the first use only."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def sign(self, position: str, *scope: str) -> str:
        """A cursor at `position`, good only for the same scope (caller, filters, sort)."""
        return _text(self._mac(position, scope) + position.encode())

    def open(self, cursor: str | None, *scope: str) -> str | None:
        """The position in a cursor, or None without one; CursorInvalid if it was not signed for this scope."""
        if cursor is None:
            return None
        raw = _bytes(cursor)
        mac, position = raw[:_MAC_BYTES], raw[_MAC_BYTES:].decode(errors="replace")
        if not hmac.compare_digest(mac, self._mac(position, scope)):
            raise CursorInvalid
        return position

    def _mac(self, position: str, scope: tuple[str, ...]) -> bytes:
        text = json.dumps([position, *scope]).encode()
        return hmac.digest(self._secret().encode(), text, hashlib.sha256)[:_MAC_BYTES]


def page(
    rows: Sequence[R], limit: int, position: Callable[[R], str], cursors: Cursors, *scope: str
) -> tuple[list[R], str | None]:
    """Cut rows that were asked for with `limit + 1`; the extra one only tells that there is more."""
    shown = list(rows[:limit])
    more = len(rows) > limit
    return shown, cursors.sign(position(shown[-1]), *scope) if more else None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeError):
        raise CursorInvalid from None
    if _text(raw) != text:  # base64 lets the last character vary: only the one we would write is ours
        raise CursorInvalid
    return raw
