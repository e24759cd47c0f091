"""Service tokens for people who try things out, signed with the running emulator's keys."""

import os

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from common import clock, keyring
from tools.shop import environment
from tools.shop.home import Home, Ports


def service_token(issuer: str, audience: str) -> str:
    """As the issuer itself would sign it, by the shop's clock."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    os.environ.update(environment.aws(ports))
    clock.follow(str(home.clock))
    return keyring.service_token(keyring.Signer(lambda: signing_keys(issuer)), issuer, audience)


def signing_keys(service: str) -> str:
    try:
        answer = boto3.client("ssm").get_parameter(Name=f"/shop/{service}/signing-keys", WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise click.ClickException("The shop does not run here: python3 run.py") from error
    return str(answer["Parameter"]["Value"])
