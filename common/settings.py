"""What every service is told by its environment. Only a service's config.py reads the environment and calls this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from common.keyring import reload_seconds


@dataclass(frozen=True)
class Settings:
    """`jwks_urls` maps each trusted issuer to where its public keys are; `edge_secret` marks requests of the edge;
    `keys_reload_s` is how long signing keys are held before they are asked for again.
    """

    service: str
    version: str
    stage: str
    cors_origins: frozenset[str]
    jwks_urls: Mapping[str, str]
    edge_secret: str
    clock_file: str | None
    secrets_prefix: str
    event_bus: str
    keys_reload_s: float

    @classmethod
    def read(cls, service: str, env: Mapping[str, str]) -> Self:
        """Lists are comma-separated; `JWKS_URLS` is `issuer=url,issuer=url`. The clock moves in stage local only.

        What is allowed in stage local is never allowed in Lambda because somebody has forgotten to name the stage.
        """
        stage = env.get("STAGE") or ("unnamed" if "AWS_LAMBDA_FUNCTION_NAME" in env else "local")
        return cls(
            service=service,
            version=env.get("VERSION", "dev"),
            stage=stage,
            cors_origins=frozenset(_listed(env.get("CORS_ORIGINS", ""))),
            jwks_urls=dict(pair.split("=", 1) for pair in _listed(env.get("JWKS_URLS", ""))),
            edge_secret=env.get("EDGE_SECRET", ""),
            clock_file=env.get("CLOCK_FILE") if stage == "local" else None,
            secrets_prefix=env.get("SECRETS_PREFIX", f"/shop/{service}/"),
            event_bus=env.get("EVENT_BUS", "shop"),
            keys_reload_s=reload_seconds(stage),
        )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
