"""Makes the secrets of each service in SSM, once: a secret that exists is never replaced here.

Keys are replaced by an operator, with `keys rotate`: see rotation.py.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def new_pem() -> str:
    """A new private key on P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def signing_keys() -> str:
    """One new key in the form that services read (common/keyring.py)."""
    return json.dumps([{"kid": secrets.token_urlsafe(8), "pem": new_pem()}])


def random_text() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


COMMON = {"signing-keys": signing_keys, "cursor-key": random_text}
NEEDED: dict[str, dict[str, Callable[[], str]]] = {
    "users": {**COMMON, "email-key": random_text},
    "catalog": COMMON,
    "orders": {
        **COMMON,
        "payment-key": lambda: f"sk_test_{secrets.token_hex(24)}",
        "payment-webhook-secret": lambda: f"whsec_{secrets.token_hex(24)}",
        "webhook-key": random_text,
    },
}


def prefix(service: str) -> str:
    """The SSM path of a service's secrets."""
    return f"/shop/{service}/"


def ensure_secrets(aws: Callable[[str], Any], service: str) -> dict[str, str]:
    """The secrets of a service, made where absent: two runs at once agree on the one that was first."""
    ssm = aws("ssm")
    return {name: ensure(ssm, prefix(service) + name, make) for name, make in NEEDED[service].items()}


def ensure(ssm: Any, name: str, make: Callable[[], str]) -> str:
    """Read a secret; put a new one only if there is none, and then read what is there."""
    found = read(ssm, name)
    if found is not None:
        return found
    try:
        ssm.put_parameter(Name=name, Type="SecureString", Value=make(), Overwrite=False)
    except ssm.exceptions.ParameterAlreadyExists:
        pass  # another run was first; its value counts
    return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])


def read(ssm: Any, name: str) -> str | None:
    """A secret, or None."""
    try:
        return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None
