"""What can be done with accounts, and what the other features need of them."""

from collections.abc import Mapping
from typing import Any

from chalicelib.accounts import models, passwords, writes
from chalicelib.accounts.models import LogIn as LogIn
from chalicelib.accounts.models import Person as Person
from chalicelib.accounts.models import Profile as Profile
from chalicelib.accounts.models import Waiting as Waiting
from chalicelib.errors import AccountDisabled, EmailUnverified, InvalidCredentials
from chalicelib.mail.recipients import Recipient
from common import clock, tables
from common.ids import new_id
from common.problems import NotFound, Unavailable, VersionMismatch
from common.tables import Ref, Refused, Transaction
from common.versions import Precondition

account_of = models.account_of
find_log_in = models.find_log_in
find_profile = models.find_profile
find_waiting = models.find_waiting
profile_in = models.profile_in
add_account = writes.add_account
add_changes = writes.add_changes
add_confirmed = writes.add_confirmed
add_erasure = writes.add_erasure
add_new_address = writes.add_new_address
add_password = writes.add_password
add_unchanged = writes.add_unchanged
add_usable = writes.add_usable
add_waiting = writes.add_waiting
add_wanted_address = writes.add_wanted_address
list_month = writes.list_month
_TRIES = 5


def log_in_refs(email: str) -> tuple[Ref, Ref]:
    """Where to read what `authenticate` takes."""
    return _refs(models.account_of(email))


def authenticate(log_in: LogIn | None, waiting: Waiting | None, password: str) -> LogIn:
    """The account with this password. Only the right password learns that an account can't be used.

    One hash is verified whatever is stored: the account's, or that of a registration that waits, or none of anybody's.
    """
    stored = log_in or (waiting if waiting and waiting.live else None)
    known = passwords.verify(password, stored.password_hash if stored else None)
    if not known or stored is None:
        raise InvalidCredentials
    if log_in is None or not log_in.email_verified:
        raise EmailUnverified
    if log_in.disabled:
        raise AccountDisabled
    return log_in


def find_user(user_id: str) -> Profile:
    profile = models.find_profile(user_id)
    if profile is None:
        raise NotFound
    return profile


def change_profile(user_id: str, changes: Mapping[str, Any], precondition: Precondition) -> Profile:
    """Change name, locale or consent; raises VersionMismatch if the caller's version is no longer the current one."""
    for _ in range(_TRIES):
        profile = find_user(user_id)
        precondition.check(int(profile.version), required=False)
        if not changes or _changed(profile, changes):
            return profile
        if precondition.if_match not in (None, "*"):
            raise VersionMismatch
    raise Unavailable(retry_after=1)


def owner(account: str) -> Recipient | None:
    """Who has a confirmed account with this address."""
    log_in = models.find_log_in(account)
    return recipient(log_in) if log_in and log_in.email_verified else None


def waiting_for(account: str) -> Waiting | None:
    """The registration to confirm. One whose address has an account meanwhile is forgotten."""
    log_in, waiting = tables.get_all(*_refs(account))
    if log_in and not log_in.email_verified:
        waiting = writes.wait_again(log_in, waiting)
    elif log_in and waiting:
        writes.forget(waiting)
        return None
    return waiting if waiting and waiting.live else None


def recipient(person: Person) -> Recipient:
    return Recipient(person.email, person.name, person.locale)


def new_person(email: str, name: str, **others: Any) -> dict[str, Any]:
    """The attributes of an account that begins now."""
    return {
        "user_id": new_id("usr"),
        "email": email,
        "name": name,
        "email_verified": False,
        "created_at": int(clock.now()),
        **others,
    }


def _refs(account: str) -> tuple[Ref, Ref]:
    return (LogIn, *LogIn.key(account)), (Waiting, *Waiting.key(account))


def _changed(profile: Profile, changes: Mapping[str, Any]) -> bool:
    """Write the changes and show them in `profile`; False if the account changed since it was read.

    The condition on the version makes a repeat after a success fail, which the caller sees as somebody else's change,
    unless it is the SDK's, which carries the transaction's token.
    """
    version = int(profile.version)
    changes = {**changes, "version": version + 1}
    transaction = Transaction()
    writes.add_changes(transaction, profile, changes, Profile.version == version)
    try:
        transaction.commit()
    except Refused:
        return False
    writes.show(profile, changes)
    return True
