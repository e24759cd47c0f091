"""A popular SKU's units dealt out over several items, so that its buyers do not all wait for one.

A SKU is *whole* (`dealt` is absent, there is no shard item) or *dealt*: its own item is number 0, and shards 1 to
`dealt - 1` stand beside it with the same `revision`. Why no unit is lost or invented, whatever is repeated or races:

1. Only `deal` makes shards. One transaction takes the units out of the SKU's item, puts all shards, and gives both a
   revision that never was before. Its condition is the revision before, so it can't be applied twice.
2. Only `_take_in` removes a shard: one transaction deletes it, on condition that it holds exactly the units seen, and
   adds these to the SKU's item. Shards of a revision that are gone stay gone, by 1.
3. `close_deal`, after all are gone, makes the SKU whole. So: if it is whole there are no shards, and a shard's revision
   is that of its SKU. Offer, owner and lot only change while it is whole, so the revision of a shard proves the price.
4. A hold takes from each item on condition of revision and enough units, in the transaction of its reservation, which
   notes the shards and the revision. Its units stand in `held` of that shard of that revision while there is one, and
   else, by 2, of the SKU's own item: giving back tries the first and then the second, and the first can't come back.
5. Any step may be the last one before a crash: what stands then can be sold, held and given back as ever. The mark
   `unsettled` was set before, and lets the sweeper go on.

"Out of stock" is said only after all items were seen at one moment (`look`), when they held too little together.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from chalicelib.stock.models import Shard, Sku
from chalicelib.table import snapshot
from common.ids import new_id
from common.problems import Unavailable
from common.tables import ConditionFailed, Refused, Transaction

MOST = 16
_ROUNDS = 12
_TRIES = 200  # of taking one shard in while others buy from it; each failed one means that they did

Parts = dict[int, int]  # units by the number of the shard, 0 being the SKU's own item


@dataclass(frozen=True)
class View:
    """A SKU at one moment: `main` has the counters of all its items together, `levels` what each has available."""

    main: Sku
    levels: Mapping[int, int]


def look(sku: str, likely: int | None = None) -> View | None:
    """All items of a SKU as they were at one moment; one read if it is dealt out over `likely` items or fewer."""
    for _ in range(_ROUNDS):
        rows = snapshot([Sku.key(sku), *Shard.keys(sku, likely)])
        main = next((row for row in rows if isinstance(row, Sku)), None)
        if main is None:
            return None
        if (main.dealt or 1) <= (likely or 1):
            return added_up(main, [row for row in rows if isinstance(row, Shard)])
        likely = main.dealt
    raise Unavailable(retry_after=1)


def whole(sku: str) -> Sku | None:
    """The SKU with the units of all its shards, exactly; one read if it has none."""
    main = Sku.find(sku)
    if main is None or not main.dealt:
        return main
    view = look(sku, main.dealt)
    return view.main if view else None


def added_up(main: Sku, shards: list[Shard]) -> View:
    """A SKU with its shards; those of another deal, in a read of several moments, are left out."""
    own = [shard for shard in shards if main.dealt and shard.revision == main.revision]
    levels = {0: main.available} | {shard.number: shard.available for shard in own}
    held = main.held + sum(shard.held for shard in own)
    return View(Sku(**{**main.attribute_values, "available": sum(levels.values()), "held": held}), levels)


def chosen(levels: Mapping[int, int], quantity: int) -> Parts:
    """Where to take so many units: of one shard if any suffices, at random so that buyers part, else of the fewest."""
    enough = [number for number, available in levels.items() if available >= quantity]
    if enough:
        return {random.choice(enough): quantity}  # noqa: S311 - to part, not to hide
    fullest = sorted((number for number in levels if levels[number] > 0), key=lambda one: -levels[one])
    before = accumulate((levels[number] for number in fullest), initial=0)
    parts = {n: min(levels[n], quantity - taken) for n, taken in zip(fullest, before, strict=False)}
    return {number: units for number, units in parts.items() if units > 0}


def arrange(sku: str) -> None:
    """Deal the units out as staff want, or gather them; a repeat, or a race of several, ends in the same."""
    for _ in range(_ROUNDS):
        main = Sku.find(sku)
        if main is None or main.freed or main.claimed or not main.unsettled:
            return
        try:
            if main.dealt:
                gather(sku)
            elif main.shards > 1:
                deal(main)
            else:
                main.unmark_uneven()
        except (ConditionFailed, Refused):
            continue  # sold, described or arranged by another meanwhile; the mark stays for the sweeper


def deal(main: Sku) -> None:
    """Spread the units evenly, in one transaction; Refused if the SKU was changed or sold low since it was read.

    A repeat finds another revision, and a crash before or after leaves it whole or dealt.
    """
    revision, share = new_id("rev"), main.available // main.shards
    moved = share * (main.shards - 1)
    actions = [Sku.available.set(Sku.available - moved), Sku.dealt.set(main.shards), Sku.revision.set(revision)]
    still = (Sku.revision == main.revision) & Sku.dealt.does_not_exist() & (Sku.shards == main.shards)
    transaction = Transaction()
    transaction.update(
        Sku.of(main.sku),
        [*actions, Sku.unsettled.remove()],
        still & Sku.live() & Sku.claimed.does_not_exist() & (Sku.available >= moved),
    )
    values = {"revision": revision, "product_id": main.product_id, "watched": main.watched or None}
    for number in range(1, main.shards):
        transaction.put(Shard.of(main.sku, number, available=share, **values), Shard.pk.does_not_exist())
    transaction.commit()


def gather(sku: str) -> None:
    """Make a SKU whole, shard by shard, while it is being sold; whoever else does so helps."""
    main = Sku.find(sku)
    if main is None or not main.dealt:
        return
    try:
        main.mark_uneven()
        for number in range(1, main.dealt):
            _take_in(main, number)
        main.close_deal()
    except ConditionFailed:
        pass  # gathered by another


def _take_in(main: Sku, number: int) -> None:
    """Move a shard's units to the SKU's own item and delete it; nothing if it is gone."""
    shard = Shard.find(main.sku, number)
    for _ in range(_TRIES):
        if shard is None or shard.revision != main.revision:
            return
        try:
            _merge(main, shard)
        except Refused as refused:
            now = refused.reasons[0]
            shard = Shard.from_raw_data(now.item) if now and now.item else None
        else:
            return
    raise Unavailable(retry_after=1)


def _merge(main: Sku, shard: Shard) -> None:
    """All or nothing, and once: the shard must hold what was seen, and is gone afterwards."""
    same = (Shard.revision == shard.revision) & (Shard.available == shard.available) & (Shard.held == shard.held)
    transaction = Transaction()
    transaction.delete(Shard.of(main.sku, shard.number), same)
    still = (Sku.revision == main.revision) & Sku.dealt.exists()
    moved = Sku.added(shard.available, shard.held) or [Sku.dealt.set(Sku.dealt)]
    transaction.update(Sku.of(main.sku), moved, still)
    transaction.commit()
