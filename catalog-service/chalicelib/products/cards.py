"""Cards: what lists show of a product, one item for each shelf that it stands on.

A shelf is a category, or EVERYTHING. Each sort is an index over the cards of one shelf and status, and one over those
of a shelf in any status. Sort keys end in the product's id: a total order.
"""

import unicodedata
from typing import Any, Literal

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from chalicelib.products.models import Product, Status, Variant
from chalicelib.table import CatalogItem
from common.attributes import Document
from common.schemas import Money
from common.tables import Item, Transaction

Sort = Literal["newest", "price_asc", "price_desc", "name"]
Order = Sort | Literal["oldest"]
EVERYTHING = "*"
_PRICELESS = "9" * 12  # without variants: after all that have a price
_SEPARATOR = "\x1f"  # sorts before every character of a name


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn of a card."""

    slug: str
    name: str
    status: Status
    price: Money | None
    compare_at_price: Money | None
    available: bool
    thumb: str | None
    names: dict[str, str] = {}


class _CardIndex(GlobalSecondaryIndex["Card"]):  # type: ignore[no-untyped-call]
    class Meta(Item.Meta):
        index_name = ""
        projection = IncludeProjection(["face"])


class NewestIndex(_CardIndex):  # type: ignore[no-untyped-call]
    class Meta(_CardIndex.Meta):
        index_name = "newest"

    shelf_status = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class PriceIndex(_CardIndex):  # type: ignore[no-untyped-call]
    class Meta(_CardIndex.Meta):
        index_name = "price"

    shelf_status = UnicodeAttribute(hash_key=True)
    by_price = UnicodeAttribute(range_key=True)


class NameIndex(_CardIndex):  # type: ignore[no-untyped-call]
    class Meta(_CardIndex.Meta):
        index_name = "name"

    shelf_status = UnicodeAttribute(hash_key=True)
    by_name = UnicodeAttribute(range_key=True)


class AllNewestIndex(_CardIndex):  # type: ignore[no-untyped-call]
    class Meta(_CardIndex.Meta):
        index_name = "all-newest"

    shelf = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class AllPriceIndex(_CardIndex):  # type: ignore[no-untyped-call]
    class Meta(_CardIndex.Meta):
        index_name = "all-price"

    shelf = UnicodeAttribute(hash_key=True)
    by_price = UnicodeAttribute(range_key=True)


class AllNameIndex(_CardIndex):  # type: ignore[no-untyped-call]
    class Meta(_CardIndex.Meta):
        index_name = "all-name"

    shelf = UnicodeAttribute(hash_key=True)
    by_name = UnicodeAttribute(range_key=True)


class Card(CatalogItem):
    """`PROD#<id> / CARD#<shelf>`. Product ids are time-ordered, so that `pk` sorts by age."""

    shelf = UnicodeAttribute()
    shelf_status = UnicodeAttribute()
    by_price = UnicodeAttribute()
    by_name = UnicodeAttribute()
    face: Document[Face] = Document(Face)
    newest_index = NewestIndex()
    price_index = PriceIndex()
    name_index = NameIndex()
    all_newest_index = AllNewestIndex()
    all_price_index = AllPriceIndex()
    all_name_index = AllNameIndex()

    @property
    def product_id(self) -> str:
        return self.pk.removeprefix("PROD#")

    def put(self, transaction: Transaction) -> None:
        """Whole and without a condition: the product's revision, in the same transaction, guards it."""
        transaction.put(self)

    def drop(self, transaction: Transaction) -> None:
        transaction.delete(self)


_INDEXES: dict[tuple[str, bool], Any] = {
    ("newest", False): (Card.newest_index, NewestIndex.pk),
    ("price", False): (Card.price_index, PriceIndex.by_price),
    ("name", False): (Card.name_index, NameIndex.by_name),
    ("newest", True): (Card.all_newest_index, AllNewestIndex.pk),
    ("price", True): (Card.all_price_index, AllPriceIndex.by_price),
    ("name", True): (Card.all_name_index, AllNameIndex.by_name),
}


_KEYS: dict[Order, str] = {
    "newest": "newest",
    "oldest": "newest",
    "price_asc": "price",
    "price_desc": "price",
    "name": "name",
}


def listed(shelf: str, status: Status | None, sort: Order, after: str | None, number: int) -> list[Card]:
    """So many cards of a shelf after a position, by one query; any status if it is None."""
    index, key = _INDEXES[_KEYS[sort], status is None]
    descending = sort in ("newest", "price_desc")
    beyond: Condition | None = None
    if after is not None:
        beyond = key < after if descending else key > after
    rows = index.query(
        shelf if status is None else _shelf_status(shelf, status),
        beyond,
        scan_index_forward=not descending,
        limit=number,
    )
    return list(rows)


def position(card: Card, sort: Order) -> str:
    """Where a list goes on after this card."""
    at: str = getattr(card, {"newest": "pk", "price": "by_price", "name": "by_name"}[_KEYS[sort]])
    return at


def cards_of(product: Product) -> dict[str, Card]:
    """The cards that a product should have, by shelf. An archived one stands with everything archived only."""
    cheapest, face = lowest(product), face_of(product)
    amount = f"{cheapest.price.amount:012d}" if cheapest else _PRICELESS
    common: dict[str, Any] = {
        "face": face,
        "by_price": f"{amount}{_SEPARATOR}{product.id}",
        "by_name": f"{sortable(product.name)}{_SEPARATOR}{product.id}",
    }
    return {
        shelf: Card(
            f"PROD#{product.id}",
            f"CARD#{shelf}",
            shelf=shelf,
            shelf_status=_shelf_status(shelf, product.status),
            **common,
        )
        for shelf in (EVERYTHING, *product.shelves)
    }


def face_of(product: Product) -> Face:
    cheapest = lowest(product)
    return Face(
        slug=product.slug,
        name=product.name,
        status=product.status,
        price=cheapest.price if cheapest else None,
        compare_at_price=cheapest.compare_at_price if cheapest else None,
        available=product.in_stock,
        thumb=product.thumb,
        names=product.names,
    )


def lowest(product: Product) -> Variant | None:
    """The variant whose price a card shows."""
    return min(product.variants, key=lambda one: one.price.amount, default=None)


def sortable(name: str) -> str:
    """A name as lists sort it: without case, accents and control characters, and short enough for a key."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = (character for character in plain if character >= " " and not unicodedata.combining(character))
    return "".join(kept)[:150]


def _shelf_status(shelf: str, status: Status) -> str:
    return f"{shelf}#{status}"
