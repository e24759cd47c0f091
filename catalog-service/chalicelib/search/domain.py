"""Searching the products, and keeping the index in step with them."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib import config
from chalicelib.categories import domain as categories
from chalicelib.products import domain as products
from chalicelib.products.domain import Product
from chalicelib.search import library
from chalicelib.search.ranking import Filters, Hit, Results
from chalicelib.search.reader import reader
from chalicelib.search.segment import Document
from common.pagination import page

PRICE_BOUNDS = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)


@dataclass(frozen=True)
class Facets:
    """Matches by category, without those that have none, and by price: from the first, below the second bound."""

    categories: list[tuple[categories.Category, int]]
    prices: list[tuple[int, int | None, int]]


@dataclass(frozen=True)
class Question:
    """What was asked; the cursor of its answer is good for no other."""

    words: str
    category: str
    min_price: int | None
    max_price: int | None

    @property
    def scope(self) -> tuple[str, ...]:
        return "search", self.words, self.category, str(self.min_price), str(self.max_price)


def search(question: Question, limit: int, cursor: str | None) -> tuple[list[Hit], str | None, Facets]:
    """The products that match, best first, and how many there are by category and price. Reads no table."""
    position = config.cursors.open(cursor, *question.scope)
    shelf = categories.id_of(question.category) if question.category else None
    filters = Filters(shelf or question.category or None, question.min_price, question.max_price)
    results = Results(reader.segments(), question.words, filters)
    rows, following = page(results.best(limit + 1, _after(position)), limit, _position, config.cursors, *question.scope)
    return rows, following, _facets(results)


def _position(hit: Hit) -> str:
    return f"{hit.score} {hit.document.id}"


def _after(position: str | None) -> tuple[int, str] | None:
    if position is None:
        return None
    score, _, document_id = position.partition(" ")
    return int(score), document_id


def _facets(results: Results) -> Facets:
    known = categories.remembered()
    by_shelf, by_price = results.counts([one.id for one in known], PRICE_BOUNDS)
    bands = zip((0, *PRICE_BOUNDS), (*PRICE_BOUNDS, None), by_price, strict=True)
    return Facets(
        [(one, by_shelf[one.id]) for one in known if by_shelf[one.id]],
        [(least, most, count) for least, most, count in bands if count],
    )


def follow(product_ids: Iterable[str]) -> None:
    """Bring the index in step with what is stored now of these products; a repeat or a late call does no harm."""
    wanted = sorted(set(product_ids))
    found = {product.id: product for product in products.stored_many(wanted)}
    if wanted:
        library.apply({one: document_of(found[one]) if one in found else None for one in wanted})


def rebuild() -> int:
    """Make the index anew of all products, by the list of them; how many there are."""
    return library.replace_all(document for document in map(document_of, products.all_stored()) if document)


def document_of(product: Product) -> Document | None:
    """What is searched; only active products are. SKUs, options and categories are found like the description."""
    if product.status != "active":
        return None
    known = {one.id: one.name for one in categories.remembered()}
    options = [value for option in product.options for value in option.values]
    skus = [variant.sku for variant in product.variants]
    names = [known[one] for one in product.shelves if one in known]
    return Document(
        id=product.id,
        body=" ".join([product.description, *options, *names, *skus]),
        shelves=product.shelves,
        face=products.face_of(product),
    )
