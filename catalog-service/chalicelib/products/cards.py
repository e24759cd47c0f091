"""Cards: what lists show of a product, one item for each shelf that it stands on.

A shelf is a category, or EVERYTHING. Each sort is an index over the cards of one shelf and status, and one over those
of a shelf in any status. Sort keys end in the product's id: a total order.

What costs something in another currency than the shop's own also stands on `<shelf>@<currency>`, at that price. The
plain shelf has everything, at the price in the shop's currency, or else in the product's.
"""

import unicodedata
from typing import Any, Literal

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from chalicelib import config
from chalicelib.products.faces import Face, face_of, further_currencies
from chalicelib.products.models import Product, Status
from chalicelib.table import CatalogItem
from common.attributes import Document
from common.tables import Item, Transaction

Sort = Literal["newest", "price_asc", "price_desc", "name"]
Order = Sort | Literal["oldest"]
EVERYTHING = "*"
_PRICELESS = "9" * 12  # without variants: after all that have a price
_SEPARATOR = "\x1f"  # sorts before every character of a name


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

    @classmethod
    def at(cls, product_id: str, place: str, **values: Any) -> "Card":
        return cls(f"PROD#{product_id}", f"CARD#{place}", **values)

    @classmethod
    def of_product(cls, product_id: str) -> "dict[str, Card]":
        """All that are stored, by shelf."""
        rows = cls.query(f"PROD#{product_id}", cls.sk.startswith("CARD#"), consistent_read=True)
        return {row.sk.removeprefix("CARD#"): row for row in rows}

    @property
    def shown(self) -> tuple[object, ...]:
        """All that it says, for comparing."""
        return self.shelf, self.shelf_status, self.by_price, self.by_name, self.face

    def put(self, transaction: Transaction) -> None:
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
    by_name = f"{sortable(product.name)}{_SEPARATOR}{product.id}"
    places = (EVERYTHING, *product.shelves)
    cards = {}
    for currency in (None, *further_currencies(product)):
        face = face_of(product, currency)
        by_price = f"{face.price.amount:012d}" if face.price else _PRICELESS
        for shelf in (priced_shelf(place, currency) for place in places):
            cards[shelf] = Card.at(
                product.id,
                shelf,
                shelf=shelf,
                shelf_status=_shelf_status(shelf, product.status),
                face=face,
                by_price=f"{by_price}{_SEPARATOR}{product.id}",
                by_name=by_name,
            )
    return cards


def priced_shelf(shelf: str, currency: str | None) -> str:
    """Where the cards of a shelf with prices in this currency stand."""
    return shelf if currency in (None, config.CURRENCY) else f"{shelf}@{currency}"


def is_further(shelf: str) -> bool:
    """Whether its cards are in another currency than the shop's own."""
    return "@" in shelf


def sortable(name: str) -> str:
    """A name as lists sort it: without case, accents and control characters, and short enough for a key."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = (character for character in plain if character >= " " and not unicodedata.combining(character))
    return "".join(kept)[:150]


def _shelf_status(shelf: str, status: Status) -> str:
    return f"{shelf}#{status}"
