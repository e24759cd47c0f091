"""Searching the products, and keeping the index in step with them."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from itertools import groupby

from chalicelib import config
from chalicelib.categories import domain as categories
from chalicelib.products import domain as products
from chalicelib.search import library, parts
from chalicelib.search.documents import Document, of_product, terms
from chalicelib.search.ranking import Filters, Hit, Results
from chalicelib.search.reader import reader
from common.pagination import page

PRICE_BOUNDS = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)
_SETTLED_AFTER_S = 5
_label = lru_cache(maxsize=5_000)(terms)


@dataclass(frozen=True)
class Facets:
    """Matches by category, without those that have none, and by price: from the first, below the second bound."""

    categories: list[tuple[categories.Category, int]]
    prices: list[tuple[int, int | None, int]]


@dataclass(frozen=True)
class Question:
    """What was asked; the cursor of its answer is good for no other. `reader` is a caller who sees more than others."""

    words: str
    currency: str
    category: str = ""
    min_price: int | None = None
    max_price: int | None = None
    status: frozenset[str] = frozenset({"active"})
    reader: str = ""

    @property
    def scope(self) -> tuple[str, ...]:
        prices = str(self.min_price), str(self.max_price)
        return "search", self.words, self.currency, self.category, *prices, *sorted(self.status), self.reader

    def filters(self) -> Filters:
        shelf = categories.id_of(self.category) or self.category if self.category else None
        elsewhere = self.currency != config.CURRENCY
        return Filters(self.status, self.currency, elsewhere, shelf, self.min_price, self.max_price)


def search(question: Question, limit: int, cursor: str | None) -> tuple[list[Hit], str | None, Facets]:
    """The products that match, best first, and how many there are by category and price. Reads no table but the
    remembered one of categories.

    A cursor is a place in the ranking, so pages go on in the index as it is by then: what changed its place between
    them may be missing or come twice, nothing else.
    """
    position = config.cursors.open(cursor, *question.scope)
    known = sorted(categories.remembered(), key=lambda one: (one.position, one.name, one.id))
    labels = {one.id: _label(one.name, *one.names.values()) for one in known}
    results = Results(reader.segments(), question.words, question.filters(), labels)
    rows, following = page(results.best(limit + 1, _after(position)), limit, _position, config.cursors, *question.scope)
    return rows, following, _facets(results, known)


def _position(hit: Hit) -> str:
    return f"{hit.score} {hit.document.id}"


def _after(position: str | None) -> tuple[int, str] | None:
    if position is None:
        return None
    score, _, document_id = position.partition(" ")
    return int(score), document_id


def _facets(results: Results, known: Sequence[categories.Category]) -> Facets:
    by_shelf, by_price = results.by_shelf([one.id for one in known]), results.by_price(PRICE_BOUNDS)
    bands = zip((0, *PRICE_BOUNDS), (*PRICE_BOUNDS, None), by_price, strict=True)
    return Facets(
        [(one, by_shelf[one.id]) for one in known if by_shelf[one.id]],
        [(least, most, count) for least, most, count in bands if count],
    )


def follow(product_ids: Iterable[str]) -> None:
    """Bring the index in step with what is stored now of these products; a repeat or a late call does no harm.

    Where there is no index, or a damaged one, it is made of all products.
    """
    wanted = sorted(set(product_ids))
    if not wanted:
        return
    try:
        written = library.apply(lambda: _stored(wanted))
    except parts.Unreadable:
        written = False
    if not written:
        rebuild()


def _stored(product_ids: Sequence[str]) -> parts.Changes:
    found = {product.id: of_product(product) for product in products.stored_many(product_ids)}
    return {one: found.get(one) for one in product_ids}


def rebuild() -> int:
    """Make the index anew of all products, by the list of them; how many there are. Products may change meanwhile."""
    return library.replace_all(_documents())


def _documents() -> Iterator[Document]:
    return (document for document in map(of_product, products.all_stored()) if document)


def differences() -> list[str]:
    """Ids of products of which the index does not say what is stored. Those that differ are looked at once more after
    a while, as what changes just now is on its way."""
    suspects = _differing(_documents())
    if suspects:
        time.sleep(_SETTLED_AFTER_S)
    indexed = {document.id: document for document in _indexed()}
    now = _stored(suspects)
    return [one for one in suspects if indexed.get(one) != now[one]]


def _differing(documents: Iterator[Document]) -> list[str]:
    both = merge(documents, _indexed(), key=lambda document: document.id)
    pairs = ((one, list(group)) for one, group in groupby(both, key=lambda document: document.id))
    return [one for one, group in pairs if len(group) != 2 or group[0] != group[1]]


def _indexed() -> Iterator[Document]:
    return parts.living(library.open_all())
