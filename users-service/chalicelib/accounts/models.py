"""Accounts in the users table: the profile, what logging in needs, and registrations that nobody has confirmed yet.

`USER#<id> / PROFILE` is the account. `EMAIL#<keyed hash of the address> / EMAIL` holds a confirmed address once and
carries a copy of the profile, so that logging in reads one item; both change in one transaction. `EMAIL#… / WAITING` is
the latest registration of an address until it is confirmed. `MONTHS / <YYYY-MM>` lists the months with sign-ups.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pynamodb.attributes import Attribute, BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib import config
from chalicelib.table import UsersItem
from common import clock, tables

Key = tuple[str, str]
MONTHS = "MONTHS"


class Person:
    """What profile, log-in item and registration have in common.

    `version` counts the changes of the account; `epoch` those that end sessions: password, role, access.
    """

    user_id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute()
    role = UnicodeAttribute(default="customer")
    email_verified = BooleanAttribute(default=False)
    disabled = BooleanAttribute(default=False)
    locale = UnicodeAttribute(default="en")
    marketing_consent = BooleanAttribute(default=False)
    avatar = UnicodeAttribute(null=True)
    version = NumberAttribute(default=1)
    epoch = NumberAttribute(default=0)
    created_at = NumberAttribute()

    def facts(self) -> dict[str, Any]:
        """The values of these attributes, for another item of the same person."""
        return {name: getattr(self, name) for name in vars(Person) if isinstance(vars(Person)[name], Attribute)}


class SignUps(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Accounts by the month of their sign-up, for lists of staff; a waiting registration by its own id."""

    class Meta:
        index_name = "sign-ups"
        projection = AllProjection()

    signed_up = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute(range_key=True)


class Profile(Person, UsersItem):
    """`new_email` is what the address is to become once it is confirmed."""

    signed_up = UnicodeAttribute()
    new_email = UnicodeAttribute(null=True)
    sign_ups = SignUps()

    @classmethod
    def key(cls, user_id: str) -> Key:
        return f"USER#{user_id}", "PROFILE"


class LogIn(Person, UsersItem):
    """Without `password_hash` for an account that logs in by another provider only."""

    password_hash = UnicodeAttribute(null=True)

    @classmethod
    def key(cls, account: str) -> Key:
        return f"EMAIL#{account}", "EMAIL"


class Waiting(Person, UsersItem):
    """`attempt` names the registration: a link that was sent for an earlier one confirms nothing."""

    password_hash = UnicodeAttribute()
    attempt = UnicodeAttribute()
    signed_up = UnicodeAttribute()
    expires_at = NumberAttribute()
    sign_ups = SignUps()

    @classmethod
    def key(cls, account: str) -> Key:
        return f"EMAIL#{account}", "WAITING"

    @classmethod
    def place(cls, user_id: str) -> str:
        """Its partition of the index, so that staff find it by its id and no list of sign-ups shows it."""
        return f"WAITING#{user_id}"

    @property
    def live(self) -> bool:
        """DynamoDB removes expired items days late, so it is asked each time."""
        return self.expires_at > clock.now()


class Month(UsersItem):
    """A month in which accounts began."""

    @classmethod
    def key(cls, month: str) -> Key:
        return MONTHS, month


def account_of(email: str) -> str:
    """The key of an address, compared without case. An HMAC under our key tells nobody whose it is."""
    return config.keyed_hash("email", email.casefold()).hex()


def unchanged(kind: type[LogIn] | type[Profile], epoch: float) -> Condition:
    """That it is there and nothing has happened which ends sessions; items of an earlier version have no epoch."""
    same = kind.epoch == int(epoch)
    return kind.user_id.exists() & (same | kind.epoch.does_not_exist()) if epoch == 0 else same


def find_log_in(account: str) -> LogIn | None:
    return tables.get(LogIn, *LogIn.key(account))


def find_profile(user_id: str) -> Profile | None:
    return tables.get(Profile, *Profile.key(user_id))


def profile_in(rows: Iterable[dict[str, Any]]) -> Profile | None:
    """The profile among raw items of a user."""
    return next((Profile.from_raw_data(row) for row in rows if row["sk"]["S"] == "PROFILE"), None)


def find_waiting(account: str) -> Waiting | None:
    waiting = tables.get(Waiting, *Waiting.key(account))
    return waiting if waiting and waiting.live else None


def find_waiting_by_id(user_id: str) -> Waiting | None:
    """By the index, which may be a moment late."""
    found = Waiting.sign_ups.query(Waiting.place(user_id), Waiting.user_id == user_id, limit=1)
    return next((one for one in found if one.live), None)


def list_months(latest: str | None) -> Iterator[str]:
    """The months with sign-ups, newest first, from `latest` on."""
    condition = Month.sk <= latest if latest else None
    found = Month.query(MONTHS, condition, scan_index_forward=False, consistent_read=True)
    return (one.sk for one in found)


def list_sign_ups(month: str, before: str | None, most: int) -> Iterator[Profile]:
    """The accounts that began in a month, newest first, from the one after `before`; `most` of them."""
    condition = Profile.user_id < before if before else None
    return iter(Profile.sign_ups.query(month, condition, scan_index_forward=False, limit=most))
