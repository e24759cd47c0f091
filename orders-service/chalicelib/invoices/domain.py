"""Invoices and credit notes of an order: finding them, making them, and taking an erased buyer out."""

from collections.abc import Callable
from contextlib import suppress

from chalicelib import config
from chalicelib.errors import OrderNotPaid
from chalicelib.invoices import jobs, models
from chalicelib.invoices.document import Document
from chalicelib.invoices.models import DocumentItem
from chalicelib.invoices.numbering import number_documents
from chalicelib.orders import domain as orders
from chalicelib.orders.order import ENDED
from common import clock
from common.problems import NotFound, Unavailable
from common.storage import Changed

MAX_RACES = 8
LATE_SECONDS = 60  # after so long whoever asks for a document also has it made: a message may be lost, or a file


def find_invoice(order_id: str, reader: str, *, any_order: bool) -> list[Document]:
    """The invoice of an order and its credit notes that can be downloaded; empty if the invoice is still to be made.

    Raises NotFound as for the order itself, OrderNotPaid if there will never be one, Unavailable without the bucket.
    """
    items = models.find_documents(order_id)
    if not items:
        _expect_invoice(order_id, reader, any_order=any_order)
        return []
    if not any_order and items[0].owner != reader:
        raise NotFound
    there = set(config.bucket.keys(folder_of(order_id)))
    ready = [item for item in items if item.is_made and key_of(item.document) in there]
    if len(ready) < len(items):
        _ask_if_late(order_id, max(item.document.issued_at for item in items if item not in ready))
    return [item.document for item in ready] if items[0] in ready else []


def _expect_invoice(order_id: str, reader: str, *, any_order: bool) -> None:
    order = orders.find_order(order_id, reader, any_order=any_order)
    if order.confirmed_at is not None:
        _ask_if_late(order_id, order.confirmed_at)
    elif order.state in ENDED:
        raise OrderNotPaid("The order ended without a payment, so there is no invoice.")


def _ask_if_late(order_id: str, since: float) -> None:
    if since + LATE_SECONDS < clock.now():
        with suppress(Unavailable):  # whoever waits for it asks again
            jobs.ask(order_id)


def make_documents(order_id: str) -> None:
    """Give numbers to what has none yet, and put what is not in the bucket there. What is there stays as it is."""
    for item in number_documents(order_id):
        _store(item.document)


def _store(document: Document) -> None:
    """Put the PDF of what the table says now in the bucket.

    The object is looked at before the document, and written only if nobody else did meanwhile: so no late writer puts
    the form before an erasure over the one after it. A crash before `made` is noted leaves the work for the next try.
    """
    key = key_of(document)
    for _ in range(MAX_RACES):
        found = config.bucket.stat(key)
        item = models.find_document(document.order_id, document.refund)
        if item is None or (item.is_made and found):
            return
        with suppress(Changed):
            etag = found[1] if found else None
            config.bucket.replace(key, _rendered(item), "application/pdf", etag=etag, file_name=document.file)
            if models.mark_made(item):
                return
    raise Unavailable(retry_after=1)


def _rendered(item: DocumentItem) -> bytes:
    from chalicelib.invoices import pdf  # reportlab is a layer of the function that makes documents, and large

    return pdf.render(item.document)


def list_numbers(person: str, first: str, last: str) -> dict[str, list[str]]:
    """Of the documents that name a person, by order, for the orders from `first` to `last`."""
    found: dict[str, list[str]] = {}
    for order_id, _, number in models.held_of(person, first, last):
        found.setdefault(order_id, []).append(number)
    return found


def forget_documents(person: str, until: Callable[[], bool]) -> None:
    """Take an erased person out of all documents, whose orders do not tell of them any more.

    The note that a document is held goes last: after a crash the next try finds it, and does the rest again.
    """
    for order_id, refund, _ in models.held_of(person):
        if until():
            raise Unavailable
        _forget(order_id, refund)
        models.forget_held(person, order_id, refund)


def _forget(order_id: str, refund: int | None) -> None:
    item = models.find_document(order_id, refund)
    while item and item.document.buyer and not models.forget_person(item):
        item = models.find_document(order_id, refund)
    if item:
        config.bucket.delete(key_of(item.document))
        jobs.ask(order_id)


def folder_of(order_id: str) -> str:
    return f"documents/{order_id}/"


def key_of(document: Document) -> str:
    return folder_of(document.order_id) + document.file
