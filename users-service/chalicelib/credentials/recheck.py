"""The password once more, before something that a borrowed or stolen session is not to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.accounts import domain as accounts
from chalicelib.accounts import passwords
from chalicelib.accounts.domain import LogIn, Profile
from chalicelib.errors import PasswordWrong
from chalicelib.limits import domain as limits
from chalicelib.limits.domain import Attempts
from common import clock, ids, tables
from common.auth import Caller
from common.problems import invalid
from common.tables import Transaction

_RECENT_SECONDS = 600


@dataclass(frozen=True)
class Proof:
    """That the caller is the owner. `log_in` is where the password stands, None if the address is not confirmed."""

    log_in: LogIn | None
    attempts: Attempts
    found: Sequence[Any]

    def add(self, transaction: Transaction) -> None:
        """That no guesses have used up the budget meanwhile; this one is no failure."""
        self.attempts.passed(transaction, self.found)


def recheck(caller: Caller, profile: Profile, password: str | None, field: str = "password") -> Proof:
    """Raise PasswordWrong, TooManyRequests, or ValidationFailed for `field` unless the password is the account's.

    Guesses are counted for each session, so that a stolen one can't lock its owner out elsewhere. An account without a
    password proves itself by having logged in at its provider a moment ago.
    """
    attempts = limits.attempts(accounts.account_of(profile.email), f"session:{caller.session_id}", None)
    log_in, *found = tables.get_all(accounts.log_in_refs(profile.email)[0], *attempts.refs)
    mine = log_in if log_in and log_in.user_id == profile.user_id else None
    attempts.check(found)
    if mine is None or mine.password_hash is None:
        _check_recent(caller)
    elif password is None:
        raise invalid(field, "This field is required.", "missing")
    elif not passwords.verify(password, mine.password_hash):
        attempts.failed()
        raise PasswordWrong
    return Proof(mine, attempts, found)


def _check_recent(caller: Caller) -> None:
    if clock.now() - ids.made_at(caller.session_id or "") > _RECENT_SECONDS:
        raise PasswordWrong("Log in at your provider again, then repeat this within ten minutes.")
