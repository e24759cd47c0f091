"""The environment of each process: nothing of the developer's own AWS settings, and loopback addresses only."""

import os
from collections.abc import Mapping

from tools.shop.home import SERVICES, Home, Ports

REGION = "eu-central-1"
EVENT_BUS = "shop"
MAIL_FROM = "no-reply@shop.example"
SUPPORT_EMAIL = "help@shop.example"
STAGE = "local"
SHOP_NAME = "Larkfield"
# How much one source address or customer may do; services have defaults, and every process inherits what is set here.
LIMITS = (
    "REGISTRATIONS_PER_SOURCE",
    "RESETS_PER_SOURCE",
    "GUESTS_PER_SOURCE",
    "LOGIN_FAILURES_PER_SOURCE",
    "REVIEWS_PER_DAY",
)
SELLER = ("SELLER_NAME", "SELLER_ADDRESS", "SELLER_VAT_ID", "SELLER_EMAIL")  # what invoices say of the shop
INHERITED = (*LIMITS, *SELLER, "OIDC_PROVIDERS", "REVIEWS_MODERATED")


def base(env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a process inherits: the developer's environment without anything that steers AWS or Python."""
    kept = {k: v for k, v in env.items() if not k.startswith(("AWS_", "PYTHON", "BOTO", "_CHALICE", "CHALICE"))}
    return {**kept, "PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2", "NO_PROXY": "127.0.0.1,localhost"}


def aws(ports: Ports) -> dict[str, str]:
    """AWS means the emulator: dummy keys, no profile, no files, no instance metadata."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": ports.url("aws"),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def apart(env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Parts of AWS that services reach by a port of their own on this machine: SHOP_S3_PORT and the like.

    For tests that cut one of them off, which in the emulator are all one process.
    """
    ports = {name: env[f"SHOP_{name}_PORT"] for name in ("S3", "EVENTBRIDGE", "SES") if f"SHOP_{name}_PORT" in env}
    return {f"AWS_ENDPOINT_URL_{name}": f"http://127.0.0.1:{int(port)}" for name, port in ports.items()}


def origins(ports: Ports) -> list[str]:
    """Where the storefront is seen from: browsers tell localhost and 127.0.0.1 apart."""
    return [f"http://localhost:{ports.edge}", f"http://127.0.0.1:{ports.edge}"]


def emulator(home: Home, ports: Ports) -> dict[str, str]:
    own = {"GATEWAY_PORT": str(ports.of("aws")), "BIND_HOST": "127.0.0.1", "STATE_DIR": str(home.aws)}
    return {**base(), **aws(ports), **own}


def payments(home: Home, ports: Ports) -> dict[str, str]:
    return {
        **base(),
        "PORT": str(ports.of("payments")),
        "STATE_DIR": str(home.payments),
        "CLOCK_FILE": str(home.clock),
        "WEBHOOK_URL": f"{ports.url('edge')}/api/payments/events",
    }


def edge(home: Home, ports: Ports, secret: str) -> dict[str, str]:
    return {
        **base(),
        "PORT": str(ports.edge),
        "EDGE_SECRET": secret,
        "CORS_ORIGINS": ",".join(origins(ports)),
        "AWS_URL": ports.url("aws"),
        "LOGS": str(home.logs),
        **{f"{service.upper()}_URL": ports.url(service) for service in SERVICES},
    }


def service(name: str, home: Home, ports: Ports, edge_secret: str) -> dict[str, str]:
    """What is known of a service's environment before the emulator is up; provisioning adds the rest."""
    return {
        "SELLER_NAME": SHOP_NAME,
        **base(),
        **aws(ports),
        **apart(),
        "PORT": str(ports.of(name)),
        "PUMP_DIR": str(home.pump),
        "STAGE": STAGE,
        "CORS_ORIGINS": ",".join(origins(ports)),
        "JWKS_URLS": ",".join(f"{issuer}={ports.url(issuer)}/.well-known/jwks.json" for issuer in ("users", "orders")),
        "EDGE_SECRET": edge_secret,
        "CLOCK_FILE": str(home.clock),
        "SECRETS_PREFIX": f"/shop/{name}/",
        "EVENT_BUS": EVENT_BUS,
        "MAIL_FROM": MAIL_FROM,
        "SUPPORT_EMAIL": SUPPORT_EMAIL,
        "PUBLIC_URL": f"http://localhost:{ports.edge}",
        "CATALOG_URL": ports.url("catalog"),
        "PAYMENTS_URL": ports.url("payments"),
    }


def tool(home: Home, ports: Ports) -> dict[str, str]:
    """For programs that talk to the running shop: provisioning, the administrator's commands."""
    return {**base(), **aws(ports), "SHOP_HOME": str(home.path), "SHOP_PORT": str(ports.edge)}
