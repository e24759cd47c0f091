"""What other features do with stock: they read its counters, and move them as parts of their own transactions.

Reserving costs one transaction because what is sold under a SKU is remembered by each process with its revision:
the transaction proves the revision, so that nobody ever reserves at a price that no longer holds.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.stock import shards
from chalicelib.stock.models import Shard
from chalicelib.stock.models import Sku as Sku
from chalicelib.stock.offers import Offer
from chalicelib.stock.shards import Parts as Parts
from chalicelib.table import Key, batch_get
from common.tables import Reason, Transaction

_MOST_REMEMBERED = 20_000


@dataclass(frozen=True)
class Known:
    """An offer as it was last seen, over how many items its units are dealt out, and which of these had any."""

    lot: str
    revision: str
    offer: Offer
    dealt: int = 1
    stocked: Sequence[int] = field(default=(), compare=False)


class Place(NamedTuple):
    """Where units stand: a shard of a deal, or number 0, the SKU's own item, whatever the deal."""

    sku: str
    lot: str
    shard: int = 0
    deal: str = ""

    @property
    def after_the_deal(self) -> "Place":
        """Where they stand once the shard is gone."""
        return Place(self.sku, self.lot)


@dataclass(frozen=True)
class Shortage:
    """So many are left, which is too few."""

    left: int


_remembered: dict[str, Known] = {}
_dealt: dict[str, int] = {}  # SKUs with shards, so that these are read together with them


def offers(skus: Iterable[str], currency: str | None = None) -> dict[str, Known]:
    """What may be sold, by SKU; unknown SKUs and what is not for sale are left out. One read for the new ones, and for
    those that had no price in this currency: no transaction would prove that they still have none."""
    remembered = {sku: _remembered[sku] for sku in skus if sku in _remembered}
    found = {sku: one for sku, one in remembered.items() if one.offer.cost(currency) is not None}
    if unknown := set(skus) - found.keys():
        for sku, item in Sku.find_all(unknown, consistent=True).items():
            if known := _learn(sku, item):
                found[sku] = known
    return found


def levels(skus: Iterable[str], *, consistent: bool = False) -> dict[str, Sku]:
    """The SKUs that exist with the units of all their shards, to read: one call for each hundred, and one more for
    each hundred shards that this process did not know of."""
    return among(batch_get(keys(skus), consistent=consistent), consistent=consistent)


def first_parts(known: Known, quantity: int) -> Parts:
    """Where to try first: at random, so that buyers part, but where there was something."""
    return {random.choice(known.stocked or range(known.dealt)): quantity}  # noqa: S311 - to part, not to hide


def take(transaction: Transaction, sku: str, known: Known, parts: Parts) -> None:
    for number, quantity in parts.items():
        if number:
            Shard.take(transaction, sku, number, known.revision, quantity)
        else:
            Sku.take(transaction, sku, known.revision, quantity)


def judge(
    sku: str, quantity: int, known: Known, parts: Parts, reasons: Sequence[Reason | None]
) -> Shortage | Parts | None:
    """What to do about a refused hold of `parts`, with a reason for each: the same again if it was not them, another
    choice, or nothing if too few are left. None if the offer had changed.

    A SKU that is gone, or no longer for sale, has 0 left. One without shards needs no further read.
    """
    if not any(reason and reason.code == "ConditionalCheckFailed" for reason in reasons):
        return parts
    likely = known.dealt
    if likely == 1:
        item = Sku.from_raw_data(reasons[0].item) if reasons[0] and reasons[0].item else None
        if item is None or not item.dealt:
            return _judge_whole(sku, quantity, known, item)
        likely = item.dealt
    view = shards.look(sku, likely)
    now = _learn(sku, view.main, view.levels) if view else _learn(sku, None)
    if view is None or now is None:
        return Shortage(0)
    return Shortage(view.main.available) if view.main.available < quantity else shards.chosen(view.levels, quantity)


def _judge_whole(sku: str, quantity: int, known: Known, item: Sku | None) -> Shortage | None:
    now = _learn(sku, item)
    if now is None or item is None:
        return Shortage(0)
    return Shortage(item.available) if item.available < quantity and now.revision == known.revision else None


def give_back(transaction: Transaction, place: Place, quantity: int) -> None:
    """A hold ends: the units are available again."""
    _move(transaction, place, available=quantity, held=-quantity)


def sell(transaction: Transaction, place: Place, quantity: int) -> None:
    """Sold units are no longer held, and so no longer on hand."""
    _move(transaction, place, held=-quantity)


def restock(transaction: Transaction, place: Place, quantity: int) -> None:
    """Returned units are available again."""
    _move(transaction, place, available=quantity)


def _move(transaction: Transaction, place: Place, *, available: int = 0, held: int = 0) -> None:
    if place.shard:
        Shard.move(transaction, place.sku, place.shard, place.deal, available=available, held=held)
    else:
        Sku.move(transaction, place.sku, place.lot, available=available, held=held)


def gather(skus: Iterable[str]) -> None:
    """See to it that each SKU takes a single item of a transaction, as one without shards does."""
    for sku in skus:
        shards.gather(sku)
        _remembered.pop(sku, None)


def gather_refused(reasons: Iterable[Reason | None]) -> bool:
    """Whether SKUs whose change was refused had been dealt out over shards: now they are not, so try once more.

    The sweeper deals them out again.
    """
    items = [reason.item for reason in reasons if reason and reason.item and "dealt" in reason.item]
    for item in items:
        shards.gather(Sku.from_raw_data(item).sku)
    return bool(items)


def turned(old: dict[str, Any], new: dict[str, Any] | None) -> str | None:
    """Of a change of the stock table: the product, if units of it, or of one of its shards, sold out, came in again
    or were removed."""
    if "available" not in old or "product_id" not in old:
        return None
    if new is None and "lot" not in old:
        return None  # a shard was taken in: its units stand in the SKU's own item
    before, after = _available(old), _available(new) if new else 0
    return str(old["product_id"]["S"]) if (before > 0) != (after > 0) else None


def _available(image: Mapping[str, Any]) -> int:
    return int(image["available"]["N"])


def keys(skus: Iterable[str]) -> list[Key]:
    """For a batch read together with items of other kinds: the SKUs, and the shards that they were seen to have."""
    return [key for sku in skus for key in (Sku.key(sku), *Shard.keys(sku, _dealt.get(sku)))]


def among(rows: Iterable[object], *, consistent: bool = False) -> dict[str, Sku]:
    """The SKUs in what a batch read gave, each with the units of all its shards, to read.

    Shards that this process did not know of are read now, and known from here on.
    """
    found = list(rows)
    mains = {row.sku: row for row in found if isinstance(row, Sku)}
    own: dict[str, dict[int, Shard]] = {sku: {} for sku in mains}
    _sort(own, found)
    missing = [key for main in mains.values() for key in _not_among(own[main.sku], main)]
    _sort(own, batch_get(missing, consistent=consistent) if missing else [])
    return {
        sku: shards.added_up(main, list(own[sku].values())).main if main.dealt else main for sku, main in mains.items()
    }


def _sort(own: dict[str, dict[int, Shard]], rows: Iterable[object]) -> None:
    for row in rows:
        if isinstance(row, Shard) and row.sku in own:
            own[row.sku][row.number] = row


def _not_among(found: Mapping[int, Shard], main: Sku) -> list[Key]:
    """Keys of shards that were not read; from here on they are."""
    if not main.dealt:
        _dealt.pop(main.sku, None)
        return []
    if len(_dealt) >= _MOST_REMEMBERED:
        _dealt.clear()
    _dealt[main.sku] = main.dealt
    numbered = enumerate(Shard.keys(main.sku, main.dealt), start=1)
    return [key for number, key in numbered if number not in found]


def forget() -> None:
    """Remember nothing, as a new process."""
    _remembered.clear()
    _dealt.clear()


def _learn(sku: str, item: Sku | None, seen: Mapping[int, int] | None = None) -> Known | None:
    if item is None or not item.for_sale:
        _remembered.pop(sku, None)
        return None
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    stocked = [number for number, available in (seen or {}).items() if available > 0]
    _remembered[sku] = Known(item.lot, item.revision, item.offer, item.dealt or 1, stocked)
    return _remembered[sku]
