"""Commands on the books of a running shop, by orders-service's own code in an interpreter of its own."""

import os
import subprocess
import sys

import click

from tools.shop import environment
from tools.shop.home import ROOT, Home, Ports, read_json

_PROGRAM = """
import sys
from functools import partial
sys.path[:0] = [".", "vendor"]
from chalicelib.reconciliation import command
say, word, number = partial(print, flush=True), sys.argv[1], float(sys.argv[2])
if word == "stuck":
    found = 0
    for found, line in enumerate(command.stuck(number), 1):
        say(line)
    say(f"{found} orders are stuck." if found else "No order is stuck.")
elif word == "reports":
    for line in command.reports(int(number)):
        say(line)
else:
    say(command.reconcile(number, say, mend=word == "mend"))
"""


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what differs.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="How far back; 26 hours unless given.")
@click.option("--reports", type=click.IntRange(min=1), help="Show so many of the last hourly runs instead.")
def reconcile(dry_run: bool, days: float | None, reports: int | None) -> None:
    """Compare the payment provider's ledger, the orders and catalog's reservations; mend what the rules allow."""
    if reports:
        _run("reports", reports)
    else:
        _run("dry" if dry_run else "mend", days * 24 if days else 26)


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0), default=30, show_default=True, help="For at least so long.")
def stuck(minutes: float) -> None:
    """List orders on which something is to be done that does not succeed, however often it is tried."""
    _run("stuck", minutes)


def _run(word: str, number: float) -> None:
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    late = read_json(home.environment).get("orders")
    if late is None:
        raise click.ClickException("The shop has not been started yet: python3 run.py")
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, word, str(number)],
        cwd=ROOT / "orders-service",
        env={**environment.service("orders", home, ports, ""), **late},
        check=False,
    )
    if done.returncode:
        raise click.ClickException("It stopped. What it had mended stays; run it again.")
