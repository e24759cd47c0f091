"""One run through the books.

Walks the provider's list of a time and the orders placed in it, page by page. What has changed a moment ago is left
alone, and what differs is read once more, consistently, before it counts: an index, a list and two services are never
read at one moment. Nothing here holds a lock: each mend is safe against everybody else (mending.py).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from chalicelib.errors import CatalogDown, OutcomeUnknown, ProviderAnswered, ProviderDown
from chalicelib.orders import domain as orders
from chalicelib.orders.order import Order
from chalicelib.payments.client import Refusal
from chalicelib.payments.ledger import PaymentEntry
from chalicelib.reconciliation.differences import Difference, Facts, compare, without_order
from chalicelib.reconciliation.mending import MENDS
from chalicelib.reconciliation.report import Books, Found, Report
from chalicelib.reconciliation.stuck import QUIET_SECONDS, STUCK_SECONDS, find_stuck, is_quiet
from common import logs

PAGE = 100
MOST_ROUNDS = 6  # of mending one order: each may show what was hidden by another difference
_log = logs.logger(__name__)


class Reconciler:
    """One run. `tell` hears of each difference as it is found; `time_is_up` is asked before each order."""

    def __init__(
        self, books: Books, *, mend: bool, tell: Callable[[Found], object], time_is_up: Callable[[], bool]
    ) -> None:
        self._books, self._mend, self._tell, self._time_is_up = books, mend, tell, time_is_up
        self._payments: dict[str | None, list[PaymentEntry]] = defaultdict(list)
        self._seen: set[str] = set()

    def run(self, since: float, until: float) -> Report:
        """Of the orders placed, payments and refunds made since then; `until` is never nearer than what is quiet."""
        self._report = Report(since, min(until, self._now() - QUIET_SECONDS))
        try:
            self._read_payments()
            for order in self._orders_placed():
                self._look(order)
            for order in find_stuck(self._now(), STUCK_SECONDS):
                if order.id not in self._seen:
                    self._look(order)
            for order_id in self._others():
                self._look_by_id(order_id)
        except (ProviderDown, _TimeIsUp) as error:
            self._report.complete = False
            _log.warning("reconciling_stopped", extra={"reason": type(error).__name__})
        return self._report

    def _now(self) -> float:
        return self._books.world.now()

    def _read_payments(self) -> None:
        """To the present, as a payment is made after its order."""
        for page in self._books.ledger.payments(self._report.since, self._now() + 1):
            self._check_time()
            self._report.payments += len(page)
            for one in page:
                self._payments[one.order_id].append(one)

    def _orders_placed(self) -> Iterator[Order]:
        """In pages, newest first in each day."""
        for day in _days(self._report.since, self._report.until):
            before = None
            while page := orders.list_day(day, before, PAGE):
                yield from (one for one in page if self._report.since <= one.placed_at < self._report.until)
                before = page[-1].id

    def _others(self) -> Iterator[str | None]:
        """Orders placed at another time whose payments or refunds fall into this one, and payments without order."""
        yield from [order_id for order_id in self._payments if order_id not in self._seen]
        known = {one.id for payments in self._payments.values() for one in payments}
        for page in self._books.ledger.refunds(self._report.since, self._now() + 1):
            for payment_id in {one.payment_id for one in page if one.payment_id} - known:
                known.add(payment_id)
                for payment in self._payment(payment_id):
                    self._payments[payment.order_id].append(payment)
                    if payment.order_id not in self._seen:
                        yield payment.order_id

    def _look_by_id(self, order_id: str | None) -> None:
        self._check_time()
        order = self._books.world.store.find_order(order_id) if order_id else None
        if order:
            self._look(order)
            return
        old = [one for one in self._payments[order_id] if one.made_at < self._report.until]
        for difference in without_order(old):
            if difference.mend and self._mend:
                self._finish(difference, self._void(difference))
            else:
                self._finish(difference, "mendable" if difference.mend else "left")

    def _look(self, order: Order) -> None:
        """One order's trouble, whatever it is, must not keep the others waiting."""
        self._check_time()
        self._seen.add(order.id)
        if not is_quiet(order, self._now()):
            return
        self._report.orders += 1
        try:
            self._compare(order)
        except (ProviderAnswered, CatalogDown, OutcomeUnknown):
            self._report.skipped += 1
        except ProviderDown:
            raise
        except Exception:
            self._report.skipped += 1
            _log.exception("reconciling_failed", extra={"order_id": order.id})

    def _compare(self, order: Order) -> None:
        known = self._payments[order.id]
        if not any(compare(self._gather(order, known))):
            return
        for difference in self._mended(order.id, known):
            self._finish(difference, "left" if difference.mend is None else "mendable" if not self._mend else "failed")

    def _mended(self, order_id: str, known: list[PaymentEntry]) -> list[Difference]:
        """Mend one difference after the other, each on what is true then; what is left."""
        tried: list[Difference] = []
        for _ in range(MOST_ROUNDS):
            facts = self._again(order_id, known)
            if facts is None:
                return []
            found = list(compare(facts))
            self._tell_mended(tried, found)
            todo = next((one for one in found if one.mend and one not in tried), None)
            if todo is None or not self._mend:
                return found
            tried.append(todo)
            self._apply(todo, facts)
        return found

    def _tell_mended(self, tried: list[Difference], found: list[Difference]) -> None:
        for one in [one for one in tried if one not in found]:
            tried.remove(one)
            self._finish(one, "mended")

    def _apply(self, difference: Difference, facts: Facts) -> None:
        if difference.mend == "void":
            self._void(difference)
        elif difference.mend:
            MENDS[difference.mend](facts, difference, self._books.world)

    def _void(self, difference: Difference) -> str:
        """A repeat or a race finds it voided, or past that: then it is refused, and the next run looks again."""
        try:
            self._books.ledger.void(difference.facts["payment"])
        except Refusal:
            return "failed"
        return "mended"

    def _again(self, order_id: str, known: list[PaymentEntry]) -> Facts | None:
        """As it is now, from the table itself and each payment by its id; None if it moves again."""
        order = self._books.world.store.find_order(order_id)
        if order is None:
            return None
        return self._gather(order, [self._books.ledger.find_payment(one.id) for one in known])

    def _gather(self, order: Order, known: list[PaymentEntry]) -> Facts:
        payments = list(known)
        if order.payment_id and all(one.id != order.payment_id for one in payments):
            payments += self._payment(order.payment_id)
        own = next((one for one in payments if one.id == order.payment_id), None)
        refunds = self._books.ledger.refunds_of(own.id) if own and (own.refunded or order.refunds) else []
        return Facts(order=order, payments=payments, refunds=refunds, reserved=self._books.reserved(order.id))

    def _payment(self, payment_id: str) -> list[PaymentEntry]:
        try:
            return [self._books.ledger.find_payment(payment_id)]
        except (ProviderAnswered, Refusal):
            return []  # it does not know it

    def _finish(self, difference: Difference, outcome: str) -> None:
        found = Found(difference, outcome)
        self._report.found.append(found)
        self._tell(found)

    def _check_time(self) -> None:
        if self._time_is_up():
            raise _TimeIsUp


class _TimeIsUp(Exception):
    pass


def _days(since: float, until: float) -> Iterator[str]:
    """UTC, newest first."""
    day, first = datetime.fromtimestamp(until, UTC).date(), datetime.fromtimestamp(since, UTC).date()
    while day >= first:
        yield day.isoformat()
        day -= timedelta(days=1)
