"""Counting sales, and telling them."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from chalicelib.orders import domain as orders
from chalicelib.reports import models
from chalicelib.reports.sales import Sales, facts_of, summed
from common.problems import invalid

MOST_DAYS = 366


def count_sales(records: Iterable[Mapping[str, Any]]) -> int:
    """Count what a batch of the table's stream tells of orders and was not counted yet; how many facts.

    The orders themselves are read, not the events on their way out: nothing here waits for EventBridge.
    """
    return models.count(fact for order in orders.written(records) for fact in facts_of(order))


def report_sales(first: date, last: date) -> list[Sales]:
    """By day and currency, oldest first; days on which nothing happened are left out."""
    if last < first:
        raise invalid("to", "The last day is before the first.")
    if (last - first).days >= MOST_DAYS:
        raise invalid("to", f"Ask for {MOST_DAYS} days at most.")
    rows = sorted(models.list_counts(first.isoformat(), last.isoformat()), key=_place)
    return [
        Sales(day=day, currency=currency, figures=summed(one.figures for one in parts))
        for (day, currency), parts in groupby(rows, _place)
    ]


def _place(one: Sales) -> tuple[str, str]:
    return one.day, one.currency
