"""Sales in the table: `SALES#<shard> / <day>#<currency>` are the counters, and what they were counted from is
`SALE#<day>#<shard> / <order>#<fact>`.

An entry is written in the transaction that counts it, if it is absent. So a fact is counted once however often, late
or out of order it is told, and the entries of a day prove its counters. Orders are spread over shards by their ids.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.reports.sales import NAMES, Fact, Figures, Sales, summed
from chalicelib.table import OrdersItem
from common import ids, tables
from common.attributes import Whole
from common.tables import ConditionFailed, Refused, Transaction

SHARDS = 4
_KEYS_AT_ONCE, _FACTS_AT_ONCE = 100, 25


class FiguresItem(OrdersItem):
    """Has the figures under their own names."""

    orders = Whole(default=0)
    units = Whole(default=0)
    gross = Whole(default=0)
    discounts = Whole(default=0)
    shipping = Whole(default=0)
    tax = Whole(default=0)
    total = Whole(default=0)
    refunds = Whole(default=0)

    @property
    def figures(self) -> Figures:
        return Figures(**{name: getattr(self, name) or 0 for name in NAMES})


class CountItem(FiguresItem):
    """`changes` tells two states of a counter apart."""

    changes = Whole(default=0)

    def value(self) -> Sales:
        day, _, currency = self.sk.partition("#")
        return Sales(day=day, currency=currency, figures=self.figures)


class EntryItem(FiguresItem):
    currency = UnicodeAttribute()

    def value(self) -> Fact:
        order_id, _, name = self.sk.partition("#")
        day = self.pk.split("#")[1]
        return Fact(order_id=order_id, name=name, day=day, currency=self.currency, figures=self.figures)


def shard_of(fact: Fact) -> int:
    return ids.shard_of(fact.order_id, SHARDS)


def _entry_key(fact: Fact) -> tuple[str, str]:
    return f"SALE#{fact.day}#{shard_of(fact)}", f"{fact.order_id}#{fact.name}"


def _count_key(day: str, currency: str, shard: int) -> tuple[str, str]:
    return f"SALES#{shard}", f"{day}#{currency}"


def count(facts: Iterable[Fact]) -> int:
    """Count what is not counted yet; how many that were. Those of one counter are counted together."""
    groups = defaultdict(list)
    for fact in uncounted(facts):
        groups[_count_key(fact.day, fact.currency, shard_of(fact))].append(fact)
    parts = [part for group in groups.values() for part in _parts(group, _FACTS_AT_ONCE)]
    return sum(_add(part) or sum(_add([fact]) for fact in part) for part in parts)


def uncounted(facts: Iterable[Fact]) -> list[Fact]:
    """Those without an entry. An entry is never taken away from a fact, so a late read finds too few at worst."""
    every = {_entry_key(fact): fact for fact in facts}
    missing: list[Fact] = []
    for keys in _parts(list(every), _KEYS_AT_ONCE):
        found = tables.get_all(*((EntryItem, *key) for key in keys), consistent=False)
        missing += [every[key] for key, item in zip(keys, found, strict=True) if item is None]
    return missing


def _add(facts: Sequence[Fact]) -> int:
    """Entries and counter change together or not at all; 0 if any of them is counted already.

    A repeat, a lost reply and a race find the entry; a crash before leaves none, and the stream tells the fact again.
    """
    transaction = Transaction()
    for fact in facts:
        entry = EntryItem(*_entry_key(fact), currency=fact.currency, **_values(fact.figures))
        transaction.put(entry, EntryItem.pk.does_not_exist())
    _change(transaction, facts[0], summed(fact.figures for fact in facts), 1)
    try:
        transaction.commit()
    except Refused:
        return 0
    return len(facts)


def take_away(fact: Fact) -> bool:
    """The contrary, for an entry that no order confirms; False if it is gone or another."""
    transaction = Transaction()
    transaction.delete(EntryItem(*_entry_key(fact)), _same(EntryItem, _values(fact.figures)))
    _change(transaction, fact, fact.figures, -1)
    try:
        transaction.commit()
    except Refused:
        return False
    return True


def _change(transaction: Transaction, fact: Fact, figures: Figures, sign: int) -> None:
    counter = CountItem(*_count_key(fact.day, fact.currency, shard_of(fact)))
    values = {"changes": 1} | {name: sign * value for name, value in _values(figures).items() if value}
    transaction.update(counter, [getattr(CountItem, name).add(value) for name, value in values.items()])


def _values(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in NAMES}


def _same(kind: type[FiguresItem], values: dict[str, int]) -> Condition:
    (name, value), *others = values.items()
    condition: Condition = getattr(kind, name) == value
    for name, value in others:
        condition &= getattr(kind, name) == value
    return condition


def list_counts(first: str, last: str) -> list[Sales]:
    """The counters of the days, those of a day in several parts. One query a shard."""
    within = CountItem.sk.between(first, f"{last}$")  # $ follows #
    return [item.value() for shard in range(SHARDS) for item in CountItem.query(f"SALES#{shard}", within)]


def list_entries(day: str, shard: int) -> Iterator[Fact]:
    """As they are now."""
    for item in EntryItem.query(f"SALE#{day}#{shard}", consistent_read=True):
        yield item.value()


def find_counters(day: str, shard: int) -> dict[str, tuple[int, Figures]]:
    """By currency, as they are now: the count of changes, and the figures."""
    here = CountItem.query(f"SALES#{shard}", CountItem.sk.startswith(f"{day}#"), consistent_read=True)
    return {item.value().currency: (item.changes, item.figures) for item in here}


def set_counter(day: str, currency: str, shard: int, changes: int, figures: Figures) -> bool:
    """Write what the entries say, if nobody has counted since `changes`. A repeat is refused, and finds it right."""
    counter = CountItem(*_count_key(day, currency, shard))
    actions = [getattr(CountItem, name).set(value) for name, value in _values(figures).items()]
    stands = CountItem.changes == changes if changes else CountItem.changes.does_not_exist()
    try:
        tables.update(counter, [*actions, CountItem.changes.set(changes + 1)], stands)
    except ConditionFailed:
        return False
    return True


def _parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
