"""Makes accounts of staff and administrators, which nobody can register: for the operator's command line.

python -m chalicelib.accounts.admin EMAIL --role admin [--password-stdin]
"""

import argparse
import secrets
import sys
from typing import get_args

import msgspec

from chalicelib import events
from chalicelib.accounts import models, passwords
from chalicelib.accounts.domain import new_person
from chalicelib.accounts.models import AddressTaken, LogIn
from chalicelib.accounts.schemas import EmailAddress, Role
from chalicelib.outbox import Outgoing
from chalicelib.sessions import domain as sessions
from common.ids import new_id

_TRIES = 5


def create(email: str, password: str, role: str) -> str:
    """Make a confirmed account with this role, or give an existing one the role and the password; the account's id.

    Repeatable: what is as wanted stays as it is. The sessions of a changed account end, as they carry its role.
    """
    msgspec.convert(email, EmailAddress)
    msgspec.convert(role, Role)
    passwords.check(password)
    for _ in range(_TRIES):
        log_in = models.find_log_in(models.account_of(email))
        done = _appoint(log_in, password, role) if log_in else _make(email, password, role)
        if done:
            return done
    raise RuntimeError("the account keeps changing; try again")


def _make(email: str, password: str, role: str) -> str | None:
    person = new_person(email, email.partition("@")[0]) | {"role": role, "email_verified": True}
    user_id: str = person["user_id"]
    try:
        models.create(person, passwords.hashed(password), new_id("try"), Outgoing.of(events.user_registered(user_id)))
    except AddressTaken:
        return None
    return user_id


def _appoint(log_in: LogIn, password: str, role: str) -> str | None:
    known = passwords.verify(password, log_in.password_hash)
    if known and log_in.role == role and log_in.email_verified:
        return log_in.user_id
    if not models.appoint(log_in, role, passwords.hashed(password), new_id("try")):
        return None
    sessions.end_all(log_in.user_id)
    return log_in.user_id


def main() -> None:
    parser = argparse.ArgumentParser(description="Make an account for staff, or promote one.")
    parser.add_argument("email")
    parser.add_argument("--role", default="admin", choices=[role for role in get_args(Role) if role != "guest"])
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    given = parser.parse_args()
    password = sys.stdin.readline().rstrip("\n") if given.password_stdin else secrets.token_urlsafe(15)
    user_id = create(given.email, password, given.role)
    print(f"{given.email} is {given.role} ({user_id}).")  # noqa: T201 - a command line
    if not given.password_stdin:
        print(f"Password, shown this once: {password}")  # noqa: T201


if __name__ == "__main__":
    main()
