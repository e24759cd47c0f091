"""An OpenID Connect provider of the test process: keys of its own, and id tokens as good or as bad as a test wants."""

import json
import secrets
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from chalicelib.external import providers
from common import clock

ISSUER = "https://login.example.test/pool"
AUDIENCE = "shop-client"
SETTINGS = {
    "name": "example",
    "issuer": ISSUER,
    "jwks_url": "https://login.example.test/pool/jwks.json",
    "audience": AUDIENCE,
    "algorithms": ["RS256", "ES256", "PS256"],
    "required": {"token_use": "id"},
}


@cache
def key_for(algorithm: str, name: str = "provider") -> Any:
    """A private key; `name` tells the provider's from somebody else's."""
    if algorithm.startswith("ES"):
        return ec.generate_private_key(ec.SECP384R1() if algorithm == "ES384" else ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(algorithm: str, **changes: Any) -> dict[str, Any]:
    """The public half as it is published."""
    kind = ECAlgorithm if algorithm.startswith("ES") else RSAAlgorithm
    public = kind.to_jwk(key_for(algorithm).public_key(), as_dict=True)
    public.pop("key_ops", None)
    return {**public, "kid": f"key/{algorithm}=", "use": "sig", "alg": algorithm} | changes


class Provider:
    """`provider.id_token(sub="ann")`; claims given as None are left out. `down` stops it answering."""

    def __init__(self) -> None:
        self.keys: Any = {"keys": [jwk(algorithm) for algorithm in SETTINGS["algorithms"]]}
        self.down = False
        self.asked = 0

    def jwks(self) -> Any:
        self.asked += 1
        if self.down:
            raise OSError("no route to host")
        return self.keys

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(clock.now())
        usual = {
            "iss": ISSUER,
            "sub": "subject-of-ann",
            "aud": AUDIENCE,
            "token_use": "id",
            "iat": now,
            "exp": now + 3600,
            "jti": secrets.token_hex(8),
            "email": "ann@example.test",
            "email_verified": True,
            "name": "Ann Example",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def id_token(
        self, algorithm: str = "RS256", *, key: Any = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """Signed as it is, whatever the claims are; `header` replaces or adds members, None leaves one out."""
        said = json.dumps(self.claims(**changes)).encode()
        members = {"kid": f"key/{algorithm}=", **(header or {})}
        headers = {name: value for name, value in members.items() if value is not None or name == "typ"}
        return jwt.PyJWS().encode(said, key or key_for(algorithm), algorithm, headers=headers)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`configured(provider, algorithms=["ES256"])` trusts a provider of this process, set up so."""

    def trust(provider: Provider, **changes: Any) -> None:
        monkeypatch.setattr(providers, "fetch_json", lambda _url: provider.jwks())
        monkeypatch.setattr(providers, "by_issuer", providers.read(json.dumps([SETTINGS | changes])))

    return trust


@pytest.fixture
def provider(configured: Any) -> Provider:
    """A trusted one."""
    found = Provider()
    configured(found)
    return found


@pytest.fixture
def exchange(api: Any, post: Any) -> Any:
    """`exchange(id_token)` logs in with it."""

    def send(id_token: str, nonce: str | None = None, **headers: str) -> Any:
        body = {"id_token": id_token} | ({"nonce": nonce} if nonce else {})
        return api.post("/sessions/external", body, **headers)

    return send
