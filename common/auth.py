"""Who is calling: access tokens are checked and service tokens signed here (JWT by RFC 9068, ES256 only).

PyJWT and cryptography cost about 100 ms of a cold start: they are imported where a token is read or signed.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from common import clock
from common.problems import Forbidden, TokenExpired, TokenInvalid, TokenMissing, Unavailable

USER_ISSUER = "users"
USER_AUDIENCE = "shop"
USER_ROLES = frozenset({"guest", "customer", "staff", "admin"})
SERVICE_TOKEN_SECONDS = 300
_TYPE = "at+jwt"
_FRESH_SECONDS = 300
_STALE_SECONDS = 24 * 3600
_BETWEEN_FETCHES_SECONDS = 5


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


class Signer:
    """Signs with the first of a service's keys and publishes all of them, so that keys can be rotated.

    `load` gives a JSON list of `{"kid", "pem"}`, EC keys on P-256; it is called at the first use. The same claims give
    the same token (RFC 6979), so that an answer that was lost can be repeated word for word.
    """

    def __init__(self, load: Callable[[], str]) -> None:
        self._load = load
        self._keys: list[dict[str, str]] = []

    def sign(self, claims: Mapping[str, object]) -> str:
        from common.signing import sign

        key = self._loaded()[0]
        return sign(claims, key["pem"], {"typ": _TYPE, "kid": key["kid"]})

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public halves as a JSON Web Key Set (RFC 7517)."""
        return {"keys": [_public_jwk(key) for key in self._loaded()]}

    def _loaded(self) -> list[dict[str, str]]:
        if not self._keys:
            self._keys = json.loads(self._load())
        return self._keys


class ServiceTokens:
    """Short-lived tokens of one service for calling another; made anew a minute before they end."""

    def __init__(self, signer: Signer, issuer: str) -> None:
        self._signer = signer
        self._issuer = issuer
        self._made: dict[str, tuple[float, str]] = {}

    def __call__(self, audience: str) -> str:
        at, token = self._made.get(audience, (0.0, ""))
        if not 0 <= clock.now() - at < SERVICE_TOKEN_SECONDS - 60:  # also when the shop's clock was turned back
            at = clock.now()
            token = service_token(self._signer, self._issuer, audience)
            self._made[audience] = (at, token)
        return token


def service_token(signer: Signer, issuer: str, audience: str) -> str:
    """One service's token for another, good for five minutes."""
    now = int(clock.now())
    return signer.sign({"iss": issuer, "sub": issuer, "aud": audience, "iat": now, "exp": now + SERVICE_TOKEN_SECONDS})


def es256_keys(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """The public keys of a JWKS by their id, all of them on P-256."""
    import jwt

    return {key["kid"]: jwt.PyJWK(key, algorithm="ES256").key for key in jwks["keys"]}


@dataclass
class Keys:
    """The keys of one issuer: refetched every five minutes, kept up to a day while the issuer is down.

    `read` makes keys by their id of a JWKS; it raises ValueError, KeyError or PyJWTError if that is none.
    """

    fetch: Callable[[], Mapping[str, Any]]
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = es256_keys
    by_id: Mapping[str, Any] = field(default_factory=dict)
    fetched_at: float = -_STALE_SECONDS
    tried_at: float = -_STALE_SECONDS
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key_id: str) -> Any:
        """The public key; TokenInvalid if the issuer has no such key, Unavailable if that can't be known."""
        age = time.monotonic() - self.fetched_at
        if key_id not in self.by_id or age > _FRESH_SECONDS:
            with self.lock:
                self._refresh(key_id)
        if key_id in self.by_id and time.monotonic() - self.fetched_at < _STALE_SECONDS:
            return self.by_id[key_id]
        if time.monotonic() - self.fetched_at < _FRESH_SECONDS:
            raise TokenInvalid
        raise Unavailable("The token's signature can't be checked right now.")

    def _refresh(self, key_id: str) -> None:
        now = time.monotonic()
        if now - self.tried_at < _BETWEEN_FETCHES_SECONDS and self.by_id:
            return  # unknown key ids must not make us hammer the issuer
        if key_id in self.by_id and now - self.fetched_at <= _FRESH_SECONDS:
            return  # another thread has just done it
        import jwt

        self.tried_at = now
        try:
            self.by_id = self.read(self.fetch())
        except (OSError, ValueError, KeyError, jwt.PyJWTError):
            return
        self.fetched_at = now


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
        scheme, _, token = (authorization or "").strip().partition(" ")
        if not scheme:
            raise TokenMissing
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenInvalid
        return self.verify(token.strip())

    def verify(self, token: str) -> Caller:
        """The caller that a token stands for; raises TokenInvalid, TokenExpired, or Unavailable without keys."""
        import jwt

        try:
            claims = self._claims(token)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            raise TokenInvalid from None
        if claims["exp"] <= clock.now():
            raise TokenExpired
        return _caller(claims)

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt

        header = jwt.get_unverified_header(token)
        issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
        if str(header.get("typ", "")).lower() != _TYPE or header.get("alg") != "ES256" or issuer not in self._keys:
            raise TokenInvalid
        audience = USER_AUDIENCE if issuer == USER_ISSUER else self._service
        claims: dict[str, Any] = jwt.decode(
            token,
            self._keys[issuer].find(str(header.get("kid", ""))),
            algorithms=["ES256"],
            audience=audience,
            issuer=issuer,
            # The shop's clock may be moved, so times are checked by it and not by PyJWT.
            options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        if claims["aud"] != audience or not _is_number(claims["exp"]) or not claims["sub"]:
            raise TokenInvalid  # PyJWT accepts a list that contains our audience: then it was made for others too
        return claims


def _caller(claims: Mapping[str, Any]) -> Caller:
    if claims["iss"] != USER_ISSUER:
        return Caller(id=claims["iss"], role="service")
    if claims.get("role") not in USER_ROLES:
        raise TokenInvalid
    return Caller(claims["sub"], claims["role"], claims.get("email"), claims.get("sid"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _public_jwk(key: Mapping[str, str]) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from jwt.algorithms import ECAlgorithm

    private = load_pem_private_key(key["pem"].encode(), password=None)
    if not isinstance(private, EllipticCurvePrivateKey):
        raise TypeError("signing keys are EC keys on P-256")
    jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {**jwk, "kid": key["kid"], "use": "sig", "alg": "ES256"}
