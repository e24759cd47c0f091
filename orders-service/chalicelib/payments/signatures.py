"""Signatures of the payment provider's webhooks (https://docs.stripe.com/webhooks#verify-manually)."""

import hashlib
import hmac
from collections.abc import Sequence

from chalicelib.errors import SignatureInvalid

MAX_AGE_SECONDS = 300


def check(header: str | None, body: bytes, secrets: Sequence[str], now: float) -> None:
    """Raise SignatureInvalid unless `t=<seconds>,v1=<hex>` is fresh and made with one of the secrets; v1 may repeat.

    While a secret is replaced the provider signs with the old one and the new, and we may know two as well.
    """
    pairs = [part.strip().partition("=")[::2] for part in (header or "").split(",")]
    times = [value for name, value in pairs if name == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit():
        raise SignatureInvalid
    given = [value.encode() for name, value in pairs if name == "v1"]
    expected = [_signature(secret, times[0], body) for secret in secrets if secret]
    fits = any(hmac.compare_digest(one, other) for one in expected for other in given)
    if not fits or abs(now - int(times[0])) > MAX_AGE_SECONDS:
        raise SignatureInvalid


def _signature(secret: str, time: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hex().encode()
