"""Who is calling: access tokens and service tokens are checked here (JWT by RFC 9068, ES256 only).

PyJWT and cryptography cost about 100 ms of a cold start: they are imported where a token is read.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from common import clock
from common.compact import Compact
from common.problems import Forbidden, TokenExpired, TokenInvalid, TokenMissing, Unavailable

USER_ISSUER = "users"
USER_AUDIENCE = "shop"
USER_ROLES = frozenset({"guest", "customer", "staff", "admin"})
BETWEEN_FETCHES_SECONDS = 5
_FRESH_SECONDS = 300
_STALE_SECONDS = 24 * 3600
_SKEW_SECONDS = 60


@dataclass(frozen=True)
class Caller:
    """Of a service, `id` is its name and `role` is `service`."""

    id: str
    role: str
    email: str | None = None
    session_id: str | None = None


@dataclass(frozen=True)
class Access:
    """Who may use a route: anybody, callers with one of the roles, or the named services."""

    public: bool = False
    roles: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()

    def check(self, caller: Caller) -> None:
        """Raise Forbidden unless the caller is one of those meant; everything not named is denied."""
        allowed = caller.id in self.services if caller.role == "service" else caller.role in self.roles
        if not allowed:
            raise Forbidden


public = Access(public=True)


def roles(*names: str) -> Access:
    return Access(roles=frozenset(names))


def services(*names: str) -> Access:
    return Access(services=frozenset(names))


everyone = roles(*USER_ROLES)


def es256_keys(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """The public keys of a JWKS by their id, all of them on P-256."""
    import jwt

    return {key["kid"]: jwt.PyJWK(key, algorithm="ES256").key for key in jwks["keys"]}


@dataclass
class Keys:
    """The keys of one issuer: refetched every five minutes, kept up to a day while the issuer is down.

    `read` makes keys by their id of a JWKS; it raises ValueError, KeyError, TypeError or PyJWTError if that is none.
    """

    fetch: Callable[[], Mapping[str, Any]]
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = es256_keys
    by_id: Mapping[str, Any] = field(default_factory=dict)
    fetched_at: tuple[float, float] = clock.NEVER
    tried_at: tuple[float, float] = clock.NEVER
    tries: int = 0
    failed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key_id: str) -> Any:
        """The public key; TokenInvalid if the issuer has no such key, Unavailable if that can't be known."""
        age = clock.elapsed(self.fetched_at)
        known = key_id in self.by_id and age < _STALE_SECONDS
        if not known or age > _FRESH_SECONDS:
            self._refresh(wait=not known)
        key = self.by_id.get(key_id)
        if key is not None and clock.elapsed(self.fetched_at) < _STALE_SECONDS:
            return key
        if self.failed:
            raise Unavailable("The token's signature can't be checked right now.")
        raise TokenInvalid

    def _refresh(self, *, wait: bool) -> None:
        """Those who ask together share one fetch; who knows the key already does not wait for it."""
        tries = self.tries
        if self.lock.acquire(blocking=wait):
            try:
                if tries == self.tries and not self._tried_just_now():
                    self._fetch()
            finally:
                self.lock.release()

    def _tried_just_now(self) -> bool:
        """Unknown key ids must not make us hammer the issuer."""
        return bool(self.by_id) and clock.elapsed(self.tried_at) < BETWEEN_FETCHES_SECONDS

    def _fetch(self) -> None:
        import jwt

        self.tried_at, self.failed = clock.real(), True
        try:
            self.by_id = self.read(self.fetch())
        except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError):
            return
        finally:
            self.tries += 1
        self.fetched_at, self.failed = self.tried_at, False


class Verifier:
    """Checks tokens of the trusted issuers for one service.

    `issuers` maps an issuer to a function that gives its JWKS. Tokens of `users` are for the audience `shop`,
    those of another service for this service by name.
    """

    def __init__(self, service: str, issuers: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
        self._service = service
        self._keys = {issuer: Keys(fetch) for issuer, fetch in issuers.items()}

    def from_header(self, authorization: str | None) -> Caller:
        """Of `Authorization: Bearer <token>`; raises TokenMissing, TokenInvalid or TokenExpired."""
        scheme, _, token = (authorization or "").strip(" \t").partition(" ")
        if not scheme:
            raise TokenMissing
        if scheme.lower() != "bearer":
            raise TokenInvalid
        return self.verify(token.lstrip(" "))

    def verify(self, token: str) -> Caller:
        """The caller that a token stands for; raises TokenInvalid, TokenExpired, or Unavailable without keys."""
        try:
            claims = self._signed_claims(token)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise TokenInvalid from None
        self._check(claims)
        return _caller(claims)

    def _signed_claims(self, token: str) -> dict[str, Any]:
        read = Compact.read(token)
        if not read.is_signed_with(self._keys[read.claims["iss"]].find(read.key_id)):
            raise ValueError
        return read.claims

    def _check(self, claims: Mapping[str, Any]) -> None:
        """By the shop's clock, which may be moved. An audience list with ours in it was made for others too."""
        wanted, now = USER_AUDIENCE if claims["iss"] == USER_ISSUER else self._service, clock.now()
        starts = max(_seconds(claims, "iat"), _seconds(claims, "nbf") if "nbf" in claims else 0)
        if claims.get("aud") != wanted or starts > now + _SKEW_SECONDS:
            raise TokenInvalid
        if _seconds(claims, "exp") <= now:
            raise TokenExpired


def _caller(claims: Mapping[str, Any]) -> Caller:
    issuer = claims["iss"]
    if issuer == USER_ISSUER:
        return _person(claims)
    if claims.get("sub") != issuer:
        raise TokenInvalid
    return Caller(id=issuer, role="service")


def _person(claims: Mapping[str, Any]) -> Caller:
    subject, role, email, session_id = (claims.get(name) for name in ("sub", "role", "email", "sid"))
    if not isinstance(subject, str) or not subject or not isinstance(role, str) or role not in USER_ROLES:
        raise TokenInvalid
    if not isinstance(email, str | None) or not isinstance(session_id, str | None):
        raise TokenInvalid
    return Caller(subject, role, email, session_id)


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TokenInvalid
    return value
