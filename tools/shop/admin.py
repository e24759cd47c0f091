"""Makes operators' accounts with users-service's own function, in an interpreter of its own."""

import json

import click

from tools.shop import inside

PROGRAM = """
import json, msgspec
from chalicelib.accounts import admin
from common.problems import Problem
try:
    admin.create(**json.load(sys.stdin))
except msgspec.ValidationError:
    sys.exit("This is no e-mail address that the shop takes.")
except Problem as problem:
    sys.exit("; ".join(one.message for one in problem.members.get("errors", ())) or str(problem))
"""


class NotMade(click.ClickException):
    """The account was not made; the text says why."""


def create(email: str, password: str, role: str = "admin") -> None:
    """Make a confirmed account with a role, or give an existing account that role and password."""
    account = {"email": email, "password": password, "role": role}
    made = inside.run("users", PROGRAM, given=json.dumps(account), heard=True)
    if made.returncode:
        raise NotMade(inside.last_words(made))
