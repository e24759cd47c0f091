"""Invoices in answers."""

import msgspec

from chalicelib.invoices.document import Document
from common.clock import rfc3339
from common.schemas import Money
from common.storage import Download


class CreditNoteView(msgspec.Struct, kw_only=True):
    """`refund` is the number of the order's refund that it tells of."""

    number: str
    refund: int
    amount: Money
    issued_at: str
    url: str
    expires_at: str


class InvoiceView(msgspec.Struct, kw_only=True):
    """`url` serves the PDF until `expires_at`; then ask again."""

    number: str
    issued_at: str
    url: str
    expires_at: str
    credit_notes: list[CreditNoteView]


def present(invoice: tuple[Document, Download], notes: list[tuple[Document, Download]]) -> InvoiceView:
    document, download = invoice
    return InvoiceView(
        number=document.number,
        issued_at=rfc3339(document.issued_at),
        url=download.url,
        expires_at=download.expires_at,
        credit_notes=[_present_note(*one) for one in notes],
    )


def _present_note(document: Document, download: Download) -> CreditNoteView:
    return CreditNoteView(
        number=document.number,
        refund=document.refund or 0,
        amount=Money(document.total, document.currency),
        issued_at=rfc3339(document.issued_at),
        url=download.url,
        expires_at=download.expires_at,
    )
