"""ES256 signatures without randomness (RFC 6979), which PyJWT has no option for; imported where a token is made."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm
from jwt.api_jws import PyJWS
from jwt.utils import der_to_raw_signature


class _Repeatable(ECAlgorithm):
    def sign(self, msg: bytes, key: EllipticCurvePrivateKey) -> bytes:
        return der_to_raw_signature(key.sign(msg, ECDSA(SHA256(), deterministic_signing=True)), key.curve)


_jws = PyJWS()
_jws.unregister_algorithm("ES256")
_jws.register_algorithm("ES256", _Repeatable(SHA256))


def sign(claims: Mapping[str, object], pem: str, header: Mapping[str, str]) -> str:
    """The claims as a signed token in its compact form."""
    return _jws.encode(json.dumps(claims, separators=(",", ":")).encode(), _key(pem), "ES256", headers={**header})


@lru_cache(maxsize=8)
def public_jwk(pem: str) -> Mapping[str, Any]:
    """The public half of a private key as a JSON Web Key (RFC 7517)."""
    return {**ECAlgorithm.to_jwk(_key(pem).public_key(), as_dict=True), "use": "sig", "alg": "ES256"}


@lru_cache(maxsize=8)
def _key(pem: str) -> EllipticCurvePrivateKey:
    """Reading a key takes three times as long as signing with it."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise TypeError("signing keys are EC keys on P-256")
    return key
