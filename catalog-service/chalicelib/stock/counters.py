"""What other features do with stock: its counters moved, and its SKUs owned, as parts of their own transactions.

Reserving costs one transaction because what is sold under a SKU is remembered by each process with its revision:
the transaction proves the revision, so that nobody ever reserves at a price that no longer holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from chalicelib.stock.models import Offer as Offer
from chalicelib.stock.models import Sku as Sku
from common.tables import Reason, Transaction

_MOST_REMEMBERED = 20_000


@dataclass(frozen=True)
class Known:
    """An offer as it was last seen."""

    lot: str
    revision: str
    offer: Offer


_remembered: dict[str, Known] = {}


def offers(skus: Iterable[str]) -> dict[str, Known]:
    """What may be sold, by SKU; unknown SKUs and what is not for sale are left out. One read for the new ones."""
    found = {sku: _remembered[sku] for sku in skus if sku in _remembered}
    if unknown := set(skus) - found.keys():
        for sku, item in Sku.find_all(unknown, consistent=True).items():
            if known := _learn(sku, item):
                found[sku] = known
    return found


def levels(skus: Iterable[str], *, consistent: bool = False) -> dict[str, Sku]:
    """The counters that exist, by SKU."""
    return Sku.find_all(skus, consistent=consistent)


def take(transaction: Transaction, sku: str, known: Known, quantity: int) -> None:
    Sku.take(transaction, sku, known.revision, quantity)


def judge(sku: str, quantity: int, known: Known, reason: Reason | None) -> int | None:
    """Why a unit could not be taken: the number that is left if too few are, None if the offer had changed.

    A SKU that is gone, or no longer for sale, has 0 left.
    """
    if reason is None or reason.code != "ConditionalCheckFailed":
        return None
    item = Sku.from_raw_data(reason.item) if reason.item else None
    now = _learn(sku, item)
    if now is None or item is None:
        return 0
    return item.available if item.available < quantity and now.revision == known.revision else None


def give_back(transaction: Transaction, sku: str, lot: str, quantity: int) -> None:
    """A hold ends: the units are available again."""
    Sku.move(transaction, sku, lot, available=quantity, held=-quantity)


def sell(transaction: Transaction, sku: str, lot: str, quantity: int) -> None:
    """Sold units are no longer held, and so no longer on hand."""
    Sku.move(transaction, sku, lot, held=-quantity)


def restock(transaction: Transaction, sku: str, lot: str, quantity: int) -> None:
    """Returned units are available again."""
    Sku.move(transaction, sku, lot, available=quantity)


def own(transaction: Transaction, sku: str, offer: Offer, units: int, *, claimed: bool = False) -> None:
    """A variant is made. `claimed` ahead of its product: not for sale until it is described."""
    aside = msgspec.structs.replace(offer, sellable=False) if claimed else offer
    Sku.give(transaction, sku, aside, units, claimed=claimed)


revive = Sku.revive
describe = Sku.describe
free = Sku.free
remove = Sku.remove
seize = Sku.seize


def claimed_for(reason: Reason) -> str | None:
    """The product for which a SKU that was refused is only set aside, if so."""
    item = Sku.from_raw_data(reason.item) if reason.item else None
    return item.product_id if item and item.claimed else None


def turned(old: dict[str, Any], new: dict[str, Any] | None) -> str | None:
    """Of a change of the stock table: the product, if a SKU of it sold out, came in again or was removed."""
    if "available" not in old or "lot" not in old:
        return None
    before = Sku.from_raw_data(old)
    after = Sku.from_raw_data(new) if new else None
    return before.product_id if (before.available > 0) != (after is not None and after.available > 0) else None


def keys(skus: Iterable[str]) -> list[tuple[type[Sku], str, str]]:
    """For a batch read together with items of other kinds."""
    return [Sku.key(sku) for sku in skus]


def among(rows: Iterable[object]) -> dict[str, Sku]:
    """The counters in what a batch read gave, by SKU."""
    return {row.sku: row for row in rows if isinstance(row, Sku)}


def forget() -> None:
    """Remember nothing, as a new process."""
    _remembered.clear()


def _learn(sku: str, item: Sku | None) -> Known | None:
    if item is None or not item.for_sale:
        _remembered.pop(sku, None)
        return None
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[sku] = Known(item.lot, item.revision, item.offer)
    return _remembered[sku]
