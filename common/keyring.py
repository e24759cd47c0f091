"""The keys that a service signs tokens with: a list in SSM that may change while the service runs.

The secret `signing-keys` is a JSON list of `{"kid", "pem", "signs_from", "until"}`, EC keys on P-256, times in seconds
by the shop's clock; without them a key has always signed and never ends. Of the keys whose time has come the newest
signs; all that are not past their end are published. Why rotation fails no request is told in tools/shop/keys.py.
"""

import json
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common import clock, logs

SERVICE_TOKEN_SECONDS = 300
_BETWEEN_TRIES_SECONDS = 5.0
_log = logs.logger(__name__)


def reload_seconds(stage: str) -> float:
    """How long a service holds its keys before it asks for them again."""
    return 2.0 if stage == "local" else 60.0


@dataclass(frozen=True)
class Key:
    """One key pair; its private half never shows in a log or an error."""

    kid: str
    pem: str = field(repr=False)
    signs_from: float = 0.0
    until: float = math.inf


def read_keys(text: str) -> tuple[Key, ...]:
    """Of the secret; raises ValueError, KeyError or TypeError for anything else, also for an empty list."""
    found = tuple(
        Key(one["kid"], one["pem"], one.get("signs_from", 0.0), one.get("until", math.inf)) for one in json.loads(text)
    )
    if not found:
        raise ValueError("there must be a key to sign with")
    return found


def signing_key(keys: Sequence[Key], at: float) -> Key:
    """The newest whose time had come; before all of them (the clock was turned back) the oldest."""
    come = [key for key in keys if key.signs_from <= at]
    return max(come, key=lambda key: key.signs_from) if come else min(keys, key=lambda key: key.signs_from)


def published(keys: Sequence[Key], now: float) -> list[Key]:
    """Those by which tokens may still be checked, the one that signs first."""
    signs = signing_key(keys, now)
    return sorted((key for key in keys if key.until > now), key=lambda key: key is not signs)


class Signer:
    """Signs with a service's keys and publishes them.

    `load` gives the secret. It is asked at the first use, and again at the next use once what is held is older than
    `reload_s`; one caller waits for that, the others go on with what is held, and so do all if it fails. The same
    claims give the same token (RFC 6979, and the key is chosen by `iat`), so that an answer that was lost can be
    repeated word for word, also when another key has taken over meanwhile.
    """

    def __init__(self, load: Callable[[], str], reload_s: float = 60.0) -> None:
        self._load = load
        self._reload_s = reload_s
        self._keys: tuple[Key, ...] = ()
        self._loaded_at = self._tried_at = clock.NEVER
        self._lock = threading.Lock()

    def sign(self, claims: Mapping[str, Any]) -> str:
        from common.signing import sign

        key = signing_key(self._current(), claims["iat"])
        return sign(claims, key.pem, {"typ": "at+jwt", "kid": key.kid})

    def key_id(self) -> str:
        """Of the key that signs now."""
        return signing_key(self._current(), clock.now()).kid

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public halves as a JSON Web Key Set (RFC 7517)."""
        from common.signing import public_jwk

        return {"keys": [{**public_jwk(key.pem), "kid": key.kid} for key in published(self._current(), clock.now())]}

    def _current(self) -> tuple[Key, ...]:
        if self._is_old() and self._lock.acquire(blocking=not self._keys):
            try:
                if self._is_old():  # else another caller has just done it
                    self._reload()
            finally:
                self._lock.release()
        return self._keys

    def _is_old(self) -> bool:
        """The age counts from before the list was asked for: what was written since then may be missing from it."""
        again = min(self._reload_s, _BETWEEN_TRIES_SECONDS)
        return clock.elapsed(self._loaded_at) > self._reload_s and clock.elapsed(self._tried_at) > again

    def _reload(self) -> None:
        from common.signing import public_jwk

        before = clock.real()
        try:
            keys = read_keys(self._load())
            for key in keys:
                public_jwk(key.pem)
        except Exception as error:  # whatever it is: the keys at hand still work
            if not self._keys:
                raise
            self._tried_at = before
            _log.warning("signing_keys_not_reloaded", exc_info=error)
        else:
            self._keys, self._loaded_at = keys, before


class ServiceTokens:
    """Short-lived tokens of one service for calling another; made anew a minute before they end, and for a new key."""

    def __init__(self, signer: Signer, issuer: str) -> None:
        self._signer = signer
        self._issuer = issuer
        self._made: dict[str, tuple[float, str, str]] = {}

    def __call__(self, audience: str) -> str:
        at, key_id, token = self._made.get(audience, (0.0, "", ""))
        now, signs = clock.now(), self._signer.key_id()
        # Its age is below 0 when the shop's clock was turned back.
        if key_id != signs or not 0 <= now - at < SERVICE_TOKEN_SECONDS - 60:
            token = service_token(self._signer, self._issuer, audience)
            self._made[audience] = (now, signs, token)
        return token


def service_token(signer: Signer, issuer: str, audience: str) -> str:
    """One service's token for another, good for five minutes."""
    now = int(clock.now())
    return signer.sign({"iss": issuer, "sub": issuer, "aud": audience, "iat": now, "exp": now + SERVICE_TOKEN_SECONDS})
