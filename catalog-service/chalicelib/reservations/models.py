"""The reservation item, its indexes and its conditional writes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.stock.counters import Place
from chalicelib.table import StockItem
from common.attributes import Document, Whole
from common.ids import shard_of
from common.schemas import Money
from common.tables import Item, Reason, Refused, Transaction, get, update

State = Literal["held", "sold", "released", "expired"]
HOLD_SHARDS = 4
KEPT_SECONDS = 30 * 24 * 3600  # a closed reservation refuses late calls for so long
MOST_PLACES = 99  # of units, beside the reservation itself in a transaction of at most 100
Places = dict[Place, int]  # units by where they stand
Move = Callable[[Transaction, Place, int], None]
_UNSETTLED = "SALES"


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was set aside: at which price, and of which lot of the SKU.

    `parts` are the units that were taken from shards of the `deal`, by number; the rest is from the SKU's own item.
    `weight_g` is that of one unit, None in holds from before it was kept.
    """

    sku: str
    lot: str
    quantity: int
    product_id: str
    name: str
    price: Money
    thumb: str | None
    weight_g: int | None = None
    deal: str = ""
    parts: dict[int, int] = {}

    @property
    def places(self) -> Places:
        """Where its units stand, unless the deal is over."""
        found = {Place(self.sku, self.lot, number, self.deal): units for number, units in self.parts.items()}
        rest = self.quantity - sum(found.values())
        return {**found, Place(self.sku, self.lot): rest} if rest else found


class HoldsIndex(GlobalSecondaryIndex["Reservation"]):  # type: ignore[no-untyped-call]
    """Open holds by the second of their expiry, over a few partitions. It needs no bookmark of what was swept, so a
    sweeper that was down, or a clock that was moved, leaves nothing behind. A commit does not write to it."""

    class Meta(Item.Meta):
        index_name = "holds"
        projection = KeysOnlyProjection()

    hold_shard = UnicodeAttribute(hash_key=True)
    hold_due = UnicodeAttribute(range_key=True)


class SalesIndex(GlobalSecondaryIndex["Reservation"]):  # type: ignore[no-untyped-call]
    """Sales whose units still stand in `held` of their counters; empty but for the last moments."""

    class Meta(Item.Meta):
        index_name = "sales"
        projection = IncludeProjection(["lines"])

    unsettled = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class Reservation(StockItem):
    """`RES#<id> / RES`. `held_until` decides by itself; DynamoDB's TTL only clears away what was closed long ago.

    `operation` is new with each attempt to make one, so that a repeat by the SDK is known as its own.
    """

    id = UnicodeAttribute()
    state: UnicodeAttribute = UnicodeAttribute()
    lines: Document[list[Line]] = Document(list[Line])
    held_until = Whole(default=0)
    operation = UnicodeAttribute(null=True)
    hold_shard = UnicodeAttribute(null=True)
    hold_due = UnicodeAttribute(null=True)
    unsettled = UnicodeAttribute(null=True)
    returns: Document[dict[str, dict[str, int]]] = Document(dict[str, dict[str, int]], default=dict)
    revision = Whole(default=1)
    expires_at = Whole(null=True)
    holds = HoldsIndex()
    sales = SalesIndex()

    @classmethod
    def of(cls, reservation_id: str, **values: Any) -> "Reservation":
        return cls(f"RES#{reservation_id}", "RES", **values)

    @classmethod
    def find(cls, reservation_id: str) -> "Reservation | None":
        return get(cls, f"RES#{reservation_id}", "RES")

    @classmethod
    def raw(cls, item: dict[str, Any] | None) -> "Reservation | None":
        return cls.from_raw_data(item) if item else None

    @classmethod
    def just_sold(cls, image: dict[str, Any]) -> str | None:
        """The id, if this image of the stream is a reservation whose sale has to be settled."""
        return cls.from_raw_data(image).id if "unsettled" in image and "lines" in image else None

    @classmethod
    def held(cls, reservation_id: str, lines: list[Line], until: int, operation: str) -> "Reservation":
        """A hold that is not written yet."""
        shard = f"HOLDS#{shard_of(reservation_id, HOLD_SHARDS)}"
        values = {"lines": lines, "held_until": until, "hold_shard": shard, "hold_due": _due(until, reservation_id)}
        return cls.of(reservation_id, id=reservation_id, state="held", operation=operation, **values)

    @classmethod
    def bury(cls, reservation_id: str, now: int) -> None:
        """Leave a tombstone where there is nothing, so that a late hold is refused; ConditionFailed if there is."""
        tombstone = cls.of(reservation_id)
        actions = [cls.id.set(reservation_id), cls.state.set("released"), cls.lines.set([])]
        update(tombstone, [*actions, cls.expires_at.set(now + KEPT_SECONDS)], cls.pk.does_not_exist())

    @classmethod
    def extend(cls, reservation_id: str, until: int, now: int) -> "Reservation":
        """Hold it longer; ConditionFailed if it is no longer held, or for longer already. A repeat changes nothing."""
        actions = [cls.held_until.set(until), cls.hold_due.set(_due(until, reservation_id))]
        live = (cls.state == "held") & (cls.held_until > now) & (cls.held_until < until)
        return update(cls.of(reservation_id), actions, live)

    @classmethod
    def sell(cls, reservation_id: str, now: int) -> "Reservation":
        """One conditional update, whichever of buyer and sweeper comes first; a repeat finds it sold."""
        actions = [cls.state.set("sold"), cls.unsettled.set(_UNSETTLED)]
        return update(cls.of(reservation_id), actions, (cls.state == "held") & (cls.held_until > now))

    @classmethod
    def due(cls, now: int) -> "Iterator[str]":
        """Ids of holds that ended before `now`, the oldest of each shard first."""
        for shard in range(HOLD_SHARDS):
            rows = cls.holds.query(f"HOLDS#{shard}", HoldsIndex.hold_due < _due(now + 1, ""))
            yield from (row.pk.removeprefix("RES#") for row in rows)

    @classmethod
    def unsettled_sales(cls) -> "Iterator[tuple[str, list[Line]]]":
        """Id and lines of sales that are still in the counters' `held`."""
        for row in cls.sales.query(_UNSETTLED):
            yield row.pk.removeprefix("RES#"), row.lines


def part_of(line: Line, quantity: int) -> Line:
    """The same line with so few of its units."""
    left, parts = quantity, dict[int, int]()
    for number, units in line.parts.items():
        parts[number] = min(units, left)
        left -= parts[number]
    kept = {number: units for number, units in parts.items() if units}
    return msgspec.structs.replace(line, quantity=quantity, parts=kept)


def close(reservation: Reservation, state: State, now: int, give_back: Move) -> bool:
    """End a hold and give its units back, in one transaction; False if it is not held (or, to expire, not lapsed).

    The state's condition makes a repeat, and whoever loses the race against a commit, change nothing.
    """
    cls = Reservation
    still = (cls.state == "held") & (cls.held_until <= now) if state == "expired" else cls.state == "held"
    actions = [cls.state.set(state), cls.hold_shard.remove(), cls.hold_due.remove()]
    actions.append(cls.expires_at.set(now + KEPT_SECONDS))
    own = Reservation.of(reservation.id)
    return with_lines(lambda t: t.update(own, actions, still), reservation.lines, give_back)


def settle(reservation_id: str, lines: Sequence[Line], sell: Move) -> bool:
    """Take a sale's units out of `held`, once: the mark is removed in the same transaction."""
    cls = Reservation
    actions = [cls.unsettled.remove(), cls.hold_shard.remove(), cls.hold_due.remove()]
    own = Reservation.of(reservation_id)
    return with_lines(lambda t: t.update(own, actions, cls.unsettled == _UNSETTLED), lines, sell)


def take_back(seen: Reservation, returns: dict[str, dict[str, int]], lines: Sequence[Line], restock: Move) -> bool:
    """Write the returns and restock the lines; False if the reservation changed since it was seen."""
    actions = [Reservation.returns.set(returns), Reservation.revision.set(seen.revision + 1)]
    same = Reservation.revision == seen.revision
    own = Reservation.of(seen.id)
    return with_lines(lambda t: t.update(own, actions, same), lines, restock)


def with_lines(change: Callable[[Transaction], None], lines: Sequence[Line], move: Move) -> bool:
    """A change of the reservation and of the counters together; False if the reservation's condition failed.

    Units of a shard that is gone stand in the SKU's own item. One that is gone, or belongs to another lot by now, is
    left out: those units left the catalogue with it.
    """
    places: Mapping[Place, int] = {place: units for line in lines for place, units in line.places.items()}
    while True:
        transaction = Transaction()
        change(transaction)
        for place, units in places.items():
            move(transaction, place, units)
        try:
            transaction.commit()
        except Refused as refused:
            if _failed(refused.reasons[0]):
                return False
            places = _moved_on(places, [_failed(reason) for reason in refused.reasons[1:]])
        else:
            return True


def _moved_on(places: Mapping[Place, int], failed: Sequence[bool]) -> Places:
    left = {place: units for (place, units), gone in zip(places.items(), failed, strict=True) if not gone}
    for (place, units), gone in zip(places.items(), failed, strict=True):
        if gone and place.shard:
            left[place.after_the_deal] = left.get(place.after_the_deal, 0) + units
    return left


def _failed(reason: Reason | None) -> bool:
    return reason is not None and reason.code == "ConditionalCheckFailed"


def _due(until: int, reservation_id: str) -> str:
    return f"{until:012d}#{reservation_id}"
