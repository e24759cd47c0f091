"""Secrets of endpoints, and the signature that each delivery carries.

A secret is shown once, when it is made. It is stored sealed under a key of this service, since it has to sign later.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from chalicelib import config

HEADER = "Shop-Signature"
_NONCE_BYTES = 12


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
    """AES-256-GCM of the secret, good for this endpoint only; another text each time."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return urlsafe_b64encode(nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), endpoint_id.encode())).decode()


def unseal(text: str, endpoint_id: str) -> str:
    """The secret; SecretUnreadable if anybody altered it or moved it to another endpoint, or the key is another."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = urlsafe_b64decode(text)
    try:
        return AESGCM(_key()).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], endpoint_id.encode()).decode()
    except InvalidTag:
        raise SecretUnreadable from None


def _key() -> bytes:
    return hashlib.sha256(b"webhook secrets\0" + config.webhook_key().encode()).digest()
