"""Letters on documents: DejaVu Sans for Latin, Greek, Cyrillic and more, Droid Sans Fallback for Chinese and Japanese.

Both are embedded, so a document looks the same everywhere and its text can be searched. A letter that neither has is
printed as a question mark, never as a box; what has no shape of its own (joiners, variants of emoji) is left out.
"""

import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, HAN = "DejaVuSans", "DejaVuSans-Bold", "DroidSansFallbackFull"
UNKNOWN = "?"


def marked(text: str, font: str = REGULAR) -> str:
    """A text as a paragraph takes it, with the letters that `font` lacks in one that has them."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    letters = [(_font_of(letter, font), letter) for letter in plain]
    runs = groupby((one for one in letters if one[0]), key=lambda one: one[0])
    return "".join(_run(name, "".join(letter for _, letter in found), font) for name, found in runs)


def _run(name: str, text: str, font: str) -> str:
    if name == UNKNOWN:
        return "?" * len(text)
    return escape(text) if name == font else f'<font name="{name}">{escape(text)}</font>'


def _font_of(letter: str, font: str) -> str:
    """Empty for what has no shape."""
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Cf", "Cs") or (kind in ("Mn", "Me") and ord(letter) not in glyphs(font)):
        return ""
    if ord(letter) in glyphs(font):
        return font
    return HAN if ord(letter) in glyphs(HAN) else UNKNOWN


@cache
def glyphs(name: str) -> frozenset[int]:
    """The letters of a font, which can be used from then on. The large one is read when it is needed first."""
    font = TTFont(name, str(folder() / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def folder() -> Path:
    """In the layer, beside reportlab; elsewhere where the layer is made from."""
    deployed = Path(reportlab.__file__).parents[1] / "document_fonts"
    return deployed if deployed.exists() else Path(__file__).parents[2] / "layer-invoices" / "document_fonts"
