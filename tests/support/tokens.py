"""Tokens as users-service and the other services would sign them, with keys of this test process."""

import json
import time
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from common import clock
from common.keyring import Signer
from common.keyring import service_token as sign_service_token

ISSUERS = ("users", "catalog", "orders")


@cache
def signing_keys(issuer: str) -> str:
    """The `signing-keys` secret of a service."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return json.dumps([{"kid": f"{issuer}-1", "pem": pem.decode()}])


@cache
def signer(issuer: str) -> Signer:
    return Signer(lambda: signing_keys(issuer))


def jwks(url: str, **_: Any) -> dict[str, Any]:
    """Stands in for fetching `test:<issuer>`."""
    return signer(url.removeprefix("test:")).jwks()


def user_token(subject: str = "usr_test", role: str = "customer", **claims: Any) -> str:
    """An access token; keyword arguments replace or add claims."""
    now = int(clock.now())
    email = {"email": f"{subject.lower()}@example.test"} if role != "guest" else {}
    usual = {
        "iss": "users",
        "aud": "shop",
        "sub": subject,
        "role": role,
        "sid": "ses_test",
        "iat": now,
        "exp": now + 600,
    }
    return signer("users").sign(usual | email | claims)


def service_token(issuer: str, audience: str) -> str:
    return sign_service_token(signer(issuer), issuer, audience)


def token_for(role: str, audience: str, subject: str | None = None) -> str:
    """`role` is a user's role or `service:<name>`."""
    if role.startswith("service:"):
        return service_token(role.removeprefix("service:"), audience)
    return user_token(subject or f"usr_{role}", role)


def real_time() -> float:
    return time.time()
