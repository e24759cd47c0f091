"""Makes operators' accounts with users-service's own function, in an interpreter of its own."""

import json
import os
import subprocess
import sys

from tools.shop import environment
from tools.shop.home import ROOT, Home, Ports, read_json

FOLDER = ROOT / "users-service"
PROGRAM = """
import json, sys
sys.path[:0] = [".", "vendor"]
from chalicelib.accounts import admin
admin.create(**json.load(sys.stdin))
"""


class NotMade(Exception):
    """The account was not made; the text says why."""


def create(email: str, password: str, role: str = "admin") -> None:
    """Make a confirmed account with a role, or give an existing account that role and password."""
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=FOLDER,
        env=service_environment(),
        input=json.dumps(
            {"email": email, "password": password, "role": role}
        ),  # never on a command line: ps shows those
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NotMade(made.stderr.strip().splitlines()[-1] if made.stderr.strip() else "users-service gave no reason")


def service_environment() -> dict[str, str]:
    """That of the users-service which runs now."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    late = read_json(home.environment).get("users")
    if late is None:
        raise NotMade("The shop has not been started yet: python3 run.py")
    return {**environment.service("users", home, ports, ""), **late}
