"""Proves that the counters of sales are as the orders say, and mends what is not, while the shop sells.

Three comparisons: every order placed on the days has its entries; every entry of the days is a fact of its order; the
counters of the days are the sums of their entries. No query finds an order placed before the days whose refund on one
of them was not counted: begin with an earlier day to see that.
"""

from collections.abc import Iterator
from datetime import date

from chalicelib.orders import domain as orders
from chalicelib.reports import models
from chalicelib.reports.sales import Fact, Figures, days, facts_of, summed

_PAGE, _ROUNDS = 100, 8


def mend_sales(first: date, last: date, *, dry_run: bool) -> Iterator[str]:
    """A line for each difference, after it was mended."""
    for day in days(first, last):
        yield from _mend_orders(day, dry_run=dry_run)
    for day in days(first, last):
        for shard in range(models.SHARDS):
            yield from _mend_entries(day, shard, dry_run=dry_run)
            yield from _mend_counters(day, shard, dry_run=dry_run)


def _mend_orders(day: str, *, dry_run: bool) -> Iterator[str]:
    """A fact that the stream tells at the same time is counted once: see models."""
    position, more = None, True
    while more:
        page = orders.list_day(day, position, _PAGE)
        missing = models.uncounted(fact for order in page for fact in facts_of(order))
        yield from (f"{_name(fact)} was not counted" for fact in missing if dry_run or models.count([fact]))
        more = len(page) == _PAGE
        position = page[-1].id if more else None


def _mend_entries(day: str, shard: int, *, dry_run: bool) -> Iterator[str]:
    for entry in models.list_entries(day, shard):
        order = orders.find_stored(entry.order_id)
        if (order is None or entry not in facts_of(order)) and (dry_run or models.take_away(entry)):
            yield f"{_name(entry)} was counted, but is not so"


def _mend_counters(day: str, shard: int, *, dry_run: bool) -> Iterator[str]:
    for _ in range(_ROUNDS):
        counters = models.find_counters(day, shard)
        sums = _sums(list(models.list_entries(day, shard)))
        if counters == models.find_counters(day, shard):  # nobody counted meanwhile: they are of one moment
            break
    else:
        yield f"{day}, shard {shard}: sales are counted all the time; run the repair again"
        return
    for currency in sorted(counters.keys() | sums.keys()):
        changes, counted = counters.get(currency, (0, Figures()))
        right = sums.get(currency, Figures())
        if counted != right:
            done = dry_run or models.set_counter(day, currency, shard, changes, right)
            again = "" if done else "; it has changed meanwhile, run the repair again"
            yield f"{day}, shard {shard}, {currency}: counted {_shown(counted)}, but it is {_shown(right)}{again}"


def _sums(entries: list[Fact]) -> dict[str, Figures]:
    currencies = {entry.currency for entry in entries}
    return {code: summed(entry.figures for entry in entries if entry.currency == code) for code in currencies}


def _name(fact: Fact) -> str:
    return f"{fact.order_id}: {fact.name} of {fact.day}"


def _shown(figures: Figures) -> str:
    return f"{figures.orders} orders, {figures.total} charged, {figures.refunds} refunded"
