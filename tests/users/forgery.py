"""Tokens that users-service never made, or made for something else."""

import base64
import hmac
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from jwt.algorithms import ECAlgorithm
from jwt.utils import der_to_raw_signature, raw_to_der_signature

from common import clock
from tests.support import tokens

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
HEADER = {"alg": "ES256", "kid": "users-1", "typ": "at+jwt"}


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(**changes: Any) -> dict[str, Any]:
    """Of an administrator, whom everybody would like to be."""
    now = int(clock.now())
    usual = {"iss": "users", "aud": "shop", "sub": "usr_admin", "role": "admin", "sid": "ses_x"}
    return {**usual, "iat": now, "exp": now + 600, **changes}


def unsigned(header: dict[str, Any], said: dict[str, Any]) -> str:
    return f"{text(json.dumps(header).encode())}.{text(json.dumps(said).encode())}"


def private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


@cache
def users_key() -> ec.EllipticCurvePrivateKey:
    """What users-service really signs with."""
    return private_key(json.loads(tokens.signing_keys("users"))[0]["pem"].encode())


@cache
def own_key() -> ec.EllipticCurvePrivateKey:
    """The attacker's."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def own_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def es256(header: dict[str, Any], said: dict[str, Any], key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """Signed with users-service's own key, if no other is given."""
    body = unsigned(header, said)
    signature = (key or users_key()).sign(body.encode(), ec.ECDSA(SHA256()))
    return f"{body}.{text(der_to_raw_signature(signature, ec.SECP256R1()))}"


def hs256(header: dict[str, Any], said: dict[str, Any], secret: bytes, digest: str = "sha256") -> str:
    body = unsigned(header, said)
    return f"{body}.{text(hmac.digest(secret, body.encode(), digest))}"


def rs256(header: dict[str, Any], said: dict[str, Any]) -> str:
    body = unsigned(header, said)
    return f"{body}.{text(own_rsa_key().sign(body.encode(), padding.PKCS1v15(), SHA256()))}"


def es384(header: dict[str, Any], said: dict[str, Any]) -> str:
    """Signed with users-service's key, but as another algorithm would."""
    body = unsigned(header, said)
    signature = users_key().sign(body.encode(), ec.ECDSA(SHA384()))
    return f"{body}.{text(der_to_raw_signature(signature, ec.SECP256R1()))}"


def public_forms() -> dict[str, bytes]:
    """Every text of the public key that a careless verifier might take for a shared secret."""
    public = users_key().public_key()
    jwk = ECAlgorithm.to_jwk(public, as_dict=True)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "PEM": pem,
        "PEM without its last line break": pem.strip(),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "point": public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        "JWK": json.dumps(jwk).encode(),
        "JWK, compact": json.dumps(jwk, separators=(",", ":")).encode(),
        "x": jwk["x"].encode(),
        "key id": b"users-1",
        "nothing": b"",
    }


def own_jwk() -> dict[str, Any]:
    return {**ECAlgorithm.to_jwk(own_key().public_key(), as_dict=True), "kid": "users-1", "alg": "ES256"}


def twin(token: str) -> str:
    """The other valid signature of the same text: (r, n - s) for (r, s)."""
    body, _, signature = token.rpartition(".")
    curve = ec.SECP256R1()
    r, s = decode_dss_signature(raw_to_der_signature(base64.urlsafe_b64decode(signature + "=="), curve))
    return f"{body}.{text(der_to_raw_signature(encode_dss_signature(r, ORDER - s), curve))}"
