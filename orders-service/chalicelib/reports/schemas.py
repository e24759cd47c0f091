"""Reports in answers."""

from datetime import date
from typing import Any

import msgspec

from chalicelib.reports.sales import Figures, Sales, summed
from common.schemas import Currency, Query


class ReportSales(Query):
    """Both days are included, in UTC."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")


class Sum(msgspec.Struct, frozen=True):
    """Whole minor units, below zero where more was given back than taken."""

    amount: int
    currency: Currency


class SumsView(msgspec.Struct, kw_only=True):
    """`total` is what was charged for the orders confirmed, `net` is that less the refunds made."""

    currency: Currency
    orders: int
    units: int
    gross: Sum
    discounts: Sum
    shipping: Sum
    tax: Sum
    total: Sum
    refunds: Sum
    net: Sum


class DayView(SumsView, kw_only=True):
    """A day's sums in one currency: of the orders confirmed on it, and of the refunds made on it."""

    day: str


class SalesReport(msgspec.Struct, kw_only=True):
    """Days in order; those on which nothing happened are left out. `sums` has a row for each currency."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    items: list[DayView]
    sums: list[SumsView]


def present(query: ReportSales, sales: list[Sales]) -> SalesReport:
    currencies = sorted({one.currency for one in sales})
    return SalesReport(
        first=query.first.isoformat(),
        last=query.last.isoformat(),
        items=[DayView(day=one.day, **_sums(one.currency, one.figures)) for one in sales],
        sums=[SumsView(**_sums(code, summed(s.figures for s in sales if s.currency == code))) for code in currencies],
    )


def _sums(currency: str, figures: Figures) -> dict[str, Any]:
    counts = {"currency": currency, "orders": figures.orders, "units": figures.units}
    money = {name: getattr(figures, name) for name in ("gross", "discounts", "shipping", "tax", "total", "refunds")}
    money["net"] = figures.total - figures.refunds
    return {**counts, **{name: Sum(amount, currency) for name, amount in money.items()}}
