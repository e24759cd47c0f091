"""Id tokens, checked as OpenID Connect Core 3.1.3.7 and RFC 8725 ask, and a little more strictly."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

import msgspec
from msgspec import Meta, Struct

from chalicelib.accounts.schemas import EmailAddress, PersonName
from chalicelib.errors import IdTokenInvalid
from chalicelib.external import providers
from chalicelib.external.providers import ClaimNames, Provider, Trusted
from common import clock, logs
from common.problems import MalformedJson, TokenInvalid
from common.validation import decode_json

MAX_AGE_SECONDS = 600  # an old id token is no log-in
AHEAD_SECONDS = 60  # a provider's clock may be ahead of ours
Seconds = Annotated[float, Meta(ge=0, le=1e11)]
_log = logs.logger(__name__)


@dataclass(frozen=True)
class Identity:
    """Who somebody is to a provider. Only the pair of issuer and subject is one person for good."""

    provider: str
    issuer: str
    subject: str


@dataclass(frozen=True)
class Statement:
    """What a provider said of a person who has just logged in there.

    `mark` is the same for every way of writing the token, which is refused from `expires_at` on.
    """

    identity: Identity
    email: str | None
    email_verified: bool
    name: str | None
    mark: str
    expires_at: int


class _Claims(Struct):
    """What an id token must have, and what is looked at if it is there; other claims are allowed."""

    iss: str
    sub: Annotated[str, Meta(min_length=1, max_length=255)]
    aud: str | list[str]
    exp: Seconds
    iat: Seconds
    nbf: Seconds = 0
    azp: str | None = None
    nonce: str | None = None


def read(token: str, nonce: str | None) -> Statement:
    """What the token says; raises IdTokenInvalid whatever is wrong with it, Unavailable without the provider's keys."""
    trusted = _issuer(token)
    said = _verified(token, trusted)
    claims = _claims(said)
    _check_parties(claims, trusted.provider)
    _check_times(claims)
    _check_nonce(claims.nonce, nonce)
    _check_required(said, trusted.provider)
    return _statement(token, claims, said, trusted.provider)


def _issuer(token: str) -> Trusted:
    """By the claim as it stands there; the key that belongs to it then shows whether it is true."""
    import jwt

    try:
        claimed = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, RecursionError):
        refuse("malformed")
    if not isinstance(claimed, str) or claimed not in providers.by_issuer:
        refuse("issuer")
    return providers.by_issuer[claimed]


def _verified(token: str, trusted: Trusted) -> dict[str, Any]:
    """The claims, signed by a key that the provider publishes. Nothing else in the header (jwk, jku, x5u) counts."""
    import jwt

    jws = jwt.PyJWS(options={"enforce_minimum_key_length": True})
    try:
        header = jws.get_unverified_header(token)
        algorithm = _algorithm(header, trusted.provider)
        key = trusted.key(algorithm, str(header.get("kid")))
        said = decode_json(jws.decode(token, key, algorithms=[algorithm]))
    except (jwt.PyJWTError, TokenInvalid, MalformedJson, ValueError):
        refuse("signature")
    return said if isinstance(said, dict) else refuse("malformed")


def _algorithm(header: dict[str, Any], provider: Provider) -> str:
    """`typ` tells an id token from an access token (at+jwt) or a logout token that the same key signed."""
    algorithm = header.get("alg")
    if algorithm not in provider.algorithms or "crit" in header or str(header.get("typ", "JWT")).upper() != "JWT":
        refuse("header")
    return str(algorithm)


def _claims(said: dict[str, Any]) -> _Claims:
    try:
        return msgspec.convert(said, _Claims)
    except msgspec.ValidationError:
        refuse("claims")


def _check_parties(claims: _Claims, provider: Provider) -> None:
    """Made for us, and asked for by us: a token for another client of the provider is not ours to use."""
    ours = provider.audience
    several = isinstance(claims.aud, list)
    audiences = {*claims.aud} if isinstance(claims.aud, list) else {claims.aud}
    if ours not in audiences or not audiences <= {ours, *provider.trusted_audiences}:
        refuse("audience")
    if claims.azp != ours and (several or claims.azp is not None):
        refuse("authorized_party")


def _check_times(claims: _Claims) -> None:
    now = clock.now()
    if claims.exp <= now or now - claims.iat > MAX_AGE_SECONDS:
        refuse("expired")
    if max(claims.iat, claims.nbf) > now + AHEAD_SECONDS:
        refuse("not_yet")


def _check_nonce(said: str | None, expected: str | None) -> None:
    """Both or neither: leaving it out must not undo what the front end began with it."""
    if (said is None) != (expected is None) or not hmac.compare_digest(
        (said or "").encode(), (expected or "").encode()
    ):
        refuse("nonce")


def _check_required(said: dict[str, Any], provider: Provider) -> None:
    """Among them what tells an id token from other tokens of the provider: Cognito's `token_use`, Keycloak's `typ`."""
    for name, value in provider.required.items():
        if said.get(name) != value or isinstance(said.get(name), bool) != isinstance(value, bool):
            refuse("required")
    if "events" in said:  # a security event, such as a logout token, is no id token (RFC 8417)
        refuse("required")


def _statement(token: str, claims: _Claims, said: dict[str, Any], provider: Provider) -> Statement:
    email = _valid(said.get(provider.claims.email), EmailAddress)
    return Statement(
        identity=Identity(provider.name, claims.iss, claims.sub),
        email=email,
        email_verified=email is not None and _email_verified(said, provider.claims),
        name=_valid(said.get(provider.claims.name), PersonName),
        mark=_mark(token),
        expires_at=int(min(claims.exp, claims.iat + MAX_AGE_SECONDS)) + AHEAD_SECONDS,
    )


def _email_verified(said: dict[str, Any], names: ClaimNames) -> bool:
    """True, or the text that some providers send instead; anything else is no."""
    verified = said.get(names.email_verified) if names.email_verified else None
    return verified is True or verified == "true"


def _valid(value: Any, kind: Any) -> str | None:
    """The text, if it is what one of our own users could have entered."""
    try:
        text: str = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None
    return text


def _mark(token: str) -> str:
    """Of what was signed: the signature can be written in several ways (padding, and s or n-s in ES256)."""
    return hashlib.sha256(token.rpartition(".")[0].encode()).hexdigest()


def refuse(reason: str) -> NoReturn:
    """One answer for all; the log tells the operator what it was, and nothing of the person."""
    _log.info("id_token_refused", extra={"reason": reason})
    raise IdTokenInvalid from None
