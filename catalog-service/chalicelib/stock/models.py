"""Stock items: one counter for each SKU, which also makes the SKU unique, and its history."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from chalicelib.prices import Price
from chalicelib.table import StockItem, batch_get
from common.attributes import Document, Whole
from common.idempotency import RecordAttributes
from common.ids import new_id
from common.schemas import Money
from common.tables import Item, Transaction, get, update


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold under a SKU, kept beside its counter so that one read answers a cart or a checkout.

    `prices` are those in further currencies by code, `names` the translated ones by language tag.
    """

    product_id: str
    name: str
    options: dict[str, str]
    price: Money
    weight_g: int
    thumb: str | None
    sellable: bool
    prices: dict[str, Price] = {}
    names: dict[str, str] = {}


class Sku(StockItem):
    """`SKU#<sku> / STOCK`. `on_hand` is `available + held`: units sold are in neither.

    `lot` is new whenever a SKU is given to a variant: what was reserved of an earlier owner never comes back to a
    later one. `revision` is new with each change of the offer: whoever reserves at a price proves that it still holds.
    `freed`: its product is archived, another may take the SKU. `claimed`: set aside for a product that is too large for
    one transaction and does not exist yet.
    """

    lot = UnicodeAttribute()
    revision = UnicodeAttribute()
    offer: Document[Offer] = Document(Offer)
    available = Whole()
    held = Whole(default=0)
    shards = Whole(default=1)
    product_id = UnicodeAttribute()
    freed = BooleanAttribute(null=True)
    claimed = BooleanAttribute(null=True)

    @property
    def sku(self) -> str:
        return self.pk.removeprefix("SKU#")

    @property
    def for_sale(self) -> bool:
        return self.offer.sellable and not self.freed

    @classmethod
    def key(cls, sku: str) -> "tuple[type[Sku], str, str]":
        return cls, f"SKU#{sku}", "STOCK"

    @classmethod
    def of(cls, sku: str, **values: Any) -> "Sku":
        return cls(f"SKU#{sku}", "STOCK", **values)

    @classmethod
    def find(cls, sku: str) -> "Sku | None":
        return get(cls, f"SKU#{sku}", "STOCK")

    @classmethod
    def find_all(cls, skus: Iterable[str], *, consistent: bool) -> "dict[str, Sku]":
        """By SKU, in one round trip for each hundred."""
        rows: list[Sku] = batch_get([cls.key(sku) for sku in skus], consistent=consistent)
        return {row.sku: row for row in rows}

    @classmethod
    def free_to_take(cls) -> Condition:
        free: Condition = cls.pk.does_not_exist() | (cls.freed == True)  # noqa: E712 - a condition of DynamoDB's, not of Python's
        return free

    @classmethod
    def give(cls, transaction: Transaction, sku: str, offer: Offer, units: int, *, claimed: bool) -> None:
        """Make the SKU a variant's own; refused while it is another's. An archived product's counter is replaced."""
        values = {"lot": new_id("lot"), "revision": new_id("rev"), "available": units, "claimed": claimed or None}
        own_claim = (cls.product_id == offer.product_id) & (cls.claimed == True)  # noqa: E712
        free = cls.free_to_take() | own_claim
        transaction.put(cls.of(sku, offer=offer, product_id=offer.product_id, **values), free)

    @classmethod
    def revive(cls, transaction: Transaction, sku: str, offer: Offer, lot: str) -> None:
        """An archived product takes its SKU back with its units; refused if another has it by now."""
        actions = [cls.freed.remove(), cls.revision.set(new_id("rev")), cls.offer.set(offer)]
        transaction.update(cls.of(sku), actions, (cls.lot == lot) & (cls.freed == True))  # noqa: E712

    @classmethod
    def describe(cls, transaction: Transaction, sku: str, offer: Offer) -> None:
        """Change what is sold under the SKU."""
        actions = [cls.claimed.remove(), cls.revision.set(new_id("rev")), cls.offer.set(offer)]
        transaction.update(cls.of(sku), actions, cls._owned(offer.product_id))

    @classmethod
    def free(cls, transaction: Transaction, sku: str, product_id: str) -> None:
        """Its product is archived: anybody may take the SKU. The units stay in case the product returns."""
        actions = [cls.freed.set(True), cls.revision.set(new_id("rev"))]
        transaction.update(cls.of(sku), actions, cls._owned(product_id))

    @classmethod
    def remove(cls, transaction: Transaction, sku: str, product_id: str) -> None:
        transaction.delete(cls.of(sku), cls._owned(product_id))

    @classmethod
    def seize(cls, transaction: Transaction, sku: str, product_id: str) -> None:
        """Remove what was set aside for a product that was never made."""
        transaction.delete(cls.of(sku), cls._owned(product_id) & (cls.claimed == True))  # noqa: E712

    @classmethod
    def _owned(cls, product_id: str) -> Condition:
        owned: Condition = (cls.product_id == product_id) & cls.freed.does_not_exist()
        return owned

    @classmethod
    def take(cls, transaction: Transaction, sku: str, revision: str, quantity: int) -> None:
        """Set units aside at the known offer, never below zero."""
        actions = [cls.available.set(cls.available - quantity), cls.held.set(cls.held + quantity)]
        transaction.update(cls.of(sku), actions, (cls.revision == revision) & (cls.available >= quantity))

    @classmethod
    def move(cls, transaction: Transaction, sku: str, lot: str, *, available: int = 0, held: int = 0) -> None:
        """Add to the counters of a lot, as long as the SKU still is of that lot."""
        actions = [cls.available.set(cls.available + available)] if available else []
        actions += [cls.held.set(cls.held + held)] if held else []
        transaction.update(cls.of(sku), actions, cls.lot == lot)

    @classmethod
    def set_on_hand(cls, sku: str, on_hand: int) -> "Sku":
        """Count the shelf anew; ConditionFailed below what is held.

        One update to an absolute number: a repeat sets the same again, and a hold made meanwhile is in `held`.
        """
        live = cls.pk.exists() & cls.freed.does_not_exist() & (cls.held <= on_hand)
        return update(cls.of(sku), [cls.available.set(on_hand - cls.held)], live)


class AuthorsIndex(GlobalSecondaryIndex["Adjustment"]):  # type: ignore[no-untyped-call]
    """Who corrected the stock; sparse, so what was forgotten is not found again."""

    class Meta(Item.Meta):
        index_name = "authors"
        projection = IncludeProjection(["delta", "reason", "at"])

    actor = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Adjustment(StockItem):
    """`SKU#<sku> / ADJ#<id>`: one correction with its reason, oldest first; without `actor` once that was erased."""

    delta = Whole()
    reason = UnicodeAttribute()
    actor = UnicodeAttribute(null=True)
    at = Whole()

    authors = AuthorsIndex()

    @property
    def sku(self) -> str:
        return self.pk.removeprefix("SKU#")

    @property
    def id(self) -> str:
        return self.sk.removeprefix("ADJ#")

    @classmethod
    def of_author(cls, actor: str, before: str | None, limit: int) -> "list[Adjustment]":
        """The newest ones, from the id `before` on."""
        older = cls.sk < f"ADJ#{before}" if before else None
        return list(cls.authors.query(actor, older, limit=limit, scan_index_forward=False))

    def forget_author(self) -> None:
        """The correction and its reason stay. One write; a repeat removes nothing more."""
        update(self, [Adjustment.actor.remove()], Adjustment.pk.exists())


class AdjustmentRecord(RecordAttributes, StockItem):
    """`IDEM#<caller>#<key> / IDEM`: the answer that an Idempotency-Key had."""

    @classmethod
    def find(cls, owner: str) -> "AdjustmentRecord | None":
        return get(cls, owner, "IDEM")


def adjust(seen: Sku, delta: int, note: Mapping[str, Any], owner: str, record: Mapping[str, Any]) -> None:
    """Correct the counter, note why, and store the answer under the key, all or nothing; Refused otherwise.

    The record makes a repeat fail, and the counters must be as seen, since the answer was made from them.
    """
    transaction = Transaction()
    transaction.put(AdjustmentRecord(owner, "IDEM", **record), AdjustmentRecord.pk.does_not_exist())
    same = (Sku.lot == seen.lot) & (Sku.available == seen.available) & (Sku.held == seen.held)
    transaction.update(Sku.of(seen.sku), [Sku.available.set(Sku.available + delta)], same)
    transaction.put(Adjustment(seen.pk, f"ADJ#{new_id('adj')}", **note))
    transaction.commit()
