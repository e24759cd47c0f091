"""How documents look: measures, letters, and a canvas that numbers its pages."""

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table

from chalicelib.invoices.fonts import BOLD, REGULAR, marked

MARGIN, FOOTER = 18 * mm, 24 * mm
WIDTH = A4[0] - 2 * MARGIN
INK, GREY, RULE = HexColor("#1c2430"), HexColor("#5d6775"), HexColor("#c9d0d9")


def style(size: float, font: str = REGULAR, color: Any = INK, **more: Any) -> ParagraphStyle:
    return ParagraphStyle("", fontName=font, fontSize=size, leading=size * 1.4, textColor=color, **more)


TEXT, SMALL = style(9), style(7.5, color=GREY)
RIGHT, HEAD = style(8, alignment=TA_RIGHT), style(7.5, BOLD, GREY)
HEAD_RIGHT = style(7.5, BOLD, GREY, alignment=TA_RIGHT)
STRONG_RIGHT, TITLE = style(10, BOLD, alignment=TA_RIGHT), style(20, BOLD, alignment=TA_RIGHT)
SMALL_RIGHT = style(7.5, color=GREY, alignment=TA_RIGHT)
NAME = style(14, BOLD)

FLAT = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]
LINES = [
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


def paragraph(text: str, how: ParagraphStyle = TEXT) -> Paragraph:
    return Paragraph(marked(text, how.fontName), how)


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
        row = Table(
            [[paragraph(self._below[1], SMALL), paragraph(place, SMALL_RIGHT)]], [WIDTH * 0.6, WIDTH * 0.4], style=FLAT
        )
        _, height = row.wrapOn(self, WIDTH, FOOTER)
        row.drawOn(self, MARGIN, FOOTER - 7 * mm - height)
