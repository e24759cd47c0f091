"""Commands for a shop that runs: demo data, tokens, the clock, operators' accounts."""

import os
import secrets
import sys
from pathlib import Path

import click

from tools.shop import clock as shop_clock
from tools.shop import inside
from tools.shop.home import SERVICES, Home, Ports


@click.command()
def seed() -> None:
    """Fill the running shop with the demo data; what is there already stays."""
    from tools.shop.demo.api import SeedingFailed
    from tools.shop.demo.seed import seed as fill

    home = inside.require_shop()
    try:
        fill(Ports.read(os.environ).url("edge"), home.path, show_progress)
    except SeedingFailed as failed:
        raise click.ClickException(str(failed)) from failed
    say_over("Demo data is in place.\n")


def show_progress(what: str, done: int, total: int) -> None:
    """One line that moves in a terminal; a line a step elsewhere."""
    if sys.stdout.isatty():
        say_over(f"Making {what}: {done} of {total}")
    elif done == total:
        click.echo(f"Made {what}: {done} of {total}")


def say_over(text: str) -> None:
    click.echo(f"\r\x1b[2K{text}" if sys.stdout.isatty() else text, nl=False)


@click.command()
@click.argument("issuer", type=click.Choice(SERVICES))
@click.argument("audience", type=click.Choice(SERVICES))
def token(issuer: str, audience: str) -> None:
    """Print a token of one service for another, good for five minutes of the shop's clock."""
    from tools.shop.tokens import service_token

    click.echo(service_token(issuer, audience))


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("move", default="show")
def clock(move: str) -> None:
    """Move the clock of all local services by +16m, -1h or +1d12h; `reset` undoes it, `show` tells the time."""
    home = Home.read(os.environ)
    try:
        if move == "reset":
            shop_clock.put(home, 0)
        elif move != "show":
            shop_clock.move(home, move)
    except shop_clock.BadSpan as error:
        raise click.BadParameter(str(error)) from error
    click.echo(shop_clock.describe(home))


@click.group()
def admin() -> None:
    """Accounts of operators."""


@admin.command()
@click.argument("email")
@click.option("--role", type=click.Choice(["admin", "staff"]), default="admin", show_default=True)
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Else a password is made and printed.",
)
def create(email: str, role: str, password_file: Path | None) -> None:
    """Make a confirmed account for an operator."""
    from tools.shop import admin as accounts
    from tools.shop.staff import password_in

    password = password_in(password_file) if password_file else secrets.token_urlsafe(15)
    accounts.create(email, password, role)
    click.echo(f"{role} {email}" if password_file else f"{role} {email}, password {password}")
