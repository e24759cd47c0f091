"""Signed tokens as text (JWS compact form): read once, and only as we write them.

PyJWT alone would parse a token three times for what `auth` has to know, more than its signature costs, and passes over
padding, foreign letters, unknown header members and members that stand twice. So it is asked about the signature only.
"""

import base64
import json
import re
from functools import lru_cache
from typing import Any, NamedTuple, Self

_TYPES = frozenset({"at+jwt", "application/at+jwt"})  # RFC 9068, section 4
# ES256 signatures are 64 bytes; of their last letter four bits are unused, and must be 0: one text for one signature.
_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,500})\.([A-Za-z0-9_-]{1,5000})\.([A-Za-z0-9_-]{85}[AQgw])")


class Compact(NamedTuple):
    """A token that nobody has checked yet."""

    key_id: str
    claims: dict[str, Any]
    text: bytes
    signature: bytes

    @classmethod
    def read(cls, token: str) -> Self:
        """Raises ValueError, TypeError or RecursionError for what is no token of ours."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise ValueError
        header, payload, signature = found.groups()
        return cls(_key_id(header), _object(payload), token[: found.end(2)].encode(), _decoded(signature))

    def is_signed_with(self, key: Any) -> bool:
        """By ES256, whatever the token says."""
        return bool(_es256().verify(self.text, key, self.signature))


@lru_cache(maxsize=64)
def _key_id(header: str) -> str:
    """All tokens of one key have the same header: three members and no other."""
    said = _object(header)
    kinds = {name: type(value) for name, value in said.items()}
    if kinds != {"typ": str, "alg": str, "kid": str} or said["alg"] != "ES256" or said["typ"].lower() not in _TYPES:
        raise ValueError
    return str(said["kid"])


@lru_cache(maxsize=1)
def _es256() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA256
    from jwt.algorithms import ECAlgorithm

    return ECAlgorithm(SHA256)


def _object(part: str) -> dict[str, Any]:
    value = _json.decode(_decoded(part).decode())
    if not isinstance(value, dict):
        raise TypeError
    return value


def _decoded(part: str) -> bytes:
    """The letters have been looked at already: the library passes over those that it does not know."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError
    return found


_json = json.JSONDecoder(object_pairs_hook=_unique)
