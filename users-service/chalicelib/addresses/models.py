"""Addresses in the users table: `USER#<id> / ADDR#<address id>`, beside the profile of their owner.

The profile names the default address and counts them all. Whatever makes, turns or removes one writes both in one
transaction, so there is exactly one default while there is any address, and the count is never off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.table import UsersItem
from common import tables
from common.attributes import Whole
from common.tables import Refused, Transaction

MAX_ADDRESSES = 50
_PREFIX = "ADDR#"
_PROFILE = "PROFILE"


class Owner(UsersItem):
    """What the profile says of addresses; its other attributes are the account's."""

    default_address = UnicodeAttribute(null=True)
    address_count = Whole(default=0)


class Address(UsersItem):
    """`version` counts the changes, also of being the default."""

    name = UnicodeAttribute()
    line1 = UnicodeAttribute()
    line2 = UnicodeAttribute(null=True)
    city = UnicodeAttribute()
    region = UnicodeAttribute(null=True)
    postal_code = UnicodeAttribute()
    country = UnicodeAttribute()
    phone = UnicodeAttribute(null=True)
    version = Whole(default=1)

    @property
    def id(self) -> str:
        return str(self.sk.removeprefix(_PREFIX))


@dataclass(frozen=True)
class Book:
    """All addresses of a person, newest first, and what their profile says of them."""

    user_id: str
    default: str | None
    count: int
    addresses: list[Address]

    def find(self, address_id: str) -> Address | None:
        return next((one for one in self.addresses if one.id == address_id), None)

    def heir(self, address: Address) -> str | None:
        """What is the default without this address: as before, else the newest of the others."""
        if address.id != self.default:
            return self.default
        return next((one.id for one in self.addresses if one.id != address.id), None)


def find_book(user_id: str) -> Book | None:
    """One Query, of fifty small items at most; None if there is no such account."""
    return book_in(user_id, tables.rows(Address, _pk(user_id), Address.sk.between(_PREFIX, _PROFILE)))


def book_in(user_id: str, rows: Iterable[dict[str, Any]]) -> Book | None:
    """From raw items of a user in the order of their keys."""
    found = {row["sk"]["S"]: row for row in rows}
    if _PROFILE not in found:
        return None
    owner = Owner.from_raw_data(found[_PROFILE])
    addresses = [Address.from_raw_data(row) for key, row in found.items() if key.startswith(_PREFIX)]
    return Book(user_id, owner.default_address, owner.address_count, addresses[::-1])


def new(user_id: str, address_id: str, values: Mapping[str, Any]) -> Address:
    return Address(_pk(user_id), _PREFIX + address_id, **values)


def add(book: Book, address: Address, *, default: bool) -> bool:
    """Write a new address; False if there is no room, another default or no account by now.

    One transaction under one token: a lost reply applies it once, a crash leaves all or nothing, and of those that race
    for the last place or to be the first address all but one are refused.
    """
    room = (Owner.address_count < MAX_ADDRESSES) | Owner.address_count.does_not_exist()
    transaction = Transaction()
    transaction.put(address, Address.pk.does_not_exist())
    _set_owner(transaction, book, address, address.id if default else book.default, 1, room)
    return _committed(transaction)


def change(book: Book, address: Address, values: Mapping[str, Any], *, default: bool) -> bool:
    """Replace the address as it was read; False if it or the default is another by now.

    The transaction's token makes a repeat after a lost reply harmless; the versions refuse who comes second.
    """
    transaction = Transaction()
    transaction.update(
        Address(address.pk, address.sk),
        [*tables.set_all(Address, values), Address.version.set(address.version + 1)],
        Address.version == address.version,
    )
    if default and address.id != book.default:
        _set_owner(transaction, book, address, address.id, 0)
    return _committed(transaction)


def remove(book: Book, address: Address) -> bool:
    """Delete the address as it was read and, if it is the default, make its heir the default; False as above.

    The count shows an address that was added meanwhile, which must not be left without a default.
    """
    alone = Owner.address_count == book.count if address.id == book.default else None
    transaction = Transaction()
    transaction.delete(Address(address.pk, address.sk), Address.version == address.version)
    _set_owner(transaction, book, address, book.heir(address), -1, alone)
    return _committed(transaction)


def _set_owner(
    transaction: Transaction,
    book: Book,
    written: Address,
    default: str | None,
    added: int,
    condition: Condition | None = None,
) -> None:
    """Count, and turn the default as it was read; of the addresses but the one that is written anyway, those that begin
    or cease to be the default get a new version."""
    turned = Owner.default_address.remove() if default is None else Owner.default_address.set(default)
    same = Owner.default_address.does_not_exist() if book.default is None else Owner.default_address == book.default
    unchanged = Owner.pk.exists() & same
    transaction.update(
        Owner(_pk(book.user_id), _PROFILE),
        [turned, Owner.address_count.add(added)],
        unchanged if condition is None else unchanged & condition,
    )
    shown = {default, book.default} if default != book.default else set[str | None]()
    for one in book.addresses:
        if one.id in shown - {written.id}:
            transaction.update(Address(one.pk, one.sk), [Address.version.add(1)], Address.pk.exists())


def _committed(transaction: Transaction) -> bool:
    try:
        transaction.commit()
    except Refused:
        return False
    return True


def _pk(user_id: str) -> str:
    return f"USER#{user_id}"
