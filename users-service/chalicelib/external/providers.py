"""The OpenID Connect providers whose id tokens are taken, as configured, and their keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from chalicelib import config
from common.auth import Keys
from common.client import fetch_json

Algorithm = Literal["RS256", "PS256", "ES256"]  # asymmetric only: with HS256 our audience's secret could forge
_KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}


class ClaimNames(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a provider says these. Without `email_verified` no address of it counts as verified."""

    email: str = "email"
    email_verified: str | None = "email_verified"
    name: str = "name"


class Provider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of OIDC_PROVIDERS. `required` are claims with the values that they must have."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}\Z")]
    issuer: Annotated[str, Meta(min_length=1, max_length=255)]
    jwks_url: str
    audience: Annotated[str, Meta(min_length=1)]
    algorithms: Annotated[list[Algorithm], Meta(min_length=1)]
    trusted_audiences: list[str] = []
    claims: ClaimNames = ClaimNames()
    required: dict[str, str | bool] = {}


@dataclass(frozen=True)
class Trusted:
    """A provider with the cache of its keys."""

    provider: Provider
    keys: Keys

    @classmethod
    def of(cls, provider: Provider) -> "Trusted":
        return cls(provider, Keys(partial(fetch_json, provider.jwks_url), partial(public_keys, provider.algorithms)))

    def key(self, algorithm: str, key_id: str) -> Any:
        """A PyJWK for this algorithm only; raises TokenInvalid, or Unavailable if the provider can't be asked."""
        return self.keys.find(f"{algorithm} {key_id}")


def read(text: str) -> dict[str, Trusted]:
    """OIDC_PROVIDERS by issuer; raises ValueError, so that a mistake in it is seen when the service starts."""
    found = msgspec.json.decode(text or "[]", type=list[Provider])
    for provider in found:
        _check_address(provider.jwks_url)
    if len({one.issuer for one in found}) != len(found) or len({one.name for one in found}) != len(found):
        raise ValueError("OIDC_PROVIDERS: an issuer or a name stands there twice")
    return {provider.issuer: Trusted.of(provider) for provider in found}


def _check_address(url: str) -> None:
    """Whoever can change the keys on their way can be anybody; only this machine is trusted without TLS."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in (("http", "127.0.0.1"), ("http", "localhost")):
        raise ValueError(f"OIDC_PROVIDERS: jwks_url must be https: {url}")


def public_keys(algorithms: list[Algorithm], jwks: Any) -> Mapping[str, Any]:
    """The keys of a JWKS (RFC 7517) by `<algorithm> <key id>`: each checks signatures of its own algorithm only.

    Providers publish keys for other purposes beside them (Keycloak: encryption), which are passed over.
    """
    import jwt

    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        raise ValueError("no JWKS")  # noqa: TRY004 - what the cache of keys expects of a bad answer
    fitting = ((alg, key) for key in jwks["keys"] for alg in algorithms if _fits(key, alg))
    return {f"{alg} {key['kid']}": jwt.PyJWK(key, algorithm=alg) for alg, key in fitting}


def _fits(key: Any, algorithm: str) -> bool:
    return (
        isinstance(key, dict)
        and isinstance(key.get("kid"), str)
        and key.get("kty") == _KEY_TYPES[algorithm]
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and "verify" in key.get("key_ops", ["verify"])
        and "d" not in key
    )


by_issuer = read(config.OIDC_PROVIDERS)
