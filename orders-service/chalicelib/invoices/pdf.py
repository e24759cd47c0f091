"""A document as a PDF: A4, page by page. The same document gives the same bytes with the same version of reportlab.

Loaded when the first document is made, since reportlab and the fonts need time and memory.
"""

import io
from datetime import UTC, datetime
from functools import partial
from typing import Any

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

from chalicelib.invoices.document import Document, Item, Kind, Party, Taxed
from chalicelib.invoices.fonts import BOLD, REGULAR, glyphs
from chalicelib.invoices.layout import (
    FLAT,
    FOOTER,
    HEAD,
    HEAD_RIGHT,
    INK,
    LINES,
    MARGIN,
    NAME,
    RIGHT,
    SMALL,
    SMALL_RIGHT,
    STRONG_RIGHT,
    TITLE,
    WIDTH,
    Numbered,
    paragraph,
    style,
)
from common.money import written

TITLES = {Kind.INVOICE: "Invoice", Kind.CREDIT_NOTE: "Credit note"}
_COLUMNS = [part * WIDTH for part in (0.31, 0.07, 0.13, 0.12, 0.125, 0.12, 0.125)]


def render(document: Document) -> bytes:
    glyphs(REGULAR), glyphs(BOLD)
    out = io.BytesIO()
    title = f"{TITLES[document.kind]} {document.number}"
    frame = Frame(MARGIN, FOOTER, WIDTH, A4[1] - MARGIN - FOOTER, 0, 0, 0, 0)
    template = BaseDocTemplate(
        out, pagesize=A4, pageTemplates=[PageTemplate(frames=[frame])], title=title, author=document.seller.name,
        subject=f"Order {document.order_number}", lang="en", invariant=1,
    )  # fmt: skip
    footer = f"{document.seller.name} · VAT ID {document.seller.vat_id} · {document.seller.email}"
    template.build(_story(document), canvasmaker=partial(Numbered, title=title, footer=footer))
    return out.getvalue()


def _story(document: Document) -> list[Flowable]:
    body = _invoiced(document) if document.kind is Kind.INVOICE else _credited(document)
    below = Table([[_taxes(document), "", _totals(document)]], [WIDTH * 0.5, WIDTH * 0.08, WIDTH * 0.42], style=FLAT)
    return [*_letterhead(document), Spacer(0, 9 * mm), *body, Spacer(0, 5 * mm), below]


def _letterhead(document: Document) -> list[Flowable]:
    seller = document.seller
    own = [paragraph(seller.name, NAME), *[paragraph(line, SMALL) for line in seller.address]]
    own += [paragraph(f"VAT ID {seller.vat_id}", SMALL), paragraph(seller.email, SMALL)]
    top = Table([[own, paragraph(TITLES[document.kind], TITLE)]], [WIDTH * 0.6, WIDTH * 0.4], splitInRow=1, style=FLAT)
    people = [[_buyer(document), _recipient(document), _facts(document)]]
    return [
        top,
        Spacer(0, 10 * mm),
        Table(
            people,
            [WIDTH * 0.33, WIDTH * 0.29, WIDTH * 0.38],
            splitInRow=1,
            style=[*FLAT, ("RIGHTPADDING", (0, 0), (1, 0), 8)],
        ),
    ]


def _buyer(document: Document) -> list[Flowable]:
    party = document.buyer or Party([document.country])
    email = [paragraph(party.email, SMALL)] if party.email else []
    return [paragraph("Billed to", HEAD), *[paragraph(line) for line in party.lines], *email]


def _recipient(document: Document) -> list[Flowable]:
    if document.recipient is None:
        return []
    return [paragraph("Delivered to", HEAD), *[paragraph(line) for line in document.recipient.lines]]


def _facts(document: Document) -> Table:
    facts = [
        ("Number", document.number),
        ("Date", _day(document.issued_at)),
        *([("For invoice", document.invoice)] if document.invoice else []),
        ("Order", document.order_number),
        ("Ordered on", _day(document.ordered_at)),
    ]
    rows = [[paragraph(name, SMALL), paragraph(value, style(9, BOLD, alignment=TA_RIGHT))] for name, value in facts]
    return Table(rows, [WIDTH * 0.15, WIDTH * 0.23], style=FLAT)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y")


def _invoiced(document: Document) -> list[Flowable]:
    names = ("Qty", "Unit price", "Discount", "Net", "Tax", "Total")
    head = [paragraph("Item", HEAD), *[paragraph(name, HEAD_RIGHT) for name in names]]
    rows = [_line(item, document.currency) for item in document.items]
    return [Table([head, *rows], _COLUMNS, repeatRows=1, splitInRow=1, style=LINES)]


def _line(item: Item, currency: str) -> list[Any]:
    def money(amount: int) -> Paragraph:
        return paragraph(written(amount, currency), RIGHT)

    tax = [money(item.tax), paragraph(percent(item.rate_bps), SMALL_RIGHT)]
    discount = money(-item.discount) if item.discount else paragraph("–", RIGHT)
    amounts = (money(item.unit_price), discount, money(item.net), tax, money(item.gross))
    return [_description(item), paragraph(str(item.quantity), RIGHT), *amounts]


def _description(item: Item) -> list[Flowable]:
    options = [paragraph(item.options, SMALL)] if item.options else []
    return [paragraph(item.name), *options, paragraph(f"SKU {item.sku}", SMALL)]


def _credited(document: Document) -> list[Flowable]:
    said = f"For invoice {document.invoice} we have given back {written(document.total, document.currency)}."
    if not document.items:
        return [paragraph(said)]
    head = [paragraph("Goods that came back", HEAD), paragraph("Qty", HEAD_RIGHT)]
    rows = [[_description(item), paragraph(str(item.quantity), RIGHT)] for item in document.items]
    goods = Table([head, *rows], [WIDTH * 0.85, WIDTH * 0.15], repeatRows=1, splitInRow=1, style=LINES)
    return [paragraph(said), Spacer(0, 6 * mm), goods]


def _totals(document: Document) -> Table:
    rows = [[paragraph(name), paragraph(written(amount, document.currency), RIGHT)] for name, amount in _sums(document)]
    last = "Total" if document.kind is Kind.INVOICE else "Credited"
    rows.append([paragraph(last, style(10, BOLD)), paragraph(written(document.total, document.currency), STRONG_RIGHT)])
    return Table(rows, [WIDTH * 0.17, WIDTH * 0.25], style=[*LINES[-5:], ("LINEABOVE", (0, -1), (-1, -1), 0.8, INK)])


def _sums(document: Document) -> list[tuple[str, int]]:
    if document.kind is Kind.CREDIT_NOTE:
        return []
    discount = [("Discount", -document.discount)] if document.discount else []
    tax = [] if document.inclusive else [("Tax", sum(one.tax for one in document.taxes))]
    return [("Subtotal", document.subtotal), *discount, ("Shipping", document.shipping), *tax]


def _taxes(document: Document) -> list[Flowable]:
    head = [paragraph("Tax rate", HEAD), *[paragraph(name, HEAD_RIGHT) for name in ("Net", "Tax", "Gross")]]
    rows = [[paragraph(percent(one.rate_bps), style(8)), *_amounts(one, document.currency)] for one in document.taxes]
    included = "The prices contain the tax." if document.inclusive else "The tax is added to the prices."
    table = Table([head, *rows], [WIDTH * 0.11, *[WIDTH * 0.13] * 3], style=LINES)
    return [table, paragraph(included, SMALL)] if document.kind is Kind.INVOICE else [table]


def _amounts(one: Taxed, currency: str) -> list[Paragraph]:
    return [paragraph(written(amount, currency), RIGHT) for amount in (one.net, one.tax, one.gross)]


def percent(bps: int) -> str:
    """1900 → 19 %, 2550 → 25.5 %."""
    whole, rest = divmod(bps, 100)
    return f"{whole}{f'.{rest:02}'.rstrip('0') if rest else ''}\N{NO-BREAK SPACE}%"
