"""Cognito of an embedded AWS that is not the shop's: somebody else's provider, which can go away and come back."""

import base64
import hashlib
import json
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3

from tests.support.running_shop import free_ports
from tests.system.eventually import eventually
from tests.system.web import POOL
from tools.shop import environment
from tools.shop.home import ROOT
from tools.shop.processes import answers

CALLBACK = "http://localhost:8080/back"
PASSWORD = "Orchard-lamp-4-velvet"


class Process:
    """The emulator in a process of its own, its state kept while it is away."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ports = folder, free_ports()
        self.port = self.ports.of("aws")
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        own = {"GATEWAY_PORT": str(self.port), "STATE_DIR": str(self.folder / "state"), "SAVE_EVERY": "0.2"}
        env = {**environment.base(), **environment.aws(self.ports), **own}
        with (self.folder / "aws.log").open("ab") as log:
            command = [sys.executable, "-m", "tools.shop.aws"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        assert eventually(lambda: answers(self.port, "/_ministack/ready"), within_s=30), "the provider does not start"

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    @contextmanager
    def away(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()


@dataclass(frozen=True)
class Pool:
    """A user pool with one client, the shop."""

    process: Process
    pool_id: str
    client_id: str

    @classmethod
    def create(cls, process: Process) -> "Pool":
        cognito = _client(process)
        pool_id = cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
        client = cognito.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName="shop",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            AllowedOAuthFlows=["code"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=["openid", "email", "profile"],
            CallbackURLs=[CALLBACK],
            SupportedIdentityProviders=["COGNITO"],
        )
        return cls(process, pool_id, client["UserPoolClient"]["ClientId"])

    @property
    def settings(self) -> dict[str, Any]:
        """Its entry in OIDC_PROVIDERS."""
        return {
            "name": "cognito",
            "issuer": f"https://cognito-idp.eu-central-1.amazonaws.com/{self.pool_id}",
            "jwks_url": f"{self.process.url}/{self.pool_id}/.well-known/jwks.json",
            "audience": self.client_id,
            "algorithms": ["RS256"],
            "required": {"token_use": "id"},
        }

    def person(self, email: str, *, verified: bool = True) -> "CognitoUser":
        cognito = _client(self.process)
        attributes = {"email": email, "email_verified": str(verified).lower(), "name": "Ann Example"}
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        user = {"UserPoolId": self.pool_id, "Username": email}
        cognito.admin_create_user(**user, UserAttributes=listed, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
        return CognitoUser(self, email)


@dataclass(frozen=True)
class CognitoUser:
    pool: Pool
    email: str

    def tokens(self) -> dict[str, str]:
        """By the provider's API, as a mobile app does; each call makes new ones."""
        found = _client(self.pool.process).initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.pool.client_id,
            AuthParameters={"USERNAME": self.email, "PASSWORD": PASSWORD},
        )
        tokens: dict[str, str] = found["AuthenticationResult"]
        return tokens

    def id_token(self) -> str:
        return self.tokens()["IdToken"]

    def claims(self, **changes: str) -> None:
        """Change attributes at the provider."""
        listed = [{"Name": name, "Value": value} for name, value in changes.items()]
        _client(self.pool.process).admin_update_user_attributes(
            UserPoolId=self.pool.pool_id, Username=self.email, UserAttributes=listed
        )

    def walks_through_the_browser(self) -> tuple[str, str]:
        """Authorization code with PKCE, as a front end does it: the id token and the nonce that was sent along."""
        verifier, nonce, state = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.pool.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        page = POOL.request("GET", f"{self.pool.process.url}/oauth2/authorize?{urlencode(asked)}")
        hidden = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.data.decode()))
        form = {**hidden, "username": self.email, "password": PASSWORD}
        back = self._post("/login", form)
        given = {name: found[0] for name, found in parse_qs(urlsplit(back.headers["Location"]).query).items()}
        assert given["state"] == state
        exchange = {
            "grant_type": "authorization_code",
            "client_id": self.pool.client_id,
            "code": given["code"],
            "redirect_uri": CALLBACK,
        }
        assert self._post("/oauth2/token", {**exchange, "code_verifier": "x" * 43}).status == 400
        got = self._post("/oauth2/token", {**exchange, "code_verifier": verifier})
        return json.loads(got.data)["id_token"], nonce

    def _post(self, path: str, form: dict[str, str]) -> Any:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = self.pool.process.url + path
        return POOL.request("POST", url, body=urlencode(form), headers=headers, redirect=False)


def _client(process: Process) -> Any:
    session: Any = boto3.Session("test", "test", region_name=environment.REGION)
    return session.client("cognito-idp", endpoint_url=process.url)
