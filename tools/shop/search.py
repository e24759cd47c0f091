"""The search index of a running shop: make it anew, or prove that it says what is stored."""

import os
import subprocess
import sys

import click

from tools.shop import environment
from tools.shop.home import ROOT, Home, Ports, read_json

_PROGRAM = """
import sys
sys.path[:0] = [".", "vendor"]
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
    _run("rebuild")


@search.command()
def check() -> None:
    """Compare it with every product; tells the ids of those that differ, and fails if there are any."""
    _run("check")


def _run(word: str) -> None:
    """By the service's own code, in an interpreter of its own."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    late = read_json(home.environment).get("catalog")
    if late is None:
        raise click.ClickException("The shop has not been started yet: python3 run.py")
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, word],
        cwd=ROOT / "catalog-service",
        env={**environment.service("catalog", home, ports, ""), **late},
        check=False,
    )
    sys.exit(done.returncode)
