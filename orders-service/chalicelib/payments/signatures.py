"""Signatures of the payment provider's webhooks (https://docs.stripe.com/webhooks#verify-manually)."""

import hashlib
import hmac

from chalicelib.errors import SignatureInvalid

MAX_AGE_SECONDS = 300


def check(header: str | None, body: bytes, secret: str, now: float) -> None:
    """Raise SignatureInvalid unless `t=<seconds>,v1=<hex>` was made with the secret and is fresh; v1 may repeat."""
    pairs = [part.strip().partition("=")[::2] for part in (header or "").split(",")]
    times = [value for name, value in pairs if name == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit():
        raise SignatureInvalid
    expected = hmac.digest(secret.encode(), times[0].encode() + b"." + body, hashlib.sha256).hex().encode()
    fits = any(hmac.compare_digest(expected, value.encode()) for name, value in pairs if name == "v1")
    if not fits or abs(now - int(times[0])) > MAX_AGE_SECONDS:
        raise SignatureInvalid
