"""Repairs of a running shop, by the services' own code in an interpreter of their own."""

import os
from datetime import UTC, datetime, timedelta

import click

from tools.shop import clock, inside
from tools.shop.home import Home

_CATALOG = """
from chalicelib.products.repair import Repair
found = 0
for line in Repair(dry_run=sys.argv[1] == "dry").run(sys.argv[2:]):
    found += 1
    print(line, flush=True)
print(f"{found} differences" if found else "Everything is as the products say.")
"""

_SALES = """
from datetime import date
from chalicelib.reports.repair import mend_sales
found = 0
for line in mend_sales(*map(date.fromisoformat, sys.argv[2:]), dry_run=sys.argv[1] == "dry"):
    found += 1
    print(line, flush=True)
print(f"{found} differences" if found else "Everything is as the orders say.")
"""
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def repair() -> None:
    """Compare what is derived with what it is derived from, and mend it; the shop goes on meanwhile."""


@repair.command()
@click.option("--dry-run", is_flag=True, help="Only tell what differs.")
@click.option("--product", "products", multiple=True, help="Only this one, by its id; may be repeated.")
def catalog(dry_run: bool, products: tuple[str, ...]) -> None:
    """Cards, slugs, SKUs and the counts of categories, from the products."""
    _run("catalog", _CATALOG, "dry" if dry_run else "mend", *products)


@repair.command()
@click.option("--dry-run", is_flag=True, help="Only tell what differs.")
@click.option("--from", "first", type=_DAY, help="The first day, in UTC; 30 days before the last unless given.")
@click.option("--to", "last", type=_DAY, help="The last day, in UTC; today unless given.")
def sales(dry_run: bool, first: datetime | None, last: datetime | None) -> None:
    """The report of sales, from the orders that were placed on the days."""
    to = (last or _today()).date()
    begin = first.date() if first else to - timedelta(days=30)
    _run("orders", _SALES, "dry" if dry_run else "mend", begin.isoformat(), to.isoformat())


def _today() -> datetime:
    """By the shop's clock, which may have been moved."""
    return datetime.now(UTC) + timedelta(seconds=clock.offset(Home.read(os.environ)))


def _run(service: str, program: str, *words: str) -> None:
    if inside.run(service, program, *words).returncode:
        raise click.ClickException("The repair stopped. What it had mended stays; run it again.")
