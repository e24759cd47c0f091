"""Parts of transactions that make, change and delete accounts.

Each stands under a condition on what was read, and the transaction's token makes a repeat after a lost reply harmless.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.accounts import passwords
from chalicelib.accounts.models import (
    LogIn,
    Month,
    Profile,
    Waiting,
    account_of,
    find_waiting,
    unchanged,
)
from common import clock, tables
from common.ids import new_id
from common.tables import ConditionFailed, Transaction, set_all

WAITS_SECONDS = 7 * 24 * 3600
listed: set[str] = set()


def add_waiting(transaction: Transaction, person: Mapping[str, Any], password_hash: str, attempt: str) -> None:
    """A registration. Without a look at what stands there: the latest counts, and a taken address costs the same."""
    expires_at = int(clock.now()) + WAITS_SECONDS
    waiting = Waiting(*Waiting.key(account_of(person["email"])), **person, password_hash=password_hash, attempt=attempt)
    waiting.signed_up, waiting.expires_at = Waiting.place(person["user_id"]), expires_at
    transaction.put(waiting)


def add_account(transaction: Transaction, person: Mapping[str, Any], password_hash: str | None = None) -> Profile:
    """The account; two parts, refused in this order if the address is taken. One part while the address is unverified.

    Of two that race for an address one is refused.
    """
    if person["email_verified"]:
        key = LogIn.key(account_of(person["email"]))
        transaction.put(LogIn(*key, **person, password_hash=password_hash), LogIn.pk.does_not_exist())
    profile = Profile(*Profile.key(person["user_id"]), signed_up=month_of(person["created_at"]), **person)
    transaction.put(profile, Profile.pk.does_not_exist())
    return profile


def add_confirmed(transaction: Transaction, waiting: Waiting) -> None:
    """The account that a registration waits for; refused if it is no longer the latest or the address is taken."""
    transaction.delete(Waiting(waiting.pk, waiting.sk), Waiting.attempt == waiting.attempt)
    add_account(transaction, waiting.facts() | {"email_verified": True}, waiting.password_hash)


def forget(waiting: Waiting) -> None:
    """Delete a registration, if it is still the latest; again does no harm."""
    with contextlib.suppress(ConditionFailed):
        tables.delete(Waiting(waiting.pk, waiting.sk), Waiting.attempt == waiting.attempt)


def wait_again(log_in: LogIn, waiting: Waiting | None) -> Waiting | None:
    """Turn an account of an earlier version, which existed before it was confirmed, into a registration that waits.

    A later registration of the address, `waiting`, counts in its place. One transaction: whoever comes second is
    refused, and finds the registration at the next try.
    """
    transaction = Transaction()
    transaction.delete(LogIn(log_in.pk, log_in.sk), LogIn.email_verified == False)  # noqa: E712 - for PynamoDB
    transaction.delete(Profile(*Profile.key(log_in.user_id)))
    if waiting is None:
        add_waiting(transaction, log_in.facts(), str(log_in.password_hash), new_id("try"))
    transaction.commit()
    return waiting or find_waiting(account_of(log_in.email))


def list_month(created_at: float) -> None:
    """Note, before an account is made, that its month has sign-ups. Twice changes nothing; without one it does no harm.

    Outside the transaction, since all of a month would meet in this item, and once for each process and month.
    """
    month = month_of(created_at)
    if month not in listed:
        Month(*Month.key(month)).save()
        listed.add(month)


def add_changes(
    transaction: Transaction, profile: Profile, changes: Mapping[str, Any], condition: Condition | None = None
) -> None:
    """Set attributes (None removes) in both items of an account, if the profile meets the condition.

    By default it is that no password, role or access has changed since it was read.
    """
    transaction.update(
        Profile(profile.pk, profile.sk),
        set_all(Profile, changes),
        unchanged(Profile, profile.epoch) if condition is None else condition,
    )
    if profile.email_verified:
        log_in = LogIn(*LogIn.key(account_of(profile.email)))
        transaction.update(log_in, set_all(LogIn, changes), LogIn.user_id == profile.user_id)


def add_password(transaction: Transaction, log_in: LogIn, password_hash: str) -> None:
    """Set a password; it begins an epoch, so that sessions made with the former one end. Two parts."""
    epoch = int(log_in.epoch) + 1
    transaction.update(
        LogIn(log_in.pk, log_in.sk),
        [LogIn.password_hash.set(password_hash), LogIn.epoch.set(epoch)],
        (LogIn.user_id == log_in.user_id) & unchanged(LogIn, log_in.epoch),
    )
    profile = Profile(*Profile.key(log_in.user_id))
    transaction.update(profile, [Profile.epoch.set(epoch)], unchanged(Profile, log_in.epoch))


def add_appointment(transaction: Transaction, log_in: LogIn, role: str, password_hash: str) -> None:
    """Set role and password at once, as `add_password` does."""
    changes = {"role": role, "version": int(log_in.version) + 1, "epoch": int(log_in.epoch) + 1}
    transaction.update(
        LogIn(log_in.pk, log_in.sk),
        set_all(LogIn, {**changes, "password_hash": password_hash}),
        (LogIn.user_id == log_in.user_id) & unchanged(LogIn, log_in.epoch),
    )
    same = (Profile.version == int(log_in.version)) & unchanged(Profile, log_in.epoch)
    transaction.update(Profile(*Profile.key(log_in.user_id)), set_all(Profile, changes), same)


def add_wanted_address(transaction: Transaction, profile: Profile, new_email: str) -> None:
    """Note which address is to be confirmed; the latest counts."""
    same = unchanged(Profile, profile.epoch)
    transaction.update(Profile(profile.pk, profile.sk), [Profile.new_email.set(new_email)], same)


def add_new_address(transaction: Transaction, profile: Profile, log_in: LogIn | None) -> None:
    """Make the address that was wanted the account's; refused if the account was changed meanwhile or it is taken.

    `log_in` is where the account logs in now, if its address is confirmed.
    """
    changes = {"email": profile.new_email, "email_verified": True, "version": int(profile.version) + 1}
    same = (Profile.version == int(profile.version)) & (Profile.new_email == profile.new_email)
    transaction.update(
        Profile(profile.pk, profile.sk),
        set_all(Profile, {**changes, "new_email": None}),
        same & unchanged(Profile, profile.epoch),
    )
    new = LogIn.key(account_of(str(profile.new_email)))
    if log_in and new == (log_in.pk, log_in.sk):  # another spelling of the same
        transaction.update(LogIn(*new), set_all(LogIn, changes), LogIn.user_id == profile.user_id)
        return
    if log_in:
        same = (LogIn.user_id == profile.user_id) & unchanged(LogIn, profile.epoch)
        transaction.delete(LogIn(log_in.pk, log_in.sk), same)
    password_hash = log_in.password_hash if log_in else None
    person = profile.facts() | changes
    transaction.put(LogIn(*new, **person, password_hash=password_hash), LogIn.pk.does_not_exist())


def add_erasure(transaction: Transaction, profile: Profile) -> None:
    """Delete the account as it was read, and a registration that waits for its address."""
    account = account_of(profile.email)
    same = unchanged(Profile, profile.epoch) & (Profile.version == int(profile.version))
    transaction.delete(Profile(profile.pk, profile.sk), same)
    if profile.email_verified:
        transaction.delete(LogIn(*LogIn.key(account)), LogIn.user_id == profile.user_id)
        transaction.delete(Waiting(*Waiting.key(account)))


def add_unchanged(transaction: Transaction, log_in: LogIn, password: str) -> None:
    """That the account may still be used as it was read. A hash of weaker figures than today's is renewed on the way.

    Two that renew it at once leave one of two good hashes of the same password.
    """
    if passwords.is_outdated(log_in.password_hash):
        renewed = LogIn.password_hash.set(passwords.hashed(password))
        transaction.update(LogIn(log_in.pk, log_in.sk), [renewed], _usable(log_in))
    else:
        add_usable(transaction, log_in)


def add_usable(transaction: Transaction, person: LogIn | Profile) -> None:
    """That the account may still be used as it was read, for those who need no password."""
    transaction.check(type(person), person.pk, person.sk, _usable(person))


def _usable(person: LogIn | Profile) -> Condition:
    kind = type(person)
    same = (kind.user_id == person.user_id) & unchanged(kind, person.epoch)
    usable: Condition = same & (kind.disabled == False)  # noqa: E712 - for PynamoDB
    return usable


def add_admin(transaction: Transaction, admin_id: str) -> None:
    """That this is an administrator who may act."""
    still = (Profile.role == "admin") & (Profile.disabled == False)  # noqa: E712 - for PynamoDB
    transaction.check(Profile, *Profile.key(admin_id), still)


def show(profile: Profile, changes: Mapping[str, Any]) -> None:
    """Let what was read look like what was written."""
    for name, value in changes.items():
        setattr(profile, name, value)


def month_of(created_at: float) -> str:
    return clock.rfc3339(created_at)[:7]
