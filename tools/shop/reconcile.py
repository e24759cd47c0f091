"""Commands on the books of a running shop, by orders-service's own code in an interpreter of its own."""

import click

from tools.shop import inside

_PROGRAM = """
from functools import partial
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
    if inside.run("orders", _PROGRAM, word, str(number)).returncode:
        raise click.ClickException("It stopped. What it had mended stays; run it again.")
