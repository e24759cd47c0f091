"""External identities in the users table, and id tokens that were used.

`EXT#<keyed hash of issuer and subject> / EXT` says whose account it is; `USER#<id> / EXT#<the same>` lists it beside
the account, for export and erasure. `IDT#<mark> / IDT` is a used id token, kept until it would be refused anyway.
"""

import contextlib
from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import config
from chalicelib.external.tokens import Identity, Statement
from chalicelib.table import UsersItem
from common import clock, tables
from common.tables import ConditionFailed, Ref, Transaction

PREFIX = "EXT#"


class Owner(UsersItem):
    """Whose account an identity belongs to."""

    user_id = UnicodeAttribute()


class Linked(UsersItem):
    """An identity of an account."""

    user_id = UnicodeAttribute()
    provider = UnicodeAttribute()
    issuer = UnicodeAttribute()
    subject = UnicodeAttribute()
    linked_at = NumberAttribute()

    @property
    def identity(self) -> Identity:
        return Identity(self.provider, self.issuer, self.subject)


class Used(UsersItem):
    expires_at = NumberAttribute()


def owner_ref(identity: Identity) -> Ref:
    return (Owner, *_owner_key(identity))


def add_use(transaction: Transaction, said: Statement) -> None:
    """Of those that race with one id token a single one finds it unused."""
    transaction.put(Used(f"IDT#{said.mark}", "IDT", expires_at=said.expires_at), Used.pk.does_not_exist())


def add_link(transaction: Transaction, identity: Identity, user_id: str, former: Owner | None) -> None:
    """Give the identity to the account. Of two first log-ins that race one is refused, and then finds this account.

    `former` is what was read: the account that it names was erased, and its rest is on its way out.
    """
    free = Owner.pk.does_not_exist() if former is None else Owner.user_id == former.user_id
    transaction.put(Owner(*_owner_key(identity), user_id=user_id), free)
    transaction.put(
        Linked(
            f"USER#{user_id}",
            PREFIX + _hash(identity),
            user_id=user_id,
            provider=identity.provider,
            issuer=identity.issuer,
            subject=identity.subject,
            linked_at=int(clock.now()),
        )
    )


def linked_in(rows: Iterable[dict[str, Any]]) -> list[Linked]:
    """The identities among raw items of a user."""
    return [Linked.from_raw_data(row) for row in rows if row["sk"]["S"].startswith(PREFIX)]


def remove(linked: Linked) -> None:
    """Forget the identity. What finds it goes last, so a crash leaves nothing that the next try does not find.

    An identity that has got a new account meanwhile keeps it, and a repeat finds nothing to do.
    """
    with contextlib.suppress(ConditionFailed):
        tables.delete(Owner(*_owner_key(linked.identity)), Owner.user_id == linked.user_id)
    Linked(linked.pk, linked.sk).delete()


def _owner_key(identity: Identity) -> tuple[str, str]:
    return PREFIX + _hash(identity), "EXT"


def _hash(identity: Identity) -> str:
    """The pair as one key: neither alone is somebody, and the separator is in no issuer."""
    return config.keyed_hash("external", f"{identity.issuer}\0{identity.subject}").hex()
