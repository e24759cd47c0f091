"""What an operator reads at the command line (`run.py reconcile`, `run.py stuck`); nothing personal, as in logs."""

from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.orders.order import Order
from chalicelib.reconciliation import models
from chalicelib.reconciliation.reconciler import Reconciler
from chalicelib.reconciliation.report import told
from chalicelib.reconciliation.stuck import find_stuck, moving_since
from chalicelib.reconciliation.wiring import books
from common import clock
from common.deadline import Deadline

PATIENCE_SECONDS = 3600
WORDS = {
    "mended": "mended",
    "mendable": "would be mended",
    "left": "needs a person",
    "failed": "could not be mended; run it again",
}


def reconcile(hours: float, tell: Callable[[str], object], *, mend: bool) -> str:
    """Tell each difference as it is found; returns the sum of it all."""
    time_left, now = Deadline(PATIENCE_SECONDS), clock.now()
    run = Reconciler(
        books(time_left),
        mend=mend,
        tell=lambda found: tell(line_of(told(found))),
        time_is_up=lambda: not time_left.remaining(),
    )
    report = run.run(now - hours * 3600, now)
    seen = f"{report.orders} orders and {report.payments} payments since {clock.rfc3339(report.since)}"
    skipped = f", {report.skipped} orders skipped for want of an answer" if report.skipped else ""
    stopped = "" if report.complete else ", stopped before the end: run it again"
    return f"{len(report.found) or 'No'} differences in {seen}{skipped}{stopped}."


def line_of(one: dict[str, Any]) -> str:
    return f"{one['order_id'] or 'no order'}: {one['kind']} ({_numbers(one['facts'])}): {WORDS[one['outcome']]}"


def stuck(minutes: float) -> Iterator[str]:
    now = clock.now()
    for order in find_stuck(now, minutes * 60):
        yield _stuck(order, now)


def _stuck(order: Order, now: float) -> str:
    since, tries = clock.rfc3339(moving_since(order)), order.version
    minutes = int((now - moving_since(order)) / 60)
    return f"{order.id}: {order.state} since {since} ({minutes} min), {tries} writes, payment {order.payment_id or '-'}"


def reports(limit: int) -> Iterator[str]:
    """The hourly runs, newest first."""
    for report in models.list_reports(limit):
        yield f"{report.pop('at')}: {_numbers({name: value for name, value in report.items() if name != 'found'})}"
        yield from (f"  {line_of(one)}" for one in report["found"])


def _numbers(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in facts.items())


def _text(value: object) -> str:
    return " ".join(str(part) for part in value) if isinstance(value, list) else str(value)
