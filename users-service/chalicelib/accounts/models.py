"""Accounts in the users table: the profile, what logging in needs, and the tokens of links in mails.

`USER#<id> / PROFILE` is the account. `EMAIL#<keyed hash of the address> / EMAIL` holds the address once and carries a
copy of the profile, so that logging in reads one item; both change in one transaction. `TOK#<hash> / TOK` is a link.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib import config
from chalicelib.outbox import Outgoing
from chalicelib.table import UsersItem
from common import clock, tables
from common.tables import Refused, Transaction

LINK_SECONDS = 24 * 3600


class Person:
    """What profile and log-in item have in common. `version` counts the changes of the account."""

    user_id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute()
    role = UnicodeAttribute(default="customer")
    email_verified = BooleanAttribute(default=False)
    disabled = BooleanAttribute(default=False)
    locale = UnicodeAttribute(default="en")
    marketing_consent = BooleanAttribute(default=False)
    version = NumberAttribute(default=1)
    created_at = NumberAttribute()


class SignUps(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Accounts by the month of their sign-up, for lists of staff."""

    class Meta:
        index_name = "sign-ups"
        projection = AllProjection()

    signed_up = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute(range_key=True)


class Profile(Person, UsersItem):
    signed_up = UnicodeAttribute()
    sign_ups = SignUps()

    @classmethod
    def key(cls, user_id: str) -> tuple[str, str]:
        return f"USER#{user_id}", "PROFILE"


class LogIn(Person, UsersItem):
    """`attempt` names the registration whose password is stored: a link of an earlier one confirms nothing."""

    password_hash = UnicodeAttribute()
    attempt = UnicodeAttribute()

    @classmethod
    def key(cls, account: str) -> tuple[str, str]:
        return f"EMAIL#{account}", "EMAIL"


class Link(UsersItem):
    """A one-time token that was sent by mail; only its hash is stored."""

    account = UnicodeAttribute()
    user_id = UnicodeAttribute()
    attempt = UnicodeAttribute()
    expires_at = NumberAttribute()

    @classmethod
    def key(cls, token: str) -> tuple[str, str]:
        return f"TOK#{hashlib.sha256(token.encode()).hexdigest()}", "TOK"


class AddressTaken(Exception):
    """There is an account with this address. `waiting` if nobody has confirmed it yet."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        super().__init__("address taken")
        self.log_in = LogIn.from_raw_data(dict(stored))
        self.waiting = not self.log_in.email_verified


def account_of(email: str) -> str:
    """The key of an address, compared without case. An HMAC under our key tells nobody whose it is."""
    return config.keyed_hash("email", email.casefold()).hex()


def find_log_in(account: str) -> LogIn | None:
    return tables.get(LogIn, *LogIn.key(account))


def find_profile(user_id: str) -> Profile | None:
    return tables.get(Profile, *Profile.key(user_id))


def create(person: Mapping[str, Any], password_hash: str, attempt: str, outgoing: Outgoing) -> None:
    """Write the account with its outbox item, or raise AddressTaken.

    One transaction under one token: a retry or a lost reply applies it once, a crash leaves all or nothing, and of two
    that race for an address one is refused.
    """
    account = account_of(person["email"])
    signed_up = clock.rfc3339(person["created_at"])[:7]
    log_in = LogIn(*LogIn.key(account), password_hash=password_hash, attempt=attempt, **person)
    profile = Profile(*Profile.key(person["user_id"]), signed_up=signed_up, **person)
    transaction = Transaction()
    transaction.put(log_in, LogIn.pk.does_not_exist())
    transaction.put(profile, Profile.pk.does_not_exist())
    transaction.put(outgoing)
    try:
        transaction.commit()
    except Refused as refused:
        taken = refused.reasons[0]
        if taken is None or taken.item is None:
            raise
        raise AddressTaken(taken.item) from None


def register_again(log_in: LogIn, name: str, password_hash: str, attempt: str, outgoing: Outgoing) -> bool:
    """Replace password and name of an account that nobody confirmed; False if somebody has meanwhile.

    The condition lets a confirmation win a race; a repeat writes the same values again.
    """
    transaction = Transaction()
    transaction.update(
        LogIn(log_in.pk, log_in.sk),
        [LogIn.name.set(name), LogIn.password_hash.set(password_hash), LogIn.attempt.set(attempt)],
        (LogIn.user_id == log_in.user_id) & (LogIn.email_verified == False),  # noqa: E712 - an expression of PynamoDB
    )
    transaction.update(Profile(*Profile.key(log_in.user_id)), [Profile.name.set(name)], Profile.pk.exists())
    transaction.put(outgoing)
    return _committed(transaction)


def add_link(token: str, account: str, log_in: LogIn) -> None:
    """Store a new token's hash. Each try of a mail job makes a token of its own; those never sent expire unused."""
    Link(
        *Link.key(token),
        account=account,
        user_id=log_in.user_id,
        attempt=log_in.attempt,
        expires_at=int(clock.now()) + LINK_SECONDS,
    ).save(Link.pk.does_not_exist())


def find_link(token: str) -> Link | None:
    """The link, unless it was used or has expired (DynamoDB removes expired items late)."""
    link = tables.get(Link, *Link.key(token))
    return link if link and link.expires_at > clock.now() else None


def confirm(link: Link) -> bool:
    """Use up the link and mark the address as confirmed; False if the link or its registration is no longer good.

    Deleting the link under the condition that it is there makes it work once, however many race; under one transaction
    token a lost reply does no harm.
    """
    transaction = Transaction()
    transaction.delete(Link(link.pk, link.sk), Link.pk.exists())
    transaction.update(
        LogIn(*LogIn.key(link.account)),
        [LogIn.email_verified.set(True), LogIn.version.set(LogIn.version + 1)],
        (LogIn.user_id == link.user_id) & (LogIn.attempt == link.attempt),
    )
    transaction.update(
        Profile(*Profile.key(link.user_id)),
        [Profile.email_verified.set(True), Profile.version.set(Profile.version + 1)],
        Profile.pk.exists(),
    )
    return _committed(transaction)


def change(profile: Profile, changes: Mapping[str, Any]) -> bool:
    """Set attributes of an account in both items; False if it changed since `profile` was read.

    The condition on the version makes a repeat after a success fail, which the caller sees as somebody else's change,
    unless it is the SDK's, which carries the transaction's token.
    """
    version = int(profile.version)
    changes = {**changes, "version": version + 1}
    transaction = Transaction()
    transaction.update(
        Profile(profile.pk, profile.sk),
        [getattr(Profile, name).set(value) for name, value in changes.items()],
        Profile.version == version,
    )
    transaction.update(
        LogIn(*LogIn.key(account_of(profile.email))),
        [getattr(LogIn, name).set(value) for name, value in changes.items()],
        LogIn.user_id == profile.user_id,
    )
    return _committed(transaction)


def appoint(log_in: LogIn, role: str, password_hash: str, attempt: str) -> bool:
    """Confirm an account and give it a role and a password; False if it changed meanwhile. A repeat finds it done."""
    common = {"role": role, "email_verified": True, "version": int(log_in.version) + 1}
    secret = {"password_hash": password_hash, "attempt": attempt}
    transaction = Transaction()
    transaction.update(
        LogIn(log_in.pk, log_in.sk),
        [getattr(LogIn, name).set(value) for name, value in (common | secret).items()],
        (LogIn.user_id == log_in.user_id) & (LogIn.version == log_in.version),
    )
    transaction.update(
        Profile(*Profile.key(log_in.user_id)),
        [getattr(Profile, name).set(value) for name, value in common.items()],
        Profile.pk.exists(),
    )
    return _committed(transaction)


def _committed(transaction: Transaction) -> bool:
    try:
        transaction.commit()
    except Refused:
        return False
    return True
