"""Secrets of endpoints, and the signature that each delivery carries.

A secret is shown once, when it is made. It is stored sealed under a key of this service, since it has to sign later.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from chalicelib import config
from common import sealing

HEADER = "Shop-Signature"


class SecretUnreadable(Exception):
    """What is stored was not sealed for this endpoint under this key."""


def new_secret() -> str:
    """256 random bits."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def signature(body: bytes, keys: Iterable[str], now: int) -> str:
    """`t=<seconds>,v1=<hex>`, one v1 for each secret: HMAC-SHA256 of the time, a dot and the body."""
    signed = f"{now}.".encode() + body
    made = [hmac.digest(key.encode(), signed, hashlib.sha256).hex() for key in keys]
    return ",".join([f"t={now}", *(f"v1={one}" for one in made)])


def seal(secret: str, endpoint_id: str) -> str:
    """Good for this endpoint only."""
    return sealing.seal(secret.encode(), _key(), endpoint_id.encode())


def unseal(text: str, endpoint_id: str) -> str:
    """The secret; SecretUnreadable if anybody altered it or moved it to another endpoint, or the key is another."""
    from cryptography.exceptions import InvalidTag

    try:
        return sealing.unseal(text, _key(), endpoint_id.encode()).decode()
    except InvalidTag:
        raise SecretUnreadable from None


def _key() -> bytes:
    return hashlib.sha256(b"webhook secrets\0" + config.webhook_key().encode()).digest()
