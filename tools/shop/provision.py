"""Makes in the emulator what the services need: stacks, bus, sender address, secrets. A task of the supervisor.

Everything here may run again at any moment: what exists is left as it is. The result is written to
`$SHOP_HOME/environment.json`, and the payment provider's webhook secret to `demo-logins.json`.
"""

import functools
import json
import os
import time
from typing import Any

import boto3
from botocore.config import Config

from tools.shop import environment, resources
from tools.shop.home import SERVICES, Home, Ports, read_json, write
from tools.shop.processes import answers
from tools.shop.service_secrets import ensure_secrets

WAIT_SECONDS = 60.0


def main() -> None:
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    wait_for_the_emulator(ports.of("aws"))
    found, webhook_secret = provision(client, ports)
    write(home.environment, json.dumps({**found, "payments": {"WEBHOOK_SECRET": webhook_secret}}), mode=0o600)
    tell_webhook_secret(home, webhook_secret)


@functools.cache
def client(service: str) -> Any:
    """One client a service of AWS; the emulator is next door and needs no patience."""
    make: Any = boto3.client  # its types know literal names only
    return make(service, config=Config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=30))


def wait_for_the_emulator(port: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not answers(port, "/_ministack/ready"):
        if time.monotonic() > deadline:
            raise SystemExit("the embedded AWS does not answer; see aws.log")
        time.sleep(0.02)


def provision(aws: resources.Clients, ports: Ports) -> tuple[dict[str, dict[str, str]], str]:
    """Each service's late environment, and the webhook secret."""
    resources.apply_shared(aws, environment.MAIL_FROM, environment.EVENT_BUS)
    parameters = {"CorsOrigins": ",".join(environment.origins(ports)), "EventBus": environment.EVENT_BUS}
    found = {service: resources.apply(service, aws, parameters) for service in SERVICES}
    secrets = {service: ensure_secrets(aws, service) for service in SERVICES}
    return found, secrets["orders"]["payment-webhook-secret"]


def tell_webhook_secret(home: Home, secret: str) -> None:
    """Into the file of the demo logins, beside what is there."""
    logins = read_json(home.logins)
    if logins.get("payment_webhook_secret") != secret:
        write(home.logins, json.dumps({**logins, "payment_webhook_secret": secret}, indent=2), mode=0o600)


if __name__ == "__main__":
    main()
