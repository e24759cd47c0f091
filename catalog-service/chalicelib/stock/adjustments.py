"""The history of a SKU's stock: corrections by staff, and the records that make each happen once."""

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from chalicelib.stock.models import Sku
from chalicelib.table import StockItem
from common.attributes import Whole
from common.idempotency import RecordAttributes
from common.ids import new_id
from common.tables import Item, Transaction, get, update


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

    @classmethod
    def of_sku(cls, sku: str, before: str | None, limit: int) -> "tuple[Sku | None, list[Adjustment]]":
        """The newest ones, from the id `before` on; without one, the SKU's own item in the same query, if there is."""
        newest = f"ADJ#{before}" if before else "STOCK"
        within: Condition = cls.sk.between("ADJ#", newest)
        answer = cls._get_connection().query(
            f"SKU#{sku}", within, limit=limit + 1, scan_index_forward=False, consistent_read=True
        )
        rows = [row for row in answer["Items"] if row["sk"]["S"] != f"ADJ#{before}"]
        own = next((Sku.from_raw_data(row) for row in rows if row["sk"]["S"] == "STOCK"), None)
        return own, [cls.from_raw_data(row) for row in rows if row["sk"]["S"] != "STOCK"][:limit]

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
    _correct(transaction, seen, delta, note)
    transaction.commit()


def count(seen: Sku, delta: int, note: Mapping[str, Any]) -> None:
    """The same for what was counted on the shelf, which needs no key: counted again, there is no difference.

    The counters must be as seen, since the difference was made from them; Refused otherwise.
    """
    transaction = Transaction()
    _correct(transaction, seen, delta, note)
    transaction.commit()


def _correct(transaction: Transaction, seen: Sku, delta: int, note: Mapping[str, Any]) -> None:
    transaction.update(Sku.of(seen.sku), [Sku.available.set(Sku.available + delta)], seen.same_counters())
    transaction.put(Adjustment(seen.pk, f"ADJ#{new_id('adj')}", delta=delta, **note))
