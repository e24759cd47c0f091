"""`python3 run.py pictures check [--mend]`: does the bucket hold the pictures of the products, and nothing else?

catalog-service's own code looks, in an interpreter of its own, at the shop that runs.
"""

import json
import os
import subprocess
import sys
from typing import Any

import click

from tools.shop import environment
from tools.shop.home import ROOT, Home, Ports, read_json

PROGRAM = """
import dataclasses, json, sys
sys.path[:0] = [".", "vendor"]
from chalicelib.images import repair
found = repair.check()
if "mend" in sys.argv:
    repair.mend(found)
print(json.dumps({**dataclasses.asdict(found), "fine": found.fine}))
"""
WORDS = {
    "orphans": "objects that no product names",
    "left_uploads": "uploads that nobody completed in a day",
    "missing": "pictures whose original is gone",
    "unmade": "pictures without all of their renditions",
}


@click.group()
def pictures() -> None:
    """Compare the pictures of the products with the bucket."""


@pictures.command()
@click.option("--mend", is_flag=True, help="Remove what no product names, and make renditions that are missing.")
def check(mend: bool) -> None:
    """Status 1 if something is wrong, and was not to be mended."""
    found = looked_into(mend)
    click.echo(f"{found['pictures']} pictures, {found['objects']} objects.")
    for kind, words in WORDS.items():
        if found[kind]:
            click.echo(f"{len(found[kind])} {words}:")
            for one in found[kind][:20]:
                click.echo(f"  {one if isinstance(one, str) else ' '.join(one)}")
    if found["fine"]:
        click.echo("The bucket holds the products' pictures and nothing else.")
    elif mend:
        click.echo("Orphans are removed and renditions asked for; check again in a moment.")
    else:
        raise SystemExit(1)


def looked_into(mend: bool) -> dict[str, Any]:
    """What the service's own code finds."""
    command = [sys.executable, "-c", PROGRAM, *(["mend"] if mend else [])]
    ran = subprocess.run(
        command,
        cwd=ROOT / "catalog-service",
        env=service_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        reason = (ran.stderr.strip() or "catalog-service gave no reason").splitlines()[-1]
        raise click.ClickException(reason)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def service_environment() -> dict[str, str]:
    """That of the catalog-service which runs now."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    late = read_json(home.environment).get("catalog")
    if late is None:
        raise click.ClickException("The shop has not been started yet: python3 run.py")
    return {**environment.service("catalog", home, ports, ""), **late}
