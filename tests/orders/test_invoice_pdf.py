"""Invoices as a reader of PDF sees them: pages, letters, and the same bytes each time."""

import io
import subprocess
import sys

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.invoices import pdf
from chalicelib.invoices.document import Document, Item, Kind, Party, Seller, Taxed
from tests.support.services import ROOT


def text_of(content):
    """As a reader finds it, with every white space as one blank."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def document(count=1, **changes):
    """An invoice of so many lines."""
    items = [
        Item(
            name=f"Lamp {n}", options="", sku=f"L-{n}", quantity=1, unit_price=119, discount=0, net=100, tax=19,
            gross=119, rate_bps=1900,
        )
        for n in range(count)
    ]  # fmt: skip
    made = Document(
        kind=Kind.INVOICE, number="2026-000001", issued_at=1_790_000_000, order_id="ord_1", order_number="20260921-A",
        ordered_at=1_790_000_000, seller=Seller("The Shop", ["Street 1"], "DE0", "help@shop.example"), country="DE",
        buyer=Party(["Ann Example", "Lane 1"], "ann@example.test"), recipient=None, currency="EUR", inclusive=True,
        items=items, subtotal=119 * count, discount=0, shipping=0, taxes=[Taxed(1900, 100 * count, 19 * count)],
        total=119 * count,
    )  # fmt: skip
    return replace(made, **changes)


def named(name):
    one = document()
    return replace(one, items=[replace(one.items[0], name=name)])


def test_the_same_document_is_the_same_bytes():
    assert pdf.render(document(3)) == pdf.render(document(3))
    assert pdf.render(document(3)) != pdf.render(document(3, number="2026-000002"))


def test_many_lines_go_on_to_further_pages_each_with_the_heads_of_its_columns():
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(document(50)))).pages]

    assert len(pages) > 1
    assert [page.count("Unit price") for page in pages] == [1] * len(pages)
    assert [f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)
    skus = [word for page in pages for word in page.split() if word.startswith("L-")]
    assert skus == [f"L-{n}" for n in range(50)]


def extent(content):
    """The rightmost and lowest ink of text, in points."""
    places = []
    for page in PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=lambda text, _, matrix, *__: text.strip() and places.append(matrix[4:6]))
    return max(x for x, _ in places), min(y for _, y in places)


@pytest.mark.parametrize(
    "name", ["very long name " * 13, "Rindfleischetikettierungsüberwachungsaufgaben" * 4, "灯" * 190]
)
def test_long_names_wrap_within_their_column(name):
    content = pdf.render(named(name.strip()))
    lines = [line for line in PdfReader(io.BytesIO(content)).pages[0].extract_text().splitlines() if line[:3] in name]

    assert len([line for line in lines if line.strip()]) > 4
    assert "".join(text_of(content).split()).count("".join(name.split())) == 1
    assert extent(content)[0] < pdf.A4[0] - pdf.MARGIN


def test_whoever_writes_as_much_as_is_allowed_still_gets_an_invoice():
    most = "W" * 200
    party, item = Party([most] * 6, most), replace(document().items[0], name=most, options=" ".join([most] * 20))
    long = document(buyer=party, recipient=party, items=[item, item], order_number=most)

    assert text_of(pdf.render(long)).count("W") > 10_000


@pytest.mark.parametrize(
    "name",
    ["Ålesund naïve Łódź", "Γυάλινη λάμπα", "Настольная лампа", "日本語の照明器具", "台灯 檯燈", "<b>R&D</b> &amp;"],
)
def test_names_in_other_scripts_can_be_read_and_searched(name):
    assert name in text_of(pdf.render(named(name)))


def test_a_letter_that_no_font_has_is_a_question_mark_and_no_box():
    assert "Lamp ?? SKU" in text_of(pdf.render(named("Lamp 한💡\N{ZERO WIDTH JOINER}")))


def test_prices_without_tax_have_it_added_below():
    said = text_of(pdf.render(document(inclusive=False, discount=10, shipping=5)))

    assert "Subtotal €1.19 Discount -€0.10 Shipping €0.05 Tax €0.19 Total" in said
    assert "The tax is added to the prices." in said


def test_nothing_large_is_loaded_before_the_first_document():
    folder = ROOT / "orders-service"
    script = f"""import sys
sys.path[:0] = [{str(folder)!r}, {str(folder / "vendor")!r}]
import app
sys.exit("reportlab" in sys.modules or "PIL" in sys.modules)"""

    assert subprocess.run([sys.executable, "-c", script], cwd=folder, check=False).returncode == 0
