"""All items of a person, of whatever kind: the partition `USER#<id>` of the users table."""

from collections.abc import Iterable
from typing import Any

from chalicelib.table import UsersItem
from common import tables
from common.tables import Transaction

Row = dict[str, Any]
_ROOM = 90  # of the 100 writes of a transaction; the rest are the account's own


def find_all(user_id: str) -> list[Row]:
    return tables.rows(UsersItem, f"USER#{user_id}")


def add_removal(transaction: Transaction, rows: list[Row]) -> None:
    """Delete as many as a transaction takes."""
    for row in rows[:_ROOM]:
        transaction.delete(_item(row))


def remove(rows: Iterable[Row]) -> None:
    """Delete items. Repeatable; a crash half-way leaves some for the next call."""
    with UsersItem.batch_write() as batch:
        for row in rows:
            batch.delete(_item(row))


def _item(row: Row) -> UsersItem:
    return UsersItem(row["pk"]["S"], row["sk"]["S"])
