"""A token check (Verifier.verify of a valid token) against the bare signature check of `cryptography`.

Target: at most 1.5 times as long. The bare check has key, text and signature as they are wanted; the token's check
reads the text, finds the key, and checks signature, header and every claim. Batches alternate; medians.
"""

import base64
import statistics
import time
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.utils import raw_to_der_signature

from bench import tables
from common import clock
from common.auth import USER_AUDIENCE, USER_ISSUER, Verifier
from common.keyring import Signer
from tools.shop.service_secrets import signing_keys

BATCHES, CHECKS = 101, 50
TARGET = 1.5


def main() -> None:
    signer = Signer(signing_keys)
    token = access_token(signer)
    verifier = Verifier("catalog", {USER_ISSUER: signer.jwks})
    key = jwt.PyJWK(signer.jwks()["keys"][0]).key
    calls: dict[str, Callable[[], object]] = {
        "bare signature check": bare(key, token),
        "the same through PyJWT, claims included": lambda: jwt.decode(token, key, ["ES256"], audience=USER_AUDIENCE),
        "token check": lambda: verifier.verify(token),
    }
    found = measured(calls)
    least = found["bare signature check"]
    tables.show(
        ["call", "median µs", "ratio"], [[name, f"{us:.1f}", f"{us / least:.2f}"] for name, us in found.items()]
    )
    print(f"\nTarget for the token check: a ratio of at most {TARGET}.")


def access_token(signer: Signer) -> str:
    """With the claims that users-service writes."""
    now = int(clock.now())
    person = {"sub": "usr_01kaq7c9w3x5e8t2m4n6p8r0s1", "role": "customer", "email": "ann.example@shop.example"}
    times = {"sid": "ses_01kaq7c9w3x5e8t2m4n6p8r0s1", "iat": now, "exp": now + 600}
    return signer.sign({"iss": USER_ISSUER, "aud": USER_AUDIENCE, **person, **times})


def bare(key: ec.EllipticCurvePublicKey, token: str) -> Callable[[], object]:
    text, _, signature = token.rpartition(".")
    der = raw_to_der_signature(base64.urlsafe_b64decode(signature + "=="), key.curve)
    signed, algorithm = text.encode(), ec.ECDSA(SHA256())
    return lambda: key.verify(der, signed, algorithm)


def measured(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median microseconds of each."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(BATCHES):
        for name, call in calls.items():
            started = time.perf_counter()
            for _ in range(CHECKS):
                call()
            times[name].append((time.perf_counter() - started) / CHECKS)
    return {name: statistics.median(found) * 1e6 for name, found in times.items()}
