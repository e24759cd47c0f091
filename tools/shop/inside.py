"""Programs that use a service's own code, in an interpreter of their own, at the shop that runs here."""

import os
import subprocess
import sys

import click

from tools.shop import environment
from tools.shop.home import ROOT, Home, Ports, read_json

_BEGIN = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.path[:0] = [".", "vendor"]
"""


class NotRunning(click.ClickException):
    """There is no shop to work at."""

    def __init__(self) -> None:
        super().__init__("The shop does not run here: python3 run.py")


def require_shop() -> Home:
    """The folder of the shop that runs, or NotRunning."""
    home = Home.read(os.environ)
    if not home.is_running():
        raise NotRunning
    return home


def run(
    service: str, program: str, *words: str, given: str | None = None, heard: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a program in a service's folder and environment; with `heard` what it says is not shown but returned.

    `words` are its arguments, `given` is its standard input: other users of the machine see the former only.
    """
    late = read_json(require_shop().environment).get(service)
    if late is None:
        raise NotRunning
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    return subprocess.run(
        [sys.executable, "-c", _BEGIN + program, *words],
        cwd=ROOT / f"{service}-service",
        env={**environment.service(service, home, ports, ""), **late},
        input=given,
        capture_output=heard,
        text=True,
        check=False,
    )


def last_words(ran: subprocess.CompletedProcess[str]) -> str:
    """Why a program that was heard has failed."""
    return (ran.stderr.strip() or "It gave no reason.").splitlines()[-1]
