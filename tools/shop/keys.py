"""`keys rotate users`, `keys list users`: the keys that a service signs with, in the shop that runs here.

How a rotation goes without a failed request is told in rotation.py.
"""

import math
import os
import time
from collections.abc import Sequence

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from common import clock
from common.client import fetch_json
from common.keyring import Key, reload_seconds, signing_key
from tools.shop import environment
from tools.shop.home import SERVICES, Home, Ports, read_json
from tools.shop.rotation import SLACK_SECONDS, KeyStore, Refused, delay_s, new_key, rotated

POLL_SECONDS = 0.2
service_argument = click.argument("service", type=click.Choice(SERVICES))


@click.group()
def keys() -> None:
    """The keys that services sign tokens with. They are in SSM; their private halves are never shown."""


@keys.command("list")
@service_argument
def list_keys(service: str) -> None:
    """Show a service's keys and their times, by the shop's clock."""
    join_the_shop()
    show(stored(service).read()[0])


@keys.command()
@service_argument
@click.option("--revoke", is_flag=True, help="A key has leaked: replace all keys at once. Access tokens die.")
def rotate(service: str, revoke: bool) -> None:
    """Give a service a new key; the old one is published until its last token has expired."""
    stage = join_the_shop()
    delay = 0.0 if revoke else delay_s(stage)
    store, new = stored(service), new_key(0.0 if revoke else clock.now() + delay)
    change(store, new, revoke)
    show(store.read()[0])
    if revoke:
        click.echo("Tokens of earlier keys are refused within five minutes. Sessions go on.")
    follow(service, store, new, delay + reload_seconds(stage) + SLACK_SECONDS)


def join_the_shop() -> str:
    """Speak to its AWS and follow its clock; the stage that its services run in."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    os.environ.update(environment.aws(ports))
    local = "catalog" in read_json(home.state).get("processes", {})
    clock.follow(str(home.clock) if local else None)
    return environment.STAGE if local else "cloud"


def stored(service: str) -> KeyStore:
    """Its keys; there must be some."""
    store = KeyStore(boto3.client("ssm"), service)
    try:
        store.read()
    except (BotoCoreError, ClientError) as error:
        raise click.ClickException("The shop does not run here: python3 run.py") from error
    return store


def change(store: KeyStore, new: Key, revoke: bool) -> None:
    try:
        if revoke:
            store.put([new])
        else:
            store.change(lambda held: rotated(held, new, clock.now()))
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused


def show(held: Sequence[Key]) -> None:
    now = clock.now()
    click.echo(f"At {clock.rfc3339(now)}:")
    for key in held:
        click.echo(f"  {key.kid}  {described(key, held, now)}")


def described(key: Key, held: Sequence[Key], now: float) -> str:
    """What a key does now and when that changes."""
    if key.until <= now:
        return f"ended at {clock.rfc3339(key.until)}"
    ends = f", ends at {clock.rfc3339(key.until)}" if key.until < math.inf else ""
    if key is signing_key(held, now):
        return f"signs{ends}"
    waits = f", signs from {clock.rfc3339(key.signs_from)}" if key.signs_from > now else ""
    return f"is published{waits}{ends}"


def follow(service: str, store: KeyStore, new: Key, seconds: float) -> None:
    """Wait until the service shows the new key as the one that signs."""
    url = f"{Ports.read(os.environ).url(service)}/.well-known/jwks.json"
    deadline = time.monotonic() + seconds
    while (shown := signs_now(url)) != new.kid and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if new.kid not in {key.kid for key in store.read()[0]}:
        raise click.ClickException("Somebody else has replaced the keys meanwhile: see `keys list`.")
    if shown not in (None, new.kid):
        raise click.ClickException(f"{service}-service does not sign with the new key yet: see its log.")
    silent = f"{service}-service does not answer; it signs with {new.kid} when it is up."
    click.echo(f"{new.kid} signs now." if shown else silent)


def signs_now(url: str) -> str | None:
    """The id of the key that is published first, which is the one that signs; None without an answer."""
    try:
        return str(fetch_json(url)["keys"][0]["kid"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
