"""Refresh and device tokens as text, and how a lost answer to a refresh is found again.

A refresh token is `<user>.<session>.<secret>.<mark>`: 256 random bits, and an HMAC by which an old token of ours can
be told from a guess. Only the secret's hash is stored, and the next secret encrypted under this one: whoever shows the
token again soon after gets the same successor, and the table alone gives away neither.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from chalicelib import config
from common.ids import new_id

_SECRET_BYTES = 32
_MARK_BYTES = 16
_DEVICE = re.compile(r"^dev_[0-9a-z]{26}\Z")


@dataclass(frozen=True)
class RefreshToken:
    user_id: str
    session_id: str
    secret: bytes

    @classmethod
    def new(cls, user_id: str, session_id: str) -> "RefreshToken":
        return cls(user_id, session_id, secrets.token_bytes(_SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> "RefreshToken | None":
        """The token, or None if we never gave it out."""
        body, _, mark = text.rpartition(".")
        if not hmac.compare_digest(mark.encode(), _mark("refresh", body).encode()):
            return None
        user_id, session_id, secret = body.split(".")
        return cls(user_id, session_id, _bytes(secret))

    def text(self) -> str:
        body = f"{self.user_id}.{self.session_id}.{_text(self.secret)}"
        return f"{body}.{_mark('refresh', body)}"

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.secret).hexdigest()

    def successor(self) -> "RefreshToken":
        return RefreshToken.new(self.user_id, self.session_id)

    def seal(self, next_token: "RefreshToken") -> str:
        """The successor's secret for those who have this token: a one-time pad, as each token has one successor."""
        return _text(_xor(next_token.secret, self._pad()))

    def unseal(self, sealed: str) -> "RefreshToken":
        return RefreshToken(self.user_id, self.session_id, _xor(_bytes(sealed), self._pad()))

    def _pad(self) -> bytes:
        return hmac.digest(self.secret, b"successor", hashlib.sha256)


def device_in(shown: str | None) -> str | None:
    """The device that a token speaks of, whoever made it; None if it looks like none of ours."""
    device = (shown or "").partition(".")[0]
    return device if _DEVICE.match(device) else None


def device_token(user_id: str, shown: str | None) -> str:
    """Marks a device that has logged in to this account; the one that was shown, if it is ours."""
    if shown and knows_device(user_id, shown):
        return shown
    device = new_id("dev")
    return f"{device}.{_mark('device', f'{user_id}.{device}')}"


def knows_device(user_id: str, token: str) -> bool:
    """Whether this device has logged in to this account before."""
    device, _, mark = token.partition(".")
    return hmac.compare_digest(mark.encode(), _mark("device", f"{user_id}.{device}").encode())


def _mark(purpose: str, text: str) -> str:
    return _text(config.keyed_hash(purpose, text)[:_MARK_BYTES])


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
