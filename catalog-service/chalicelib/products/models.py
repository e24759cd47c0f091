"""The product item with its variants and pictures embedded, and its slug.

One item holds the whole product, so that a page reads it with one get, and a product with 100 variants is changed
with few writes: a transaction has room for 100 items, and each SKU has one of its own in the stock table already.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.prices import Price as Price
from chalicelib.table import CatalogItem
from common.attributes import Document, Whole
from common.schemas import Money
from common.tables import Item, Transaction, get

Status = Literal["draft", "active", "archived"]
LARGER = "640"
THUMB = "160"  # pixels, as renditions are named
PRODUCTS = "#products"
_UNFINISHED, _PROCESSING = "PRODUCTS", "PICTURES"


class Option(msgspec.Struct, frozen=True):
    name: str
    values: list[str]


class Translation(msgspec.Struct, frozen=True):
    name: str
    description: str = ""


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """`price` is in the product's own currency, `prices` are by the codes of others."""

    sku: str
    options: dict[str, str]
    price: Money
    compare_at_price: Money | None = None
    weight_g: int = 0
    prices: dict[str, Price] = {}

    def cost(self, currency: str) -> tuple[Money, Money | None] | None:
        """The price in a currency and what it is compared with; None without one."""
        if currency == self.price.currency:
            return self.price, self.compare_at_price
        if currency not in self.prices:
            return None
        one = self.prices[currency]
        return Money(one.amount, currency), None if one.compare_at is None else Money(one.compare_at, currency)


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture; `key` is where it lies in the bucket, `renditions` are keys by width.

    Until it is `ready` nobody has looked into it, and only staff may see it.
    """

    id: str
    key: str
    width: int
    height: int
    alt: str
    status: Literal["processing", "ready"] = "ready"
    renditions: dict[str, str] = {}


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """`version` counts what staff changed, `revision` every write of the item, such as a change of `in_stock`.

    `shelves` are the categories whose lists show it. `unfinished` are SKUs whose items in the stock table are not in
    step yet, `unfinished_cards` shelves whose cards are not (see saving.py). `translations` are by language tag.
    """

    id: str
    slug: str
    name: str
    description: str
    status: Status
    category_ids: list[str]
    shelves: list[str]
    options: list[Option]
    variants: list[Variant]
    images: list[Image]
    in_stock: bool
    version: int
    revision: int
    created_at: int
    updated_at: int
    unfinished: list[str] = []
    translations: dict[str, Translation] = {}
    unfinished_cards: list[str] = []

    @property
    def finished(self) -> bool:
        """Its SKUs and its cards are in step."""
        return not self.unfinished and not self.unfinished_cards

    @property
    def live(self) -> bool:
        """Not archived: it owns its slug and its SKUs."""
        return self.status != "archived"

    @property
    def thumb(self) -> str | None:
        """The key of the smallest rendition of the first picture that is ready, or of the picture itself."""
        first = self._first_picture
        return first.renditions.get(THUMB, first.key) if first else None

    @property
    def has_larger(self) -> bool:
        """Whether there is a larger rendition beside that one: cards need it on screens of many pixels."""
        return self._first_picture is not None and {THUMB, LARGER} <= self._first_picture.renditions.keys()

    @property
    def _first_picture(self) -> Image | None:
        return next((one for one in self.images if one.status == "ready"), None)

    @property
    def processing(self) -> bool:
        """Whether a picture has not been looked into yet."""
        return any(one.status == "processing" for one in self.images)

    @property
    def names(self) -> dict[str, str]:
        """Translated names by language tag."""
        return {tag: one.name for tag, one in self.translations.items()}


class UnfinishedIndex(GlobalSecondaryIndex["ProductItem"]):  # type: ignore[no-untyped-call]
    """Products that somebody has still to do something to; empty but for those.

    A change went beyond one transaction and was cut off, or else pictures are being looked into.
    """

    class Meta(Item.Meta):
        index_name = "unfinished"
        projection = KeysOnlyProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class ProductItem(CatalogItem):
    """`PROD#<id> / META`. Without a document it is a tombstone: no product of this id can be made any more.

    By `shelf` every product is on one list in the index of cards, whatever becomes of its cards.
    """

    document: Document[Product] = Document(Product, null=True)
    revision = Whole(default=0)
    shelf = UnicodeAttribute(null=True)
    unfinished = UnicodeAttribute(null=True)
    unfinished_index = UnfinishedIndex()

    @classmethod
    def key(cls, product_id: str) -> tuple[type["ProductItem"], str, str]:
        """For a batch read together with items of other kinds."""
        return cls, f"PROD#{product_id}", "META"

    @classmethod
    def changed(cls, pk: str, sk: str) -> str | None:
        """The product's id, if it is a product that has these keys."""
        return pk.removeprefix("PROD#") if pk.startswith("PROD#") and sk == "META" else None

    @classmethod
    def find(cls, product_id: str, *, consistent: bool) -> Product | None:
        try:
            return cls.get(f"PROD#{product_id}", "META", consistent_read=consistent).document
        except cls.DoesNotExist:
            return None

    @classmethod
    def write(cls, transaction: Transaction, product: Product, seen_revision: int | None) -> None:
        """As long as nobody wrote it since it was read; None: as long as there is none."""
        mark = None if product.finished else _UNFINISHED
        mark = mark or (_PROCESSING if product.processing else None)
        values = {"revision": product.revision, "unfinished": mark, "shelf": PRODUCTS}
        item = _product_item(product.id, document=product, **values)
        absent = cls.pk.does_not_exist()
        transaction.put(item, absent if seen_revision is None else cls.revision == seen_revision)

    @classmethod
    def check(cls, transaction: Transaction, product_id: str, seen: Product | None) -> None:
        """That it is as it was read; None: that there is none."""
        unchanged = cls.revision == seen.revision if seen else cls.document.does_not_exist()
        transaction.check(cls, f"PROD#{product_id}", "META", unchanged)

    @classmethod
    def bury(cls, transaction: Transaction, product_id: str) -> None:
        """Where there is no product, see to it that none is ever made."""
        transaction.put(_product_item(product_id), cls.document.does_not_exist())

    @classmethod
    def left_unfinished(cls) -> Iterator[str]:
        """Ids of products whose SKUs or cards are not all in step."""
        return cls._marked(_UNFINISHED)

    @classmethod
    def left_processing(cls) -> Iterator[str]:
        """Ids of products with pictures that have not been looked into yet."""
        return cls._marked(_PROCESSING)

    @classmethod
    def _marked(cls, mark: str) -> Iterator[str]:
        rows = cls.unfinished_index.query(mark)
        yield from (row.pk.removeprefix("PROD#") for row in rows)


def _product_item(product_id: str, **values: Any) -> ProductItem:
    return ProductItem(f"PROD#{product_id}", "META", **values)


class Slug(CatalogItem):
    """`SLUG#<slug> / SLUG`: finds a product by its slug, and makes the slug unique."""

    product_id = UnicodeAttribute()

    @classmethod
    def owner(cls, slug: str) -> str | None:
        found = get(cls, f"SLUG#{slug}", "SLUG")
        return found.product_id if found else None

    @classmethod
    def put(cls, transaction: Transaction, slug: str, product_id: str) -> None:
        transaction.put(cls(f"SLUG#{slug}", "SLUG", product_id=product_id), cls.pk.does_not_exist())

    @classmethod
    def hand_over(cls, transaction: Transaction, slug: str, owner: str | None, product_id: str) -> None:
        """To a product, as long as it is this one's."""
        free = cls.pk.does_not_exist() if owner is None else cls.product_id == owner
        transaction.put(cls(f"SLUG#{slug}", "SLUG", product_id=product_id), free)

    @classmethod
    def drop(cls, transaction: Transaction, slug: str, product_id: str) -> None:
        transaction.delete(cls(f"SLUG#{slug}", "SLUG"), cls.product_id == product_id)
