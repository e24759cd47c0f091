"""Stock items: a SKU's counters with what is sold under it, which also makes the SKU unique, and its further shards."""

from collections.abc import Iterable
from typing import Any

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.stock.offers import Offer
from chalicelib.table import StockItem, batch_get
from common.attributes import Document, Whole
from common.tables import Item, Transaction, get, update

UNEVEN = "SHARDS"
_LOW = "LOW"


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """The moment at which a SKU was found to have become low."""

    id: str
    available: int
    low_at: int
    at: int


class UnevenIndex(GlobalSecondaryIndex["Sku"]):  # type: ignore[no-untyped-call]
    """SKUs that are not dealt out over as many shards as staff want; it shares its index with unsettled sales."""

    class Meta(Item.Meta):
        index_name = "sales"
        projection = KeysOnlyProjection()

    unsettled = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class LowIndex(GlobalSecondaryIndex["Sku"]):  # type: ignore[no-untyped-call]
    """SKUs of which little is left; sparse."""

    class Meta(Item.Meta):
        index_name = "low"
        projection = IncludeProjection(["available", "dealt", "revision", "product_id", "low_stock_at", "crossing"])

    low = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class Sku(StockItem):
    """`SKU#<sku> / STOCK`. `on_hand` is `available + held`: units sold are in neither.

    `lot` is new whenever a SKU is given to a variant: what was reserved of an earlier owner never comes back to a
    later one. `revision` is new with each change of the offer: whoever reserves at a price proves that it still holds.
    `freed`: its product is archived, another may take the SKU. `claimed`: set aside for a product that is too large for
    one transaction and does not exist yet. `shards` is what staff want, `dealt` over how many items the units are
    spread, this one included, with None for this one alone; neither offer nor owner change meanwhile (see shards.py).
    """

    lot = UnicodeAttribute()
    revision = UnicodeAttribute()
    offer: Document[Offer] = Document(Offer)
    available = Whole()
    held = Whole(default=0)
    shards = Whole(default=1)
    dealt = Whole(null=True)
    unsettled = UnicodeAttribute(null=True)
    product_id = UnicodeAttribute()
    freed = BooleanAttribute(null=True)
    claimed = BooleanAttribute(null=True)
    low_stock_at = Whole(null=True)
    low = UnicodeAttribute(null=True)
    crossing: Document[Crossing] = Document(Crossing, null=True)
    uneven_index = UnevenIndex()
    low_index = LowIndex()

    @property
    def sku(self) -> str:
        return self.pk.removeprefix("SKU#")

    @property
    def for_sale(self) -> bool:
        return self.offer.sellable and not self.freed

    @property
    def watched(self) -> bool:
        """Whether it can become low; 0 is a level too."""
        return self.attribute_values.get("low_stock_at") is not None

    @classmethod
    def key(cls, sku: str) -> "tuple[type[Sku], str, str]":
        return cls, f"SKU#{sku}", "STOCK"

    @classmethod
    def of(cls, sku: str, **values: Any) -> "Sku":
        return cls(f"SKU#{sku}", "STOCK", **values)

    @classmethod
    def find(cls, sku: str) -> "Sku | None":
        """Its own item, with the units that are not dealt out."""
        return get(cls, f"SKU#{sku}", "STOCK")

    @classmethod
    def find_all(cls, skus: Iterable[str], *, consistent: bool) -> "dict[str, Sku]":
        """The same by SKU, in one round trip for each hundred."""
        rows: list[Sku] = batch_get([cls.key(sku) for sku in skus], consistent=consistent)
        return {row.sku: row for row in rows}

    @classmethod
    def take(cls, transaction: Transaction, sku: str, revision: str, quantity: int) -> None:
        """Set units aside at the known offer, never below zero."""
        actions = [cls.available.set(cls.available - quantity), cls.held.set(cls.held + quantity)]
        transaction.update(cls.of(sku), actions, (cls.revision == revision) & (cls.available >= quantity))

    @classmethod
    def move(cls, transaction: Transaction, sku: str, lot: str, *, available: int = 0, held: int = 0) -> None:
        """Add to the counters of a lot, as long as the SKU still is of that lot."""
        transaction.update(cls.of(sku), cls.added(available, held), cls.lot == lot)

    @classmethod
    def added(cls, available: int, held: int) -> list[Any]:
        """The actions that add to the counters; `Shard` has the same attributes."""
        actions = [cls.available.set(cls.available + available)] if available else []
        return actions + ([cls.held.set(cls.held + held)] if held else [])

    @classmethod
    def live(cls) -> Condition:
        live: Condition = cls.pk.exists() & cls.freed.does_not_exist()
        return live

    def same_counters(self) -> Condition:
        """All units are here, and none has come or gone since this was read."""
        cls = Sku
        counters = (cls.lot == self.lot) & (cls.available == self.available) & (cls.held == self.held)
        same: Condition = counters & cls.freed.does_not_exist() & cls.dealt.does_not_exist()
        return same

    @classmethod
    def want_shards(cls, sku: str, number: int) -> "Sku":
        """Write down what staff want, with a mark that it has to be done; ConditionFailed if there is no such SKU.

        An absolute number: a repeat sets the same again.
        """
        return update(cls.of(sku), [cls.shards.set(number), cls.unsettled.set(UNEVEN)], cls.live())

    def mark_uneven(self) -> None:
        """Units are about to be gathered: should that be cut off, the sweeper finds it. A repeat marks it again."""
        same = (Sku.revision == self.revision) & Sku.dealt.exists()
        update(self.of(self.sku), [Sku.unsettled.set(UNEVEN)], same)

    def unmark_uneven(self) -> None:
        """Nothing is to be dealt out, and nothing is; ConditionFailed if staff want something else by now."""
        none_wanted = (Sku.revision == self.revision) & Sku.dealt.does_not_exist() & (Sku.shards == self.shards)
        update(self.of(self.sku), [Sku.unsettled.remove()], none_wanted)

    def close_deal(self) -> None:
        """All shards of this deal are gone: units are in this item only. A repeat, or a race, finds it closed."""
        update(self.of(self.sku), [Sku.dealt.remove()], (Sku.revision == self.revision) & Sku.dealt.exists())

    @classmethod
    def uneven(cls) -> "list[str]":
        """SKUs that the sweeper has to look at."""
        return [row.pk.removeprefix("SKU#") for row in cls.uneven_index.query(UNEVEN)]

    @classmethod
    def warn_at(cls, sku: str, low_stock_at: int | None) -> "Sku":
        """ConditionFailed if there is no such SKU, or if it is dealt out: its shards know whether they are watched."""
        level = cls.low_stock_at.remove() if low_stock_at is None else cls.low_stock_at.set(low_stock_at)
        return update(cls.of(sku), [level], cls.live() & cls.dealt.does_not_exist())

    def set_low(self, crossing: Crossing | None) -> None:
        """Put it on the list of low ones, or take it off; ConditionFailed if it is there, or its level was changed."""
        cls = Sku
        if crossing:
            same = cls.live() & cls.crossing.does_not_exist() & (cls.low_stock_at == crossing.low_at)
            update(self.of(self.sku), [cls.low.set(_LOW), cls.crossing.set(crossing)], same & (cls.lot == self.lot))
        else:
            update(self.of(self.sku), [cls.low.remove(), cls.crossing.remove()], cls.crossing == self.crossing)

    @classmethod
    def list_low(cls, after: str | None, limit: int) -> "list[Sku]":
        """Low ones by SKU, from the SKU `after` on."""
        beyond = LowIndex.pk > f"SKU#{after}" if after else None
        return list(cls.low_index.query(_LOW, beyond, limit=limit))


class Shard(StockItem):
    """`SKU#<sku> / STOCK#<number>`: units of a SKU that were dealt out at `revision`; `watched` if it can become low.

    The SKU's own item is number 0. Sorted after it, so that neither stands between it and its history.
    """

    revision = UnicodeAttribute()
    available = Whole()
    held = Whole(default=0)
    product_id = UnicodeAttribute()
    watched = BooleanAttribute(null=True)

    @property
    def sku(self) -> str:
        return self.pk.removeprefix("SKU#")

    @property
    def number(self) -> int:
        return int(self.sk.removeprefix("STOCK#"))

    @classmethod
    def of(cls, sku: str, number: int, **values: Any) -> "Shard":
        return cls(f"SKU#{sku}", f"STOCK#{number}", **values)

    @classmethod
    def keys(cls, sku: str, dealt: int | None) -> "list[tuple[type[Shard], str, str]]":
        return [(cls, f"SKU#{sku}", f"STOCK#{number}") for number in range(1, dealt or 1)]

    @classmethod
    def find(cls, sku: str, number: int) -> "Shard | None":
        return get(cls, f"SKU#{sku}", f"STOCK#{number}")

    @classmethod
    def take(cls, transaction: Transaction, sku: str, number: int, revision: str, quantity: int) -> None:
        """Set units aside at the known offer, never below zero."""
        actions = [cls.available.set(cls.available - quantity), cls.held.set(cls.held + quantity)]
        enough = (cls.revision == revision) & (cls.available >= quantity)
        transaction.update(cls.of(sku, number), actions, enough)

    @classmethod
    def move(
        cls, transaction: Transaction, sku: str, number: int, deal: str, *, available: int = 0, held: int = 0
    ) -> None:
        """Add to the counters of a shard, as long as it is of that deal."""
        transaction.update(cls.of(sku, number), Sku.added(available, held), cls.revision == deal)
