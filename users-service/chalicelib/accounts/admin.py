"""Makes accounts of staff and administrators, which nobody can register: for the operator's command line.

python -m chalicelib.accounts.admin EMAIL --role admin [--password-stdin]
"""

import argparse
import secrets
import sys
from typing import get_args

import msgspec

from chalicelib import events
from chalicelib.accounts import domain, passwords, writes
from chalicelib.accounts.domain import LogIn
from chalicelib.accounts.schemas import EmailAddress, Role
from chalicelib.outbox import Outgoing
from chalicelib.sessions import domain as sessions
from common.tables import Refused, Transaction

_TRIES = 5


def create(email: str, password: str, role: str) -> str:
    """Make a confirmed account with this role, or give an existing one the role and the password; the account's id.

    Repeatable: what is as wanted stays as it is. The sessions of a changed account end, as they carry its role.
    """
    msgspec.convert(email, EmailAddress)
    msgspec.convert(role, Role)
    passwords.check(password)
    for _ in range(_TRIES):
        log_in = domain.find_log_in(domain.account_of(email))
        try:
            return (
                _appoint(log_in, password, role) if log_in and log_in.email_verified else _make(email, password, role)
            )
        except Refused:
            continue
    raise RuntimeError("the account keeps changing; try again")


def _make(email: str, password: str, role: str) -> str:
    """One transaction; of two that race for the address one is refused, and finds the account of the other."""
    domain.waiting_for(domain.account_of(email))  # an account of an earlier version makes way
    person = domain.new_person(email, email.partition("@")[0], role=role, email_verified=True)
    user_id: str = person["user_id"]
    domain.list_month(person["created_at"])
    transaction = Transaction()
    domain.add_account(transaction, person, passwords.hashed(password))
    transaction.put(Outgoing.of(events.user_registered(user_id)))
    transaction.commit()
    return user_id


def _appoint(log_in: LogIn, password: str, role: str) -> str:
    """One transaction on the account as it was read; a repeat finds it done, the stream settles what a crash leaves."""
    if log_in.role == role and passwords.verify(password, log_in.password_hash):
        return log_in.user_id
    transaction = Transaction()
    writes.add_appointment(transaction, log_in, role, passwords.hashed(password))
    transaction.put(Outgoing.of(settle=log_in.user_id))
    transaction.commit()
    sessions.settle(log_in.user_id)
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
