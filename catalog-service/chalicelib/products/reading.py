"""Products as their lists and pages show them: cards, and one product with its stock, in few reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from chalicelib import config
from chalicelib.categories import domain as categories
from chalicelib.products import cards
from chalicelib.products.cards import Card, Sort
from chalicelib.products.models import Product, ProductItem, Slug, Status
from chalicelib.reviews import ratings
from chalicelib.reviews.ratings import Rating
from chalicelib.stock import counters
from chalicelib.table import batch_get
from common.pagination import page
from common.problems import NotFound

Place = tuple[Any, str, str]  # kind of item and its key, for a batch read
LONGEST_SKU = 64
_BATCH = 100
_BESIDE = _BATCH - 2  # in one read with the product and its rating
_MOST_REMEMBERED = 5_000
_places: dict[str, list[Place]] = {}


@dataclass(frozen=True)
class Details:
    """A product with what stands in other items: how many there are of each SKU, its categories, its rating."""

    product: Product
    available: Mapping[str, int]
    categories: list[categories.Category]
    rating: Rating

    def with_ready_pictures(self) -> "Details":
        """As everybody sees it who is not staff."""
        ready = [one for one in self.product.images if one.status == "ready"]
        return Details(replace(self.product, images=ready), self.available, self.categories, self.rating)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list is of: all categories if `category` is empty, any status if it is None.

    With a currency only what has a price in it, but for the shop's own: then everything. `reader` binds the cursor to a
    caller who sees more than everybody does.
    """

    category: str
    status: Status | None
    sort: Sort
    currency: str | None = None
    reader: str = ""

    @property
    def scope(self) -> tuple[str, ...]:
        currency = cards.priced_shelf("", self.currency)
        return "products", self.category, self.status or "all", self.sort, currency, self.reader


def list_products(listing: Listing, limit: int, cursor: str | None) -> tuple[list[Card], str | None]:
    """One page of cards and the cursor of the next."""
    scope, sort = listing.scope, listing.sort
    after = config.cursors.open(cursor, *scope)
    shelf = categories.id_of(listing.category) if listing.category else cards.EVERYTHING
    place = shelf and cards.priced_shelf(shelf, listing.currency)
    rows = cards.listed(place, listing.status, sort, after, limit + 1) if place else []
    return page(rows, limit, lambda card: cards.position(card, sort), config.cursors, *scope)


@dataclass(frozen=True)
class Glance:
    """A product as the first read gave it, with what that brought from which places."""

    product: Product
    rows: list[Any]
    places: list[Place]


def look_at_product(id_or_slug: str) -> Glance:
    """A product, whatever its status: one batch read, which a slug costs a read more.

    What stood beside it when this process last saw it is read with it.
    """
    product_id = id_or_slug if id_or_slug.startswith("prd_") else Slug.owner(id_or_slug)
    places = [key(product_id), ratings.key(product_id), *_places.get(product_id, [])] if product_id else []
    rows = batch_get(places)
    product = next(among(rows), None)
    if product is None:
        raise NotFound
    return Glance(product, rows, places)


def key(product_id: str) -> Place:
    """For a batch read together with items of other kinds."""
    return ProductItem.key(product_id)


def among(rows: Iterable[object]) -> Iterator[Product]:
    """The products among the rows of a batch read."""
    return (row.document for row in rows if isinstance(row, ProductItem) and row.document)


def see_product(glance: Glance) -> Details:
    """With its stock and categories, at the cost of one batch read more unless the first has brought them all.

    Only the places of stock and categories are remembered, never what stands there, so nothing shown is older than
    the read; what the product names by now and the memory lacks is read after it.
    """
    product, rows = glance.product, list(glance.rows)
    if missing := [place for place in _beside(product) if place not in glance.places]:
        rows += batch_get(missing)
    found = _details(product, rows)
    _remember(product.id, _beside(product))  # with the shards of its SKUs, which it takes this read to know of
    return found


def details(product: Product) -> Details:
    """Stock, categories and rating of a product in one batch read."""
    return _details(product, batch_get([ratings.key(product.id), *_beside(product)]))


def _beside(product: Product) -> list[Place]:
    """Where stock and categories stand.

    With so many variants that the categories find no room in a batch, these are taken as remembered.
    """
    skus = [variant.sku for variant in product.variants]
    fits = len(skus) + len(product.category_ids) <= _BESIDE
    return [*counters.keys(skus), *categories.keys(product.category_ids if fits else [])]


def _details(product: Product, rows: Sequence[object]) -> Details:
    fits = len(product.variants) + len(product.category_ids) <= _BESIDE
    found = {one.id: one for one in (categories.among(rows) if fits else categories.remembered())}
    available = {sku: one.available for sku, one in counters.among(rows).items() if one.product_id == product.id}
    named = [found[one] for one in product.category_ids if one in found]
    return Details(product, available, named, ratings.among(rows))


def _remember(product_id: str, places: list[Place]) -> None:
    if len(_places) >= _MOST_REMEMBERED:
        _places.clear()
    _places[product_id] = places if len(places) <= _BESIDE else []


def look_up_variants(skus: Iterable[str]) -> tuple[list[counters.Sku], list[str]]:
    """What is for sale of these SKUs, as asked, and those that are not; one batch read for a hundred."""
    wanted = list(dict.fromkeys(skus))
    found = counters.levels([sku for sku in wanted if len(sku) <= LONGEST_SKU])  # DynamoDB refuses keys over 2 KB
    sold = [found[sku] for sku in wanted if sku in found and found[sku].for_sale]
    return sold, [sku for sku in wanted if sku not in found or not found[sku].for_sale]
