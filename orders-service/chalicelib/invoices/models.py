"""Invoices and credit notes in the table, beside their order: `ORDER#<id> / INVOICE`, `ORDER#<id> / CREDIT#<refund>`.

`NUMBERS#<kind>#<year> / COUNTER` holds the last number given. A number, the document that has it and the note of whose
it is (`DOCUMENTS#<owner> / <order>#<place>`, for what a person is told and for the erasure) are written in one
transaction: so numbers have no gaps, and no document has two.
"""

from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.invoices import document as values
from chalicelib.invoices.document import Kind
from chalicelib.table import OrdersItem
from common import tables
from common.attributes import Document, Whole
from common.tables import ConditionFailed, Refused, Transaction

INVOICE = "INVOICE"


class DocumentItem(OrdersItem):
    """`revision` counts its forms: another after the erasure of the buyer. `made` is that of the PDF in the bucket."""

    owner = UnicodeAttribute()
    document = Document[values.Document](values.Document)
    revision = Whole(default=1)
    made = Whole(default=0)

    @property
    def is_made(self) -> bool:
        return self.made == self.revision


class CounterItem(OrdersItem):
    last = Whole()


class HeldItem(OrdersItem):
    """A document that tells of a person."""

    number = UnicodeAttribute()


def place_of(refund: int | None) -> str:
    """Where the invoice stands in its order, or the credit note of a refund."""
    return INVOICE if refund is None else f"CREDIT#{refund}"


def find_documents(order_id: str) -> list[DocumentItem]:
    """The invoice first, then the credit notes by their refunds: one Query, between what else an order has."""
    between = DocumentItem.sk.between("CREDIT#", INVOICE)
    found = [DocumentItem.from_raw_data(row) for row in tables.rows(DocumentItem, f"ORDER#{order_id}", between)]
    return sorted(found, key=lambda item: item.document.refund or 0)


def find_document(order_id: str, refund: int | None) -> DocumentItem | None:
    return tables.get(DocumentItem, f"ORDER#{order_id}", place_of(refund))


def find_last(kind: Kind, year: int) -> int:
    """The last number that was given."""
    counter = tables.get(CounterItem, *_counter(kind, year))
    return counter.last if counter else 0


def _counter(kind: Kind, year: int) -> tuple[str, str]:
    return f"NUMBERS#{kind}#{year}", "COUNTER"


def give(transaction: Transaction, kind: Kind, year: int, last: int) -> None:
    """Take the next number, if `last` still is the last one. A repeat of the transaction has its token."""
    before: Condition = CounterItem.last == last if last else CounterItem.pk.does_not_exist()
    transaction.update(CounterItem(*_counter(kind, year)), [CounterItem.last.set(last + 1)], before)


def add(transaction: Transaction, owner: str, document: values.Document) -> None:
    """If there is none in its place."""
    place = place_of(document.refund)
    item = DocumentItem(f"ORDER#{document.order_id}", place, owner=owner, document=document)
    transaction.put(item, DocumentItem.pk.does_not_exist())
    if document.buyer:
        transaction.put(HeldItem(f"DOCUMENTS#{owner}", f"{document.order_id}#{place}", number=document.number))


def commit(transaction: Transaction) -> bool:
    """False if a condition failed, and then nothing was written."""
    try:
        transaction.commit()
    except Refused:
        return False
    return True


def mark_made(item: DocumentItem) -> bool:
    """If it still has this form. A repeat writes the same again."""
    try:
        tables.update(item, [DocumentItem.made.set(item.revision)], DocumentItem.revision == item.revision)
    except ConditionFailed:
        return False
    return True


def forget_person(item: DocumentItem) -> bool:
    """Take the person out, if the document still has this form; it is to be made again then."""
    changes: list[Any] = [
        DocumentItem.document.set(values.without_person(item.document)),
        DocumentItem.revision.set(item.revision + 1),
    ]
    try:
        tables.update(item, changes, DocumentItem.revision == item.revision)
    except ConditionFailed:
        return False
    return True


def held_of(owner: str, first: str = "", last: str = "~") -> list[tuple[str, int | None, str]]:
    """Order, refund and number of each document that tells of a person, of orders from `first` to `last`."""
    between = HeldItem.sk.between(first or "!", f"{last}#~")
    return list(_places(tables.rows(HeldItem, f"DOCUMENTS#{owner}", between)))


def _places(rows: list[dict[str, Any]]) -> Iterator[tuple[str, int | None, str]]:
    for item in (HeldItem.from_raw_data(row) for row in rows):
        order_id, _, place = item.sk.partition("#")
        yield order_id, int(place.partition("#")[2]) if place != INVOICE else None, item.number


def forget_held(owner: str, order_id: str, refund: int | None) -> None:
    """Nothing of the person is left in it. A repeat deletes nothing."""
    HeldItem(f"DOCUMENTS#{owner}", f"{order_id}#{place_of(refund)}").delete()
