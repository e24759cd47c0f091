"""Comparing what the provider, the orders and catalog have written down, and mending what the rules allow."""

from collections.abc import Callable

from chalicelib.reconciliation import models
from chalicelib.reconciliation.reconciler import Reconciler
from chalicelib.reconciliation.report import Books, Found, Report, told
from common import logs

HOURS = 26  # how far back the hourly run looks: each order is looked at a day long
_log = logs.logger(__name__)


def reconcile_orders(books: Books, time_is_up: Callable[[], bool]) -> Report:
    """The hourly run: mends, logs each difference for the alarm, and keeps the report."""
    now = books.world.now()
    report = Reconciler(books, mend=True, tell=log_found, time_is_up=time_is_up).run(now - HOURS * 3600, now)
    models.keep(report.line(), [told(one) for one in report.found])
    log_report(report)
    return report


def log_found(found: Found) -> None:
    _log.error("reconciliation_difference", extra=told(found))


def log_report(report: Report) -> None:
    """With the number of differences as a metric: the alarms look at that."""
    line = report.line()
    _log.info("orders_reconciled", extra={**line, **logs.metric("ReconciliationDifferences", line["differences"])})
