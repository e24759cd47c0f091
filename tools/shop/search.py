"""The search index of a running shop: make it anew, or prove that it says what is stored."""

import sys

import click

from tools.shop import inside

_PROGRAM = """
from chalicelib.search import domain
if sys.argv[1] == "rebuild":
    print(f"{domain.rebuild()} products are in the index.")
else:
    different = domain.differences()
    print(*different, sep="\\n", end="\\n" if different else "")
    print(f"{len(different)} products differ." if different else "The index says what is stored.")
    sys.exit(bool(different))
"""


@click.group()
def search() -> None:
    """The index that products are searched in; the shop goes on meanwhile."""


@search.command()
def rebuild() -> None:
    """Make it of all products, for one that is lost or damaged, or after its format changed."""
    sys.exit(inside.run("catalog", _PROGRAM, "rebuild").returncode)


@search.command()
def check() -> None:
    """Compare it with every product; tells the ids of those that differ, and fails if there are any."""
    sys.exit(inside.run("catalog", _PROGRAM, "check").returncode)
