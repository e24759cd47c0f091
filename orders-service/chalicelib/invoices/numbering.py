"""Numbers of invoices and credit notes: one after the other in each calendar year (UTC), without gaps.

A number is given in the transaction that writes its document: if the counter still stands where it was read, if there
is no such document yet, and if the order is as it was read. So a repeated event, a crash before or after and a lost
reply leave one document with one number; of workers that race for a number one gets it, and the others look again.

That the order is unchanged also means that its buyer was not erased meanwhile, and that no other credit note came
between: they are written in the order of the refunds, and documents are read after the order.
"""

import random
import time
from datetime import UTC, datetime

from chalicelib import config
from chalicelib.invoices import models
from chalicelib.invoices.contents import credit_note_of, invoice_of
from chalicelib.invoices.document import Document, Kind, Seller
from chalicelib.invoices.models import DocumentItem
from chalicelib.orders import domain as orders
from chalicelib.orders.order import Order, Refund
from common import clock
from common.problems import Unavailable
from common.tables import Transaction

MAX_RACES = 12
PREFIXES = {Kind.INVOICE: "", Kind.CREDIT_NOTE: "CN-"}


def number_documents(order_id: str) -> list[DocumentItem]:
    """All documents of an order that was ever confirmed, once each that is due has its number."""
    races = 0
    while races < MAX_RACES:
        order = orders.find_stored(order_id)
        if order is None or order.confirmed_at is None:
            return []
        known = models.find_documents(order_id)
        due = _refunds_due(order, known)
        if known and not due:
            return known
        if not (_add_credit_note(order, due[0], known) if known else _add_invoice(order)):
            races += 1
            time.sleep(random.uniform(0, 0.02 * races))  # noqa: S311 - jitter, so that racers part
    raise Unavailable(retry_after=1)


def _refunds_due(order: Order, known: list[DocumentItem]) -> list[Refund]:
    """Refunds that the provider has made and that no credit note tells of."""
    told = {item.document.refund for item in known}
    return [refund for refund in order.refunds if refund.done and refund.number not in told]


def _add_invoice(order: Order) -> bool:
    now = clock.now()
    transaction, number = _with_next_number(Kind.INVOICE, now)
    return _write(transaction, order, invoice_of(order, number, now, seller()))


def _add_credit_note(order: Order, refund: Refund, known: list[DocumentItem]) -> bool:
    now = clock.now()
    invoice, *earlier = (item.document for item in known)
    transaction, number = _with_next_number(Kind.CREDIT_NOTE, now)
    credited = sum(note.total for note in earlier)
    return _write(transaction, order, credit_note_of(order, refund, invoice, credited, number, now))


def _with_next_number(kind: Kind, now: float) -> tuple[Transaction, str]:
    """A transaction that takes the number; the year is that of the date on the document."""
    year, transaction = datetime.fromtimestamp(now, UTC).year, Transaction()
    last = models.find_last(kind, year)
    models.give(transaction, kind, year, last)
    return transaction, f"{PREFIXES[kind]}{year}-{last + 1:06}"


def _write(transaction: Transaction, order: Order, document: Document) -> bool:
    models.add(transaction, order.owner, document)
    orders.check_unchanged(transaction, order)
    return models.commit(transaction)


def seller() -> Seller:
    return Seller(config.SELLER_NAME, config.SELLER_ADDRESS, config.SELLER_VAT_ID, config.SELLER_EMAIL)
