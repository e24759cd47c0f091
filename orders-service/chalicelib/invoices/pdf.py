"""A document as a PDF: A4, page by page. The same document gives the same bytes with the same version of reportlab.

Loaded when the first document is made, since reportlab and the fonts need time and memory.
"""

import io
from datetime import UTC, datetime
from functools import partial
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

from chalicelib.invoices.document import Document, Item, Kind, Party, Taxed
from chalicelib.invoices.fonts import BOLD, REGULAR, glyphs, marked
from common.money import written

MARGIN, FOOTER = 18 * mm, 24 * mm
WIDTH = A4[0] - 2 * MARGIN
INK, GREY, RULE = HexColor("#1c2430"), HexColor("#5d6775"), HexColor("#c9d0d9")
TITLES = {Kind.INVOICE: "Invoice", Kind.CREDIT_NOTE: "Credit note"}
_COLUMNS = [part * WIDTH for part in (0.31, 0.07, 0.13, 0.12, 0.125, 0.12, 0.125)]


def style(size: float, font: str = REGULAR, color: Any = INK, **more: Any) -> ParagraphStyle:
    return ParagraphStyle("", fontName=font, fontSize=size, leading=size * 1.4, textColor=color, **more)


TEXT, SMALL, STRONG = style(9), style(7.5, color=GREY), style(9, BOLD)
RIGHT, HEAD = style(8, alignment=TA_RIGHT), style(7.5, BOLD, GREY)
HEAD_RIGHT = style(7.5, BOLD, GREY, alignment=TA_RIGHT)
STRONG_RIGHT, TITLE = style(10, BOLD, alignment=TA_RIGHT), style(20, BOLD, alignment=TA_RIGHT)
SMALL_RIGHT = style(7.5, color=GREY, alignment=TA_RIGHT)
NAME = style(14, BOLD)


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


class Numbered(Canvas):  # type: ignore[misc]
    """A canvas that knows at the end how many pages there are, and writes that below each."""

    def __init__(self, *args: Any, title: str, footer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._below = (title, footer)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._write_below(f"{self._below[0]} · Page {number} of {len(self._pages)}")
            super().showPage()
        super().save()

    def _write_below(self, place: str) -> None:
        self.setStrokeColor(RULE)
        self.line(MARGIN, FOOTER - 6 * mm, A4[0] - MARGIN, FOOTER - 6 * mm)
        row = Table([[_text(self._below[1], SMALL), _text(place, SMALL_RIGHT)]], [WIDTH * 0.6, WIDTH * 0.4], style=FLAT)
        _, height = row.wrapOn(self, WIDTH, FOOTER)
        row.drawOn(self, MARGIN, FOOTER - 7 * mm - height)


FLAT = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


def _text(text: str, how: ParagraphStyle = TEXT) -> Paragraph:
    return Paragraph(marked(text, how.fontName), how)


def _story(document: Document) -> list[Flowable]:
    body = _invoiced(document) if document.kind is Kind.INVOICE else _credited(document)
    below = Table([[_taxes(document), "", _totals(document)]], [WIDTH * 0.5, WIDTH * 0.08, WIDTH * 0.42], style=FLAT)
    return [*_letterhead(document), Spacer(0, 9 * mm), *body, Spacer(0, 5 * mm), below]


def _letterhead(document: Document) -> list[Flowable]:
    seller = document.seller
    own = [_text(seller.name, NAME), *[_text(line, SMALL) for line in seller.address]]
    own += [_text(f"VAT ID {seller.vat_id}", SMALL), _text(seller.email, SMALL)]
    top = Table([[own, _text(TITLES[document.kind], TITLE)]], [WIDTH * 0.6, WIDTH * 0.4], splitInRow=1, style=FLAT)
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
    email = [_text(party.email, SMALL)] if party.email else []
    return [_text("Billed to", HEAD), *[_text(line) for line in party.lines], *email]


def _recipient(document: Document) -> list[Flowable]:
    if document.recipient is None:
        return []
    return [_text("Delivered to", HEAD), *[_text(line) for line in document.recipient.lines]]


def _facts(document: Document) -> Table:
    facts = [
        ("Number", document.number),
        ("Date", _day(document.issued_at)),
        *([("For invoice", document.invoice)] if document.invoice else []),
        ("Order", document.order_number),
        ("Ordered on", _day(document.ordered_at)),
    ]
    rows = [[_text(name, SMALL), _text(value, style(9, BOLD, alignment=TA_RIGHT))] for name, value in facts]
    return Table(rows, [WIDTH * 0.15, WIDTH * 0.23], style=FLAT)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y")


LINES = [
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


def _invoiced(document: Document) -> list[Flowable]:
    names = ("Qty", "Unit price", "Discount", "Net", "Tax", "Total")
    head = [_text("Item", HEAD), *[_text(name, HEAD_RIGHT) for name in names]]
    rows = [_line(item, document.currency) for item in document.items]
    return [Table([head, *rows], _COLUMNS, repeatRows=1, splitInRow=1, style=LINES)]


def _line(item: Item, currency: str) -> list[Any]:
    def money(amount: int) -> Paragraph:
        return _text(written(amount, currency), RIGHT)

    tax = [money(item.tax), _text(percent(item.rate_bps), SMALL_RIGHT)]
    discount = money(-item.discount) if item.discount else _text("–", RIGHT)
    amounts = (money(item.unit_price), discount, money(item.net), tax, money(item.gross))
    return [_description(item), _text(str(item.quantity), RIGHT), *amounts]


def _description(item: Item) -> list[Flowable]:
    options = [_text(item.options, SMALL)] if item.options else []
    return [_text(item.name), *options, _text(f"SKU {item.sku}", SMALL)]


def _credited(document: Document) -> list[Flowable]:
    said = f"For invoice {document.invoice} we have given back {written(document.total, document.currency)}."
    if not document.items:
        return [_text(said)]
    head = [_text("Goods that came back", HEAD), _text("Qty", HEAD_RIGHT)]
    rows = [[_description(item), _text(str(item.quantity), RIGHT)] for item in document.items]
    goods = Table([head, *rows], [WIDTH * 0.85, WIDTH * 0.15], repeatRows=1, splitInRow=1, style=LINES)
    return [_text(said), Spacer(0, 6 * mm), goods]


def _totals(document: Document) -> Table:
    rows = [[_text(name), _text(written(amount, document.currency), RIGHT)] for name, amount in _sums(document)]
    last = "Total" if document.kind is Kind.INVOICE else "Credited"
    rows.append([_text(last, style(10, BOLD)), _text(written(document.total, document.currency), STRONG_RIGHT)])
    return Table(rows, [WIDTH * 0.17, WIDTH * 0.25], style=[*LINES[-5:], ("LINEABOVE", (0, -1), (-1, -1), 0.8, INK)])


def _sums(document: Document) -> list[tuple[str, int]]:
    if document.kind is Kind.CREDIT_NOTE:
        return []
    discount = [("Discount", -document.discount)] if document.discount else []
    tax = [] if document.inclusive else [("Tax", sum(one.tax for one in document.taxes))]
    return [("Subtotal", document.subtotal), *discount, ("Shipping", document.shipping), *tax]


def _taxes(document: Document) -> list[Flowable]:
    head = [_text("Tax rate", HEAD), *[_text(name, HEAD_RIGHT) for name in ("Net", "Tax", "Gross")]]
    rows = [[_text(percent(one.rate_bps), style(8)), *_amounts(one, document.currency)] for one in document.taxes]
    included = "The prices contain the tax." if document.inclusive else "The tax is added to the prices."
    table = Table([head, *rows], [WIDTH * 0.11, *[WIDTH * 0.13] * 3], style=LINES)
    return [table, _text(included, SMALL)] if document.kind is Kind.INVOICE else [table]


def _amounts(one: Taxed, currency: str) -> list[Paragraph]:
    return [_text(written(amount, currency), RIGHT) for amount in (one.net, one.tax, one.gross)]


def percent(bps: int) -> str:
    """1900 → 19 %, 2550 → 25.5 %."""
    whole, rest = divmod(bps, 100)
    return f"{whole}{f'.{rest:02}'.rstrip('0') if rest else ''}\N{NO-BREAK SPACE}%"
