"""`python3 run.py pictures check [--mend]`: does the bucket hold the pictures of the products, and nothing else?

catalog-service's own code looks, in an interpreter of its own, at the shop that runs.
"""

import json
from typing import Any

import click

from tools.shop import inside

PROGRAM = """
import dataclasses, json
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
    ran = inside.run("catalog", PROGRAM, *(["mend"] if mend else []), heard=True)
    if ran.returncode:
        raise click.ClickException(inside.last_words(ran))
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found
