"""What can be done with the address book of an account."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from chalicelib import config
from chalicelib.addresses import models
from chalicelib.addresses.models import MAX_ADDRESSES, Address, Book
from common.ids import new_id
from common.pagination import page
from common.problems import NotFound, Unavailable, invalid
from common.versions import Precondition

T = TypeVar("T")
_TRIES = 10


class Entry(NamedTuple):
    """An address and whether it is the default."""

    address: Address
    is_default: bool


def list_addresses(user_id: str, limit: int, cursor: str | None) -> tuple[list[Entry], str | None]:
    """The newest first; a new one never shifts the pages after the first."""
    before = config.cursors.open(cursor, "addresses", user_id)
    book = find_book(user_id)
    rows = [one for one in book.addresses if before is None or one.id < before]
    shown, next_cursor = page(rows, limit, lambda one: one.id, config.cursors, "addresses", user_id)
    return [Entry(one, one.id == book.default) for one in shown], next_cursor


def find_address(user_id: str, address_id: str) -> Entry:
    book = find_book(user_id)
    address = _in(book, address_id)
    return Entry(address, address_id == book.default)


def add_address(user_id: str, values: Mapping[str, Any], is_default: bool) -> Entry:
    """The first one is the default in any case. Raises ValidationFailed when the book is full."""
    address = models.new(user_id, new_id("adr"), values)

    def write(book: Book) -> Entry | None:
        if book.count >= MAX_ADDRESSES:
            raise invalid("addresses", f"At most {MAX_ADDRESSES} addresses. Remove one first.", "limit_reached")
        default = is_default or book.default is None
        return Entry(address, default) if models.add(book, address, default=default) else None

    return _written(user_id, write)


def change_address(
    user_id: str, address_id: str, values: Mapping[str, Any], is_default: bool, precondition: Precondition
) -> Entry:
    """Replace all of it; the default one stays it until another becomes it."""

    def write(book: Book) -> Entry | None:
        address = _in(book, address_id)
        precondition.check(address.version, required=False)
        if not models.change(book, address, values, default=is_default):
            return None
        changed = models.new(user_id, address_id, {**values, "version": address.version + 1})
        return Entry(changed, is_default or address_id == book.default)

    return _written(user_id, write)


def remove_address(user_id: str, address_id: str, precondition: Precondition) -> None:
    """Without the default one the newest that is left is the default."""

    def write(book: Book) -> bool | None:
        address = _in(book, address_id)
        precondition.check(address.version, required=False)
        return models.remove(book, address) or None

    _written(user_id, write)


def find_book(user_id: str) -> Book:
    book = models.find_book(user_id)
    if book is None:
        raise NotFound
    return book


def entries_in(user_id: str, rows: Iterable[dict[str, Any]]) -> list[Entry]:
    """The addresses among raw items of a user, newest first."""
    book = models.book_in(user_id, rows)
    return [Entry(one, one.id == book.default) for one in book.addresses] if book else []


def _written(user_id: str, write: Callable[[Book], T | None]) -> T:
    """Read the book and write what follows from it, until nobody comes between."""
    for attempt in range(_TRIES):
        done = write(find_book(user_id))
        if done is not None:
            return done
        time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter, so that racers part
    raise Unavailable(retry_after=1)


def _in(book: Book, address_id: str) -> Address:
    address = book.find(address_id)
    if address is None:
        raise NotFound
    return address
