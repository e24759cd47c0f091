"""Stock set aside for an order (holding.py), then sold or given back. Every call may be repeated, lost or late.

What is on hand is `available + held` of the SKU's counter. Making a hold moves units from the one to the other, in
the transaction that writes the reservation. A commit only flips the reservation's state: one write, and none on a
popular counter that others are buying from. Its units leave `held` a moment later (`settle_sales`): driven by the
table's stream, by the sweeper, and by whoever asks for the counters before either, so that no answer shows them.
"""

from collections.abc import Mapping

from chalicelib import sweeping
from chalicelib.errors import (
    ReservationClosed,
    ReservationCommitted,
    ReservationExpired,
    ReservationMismatch,
    ReservationNotCommitted,
    ReturnExceeds,
)
from chalicelib.reservations import models
from chalicelib.reservations.models import Line, Reservation, State
from chalicelib.stock import counters
from common import clock, logs
from common.problems import NotFound, Unavailable
from common.tables import ConditionFailed

_ROUNDS = 16
_log = logs.logger(__name__)


def find_reservation(reservation_id: str) -> Reservation:
    return _found(Reservation.find(reservation_id))


def state_of(reservation: Reservation) -> State:
    """The state as it is now: a lapsed hold is expired, whether or not the sweeper has been there."""
    lapsed = reservation.state == "held" and reservation.held_until <= clock.now()
    return "expired" if lapsed else reservation.state  # type: ignore[return-value]


def commit_reservation(reservation_id: str) -> Reservation:
    """Sell what is held, unless the hold has expired; a repeat finds it sold."""
    try:
        return Reservation.sell(reservation_id, _now())
    except ConditionFailed as failed:
        existing = _found(Reservation.raw(failed.item))
    if existing.state == "sold":
        return existing
    raise ReservationClosed if existing.state == "released" else ReservationExpired


def release_reservation(reservation_id: str) -> None:
    """Give a hold back; where there was none, leave a mark that refuses a late one."""
    for _ in range(_ROUNDS):
        existing = Reservation.find(reservation_id)
        if existing is None:
            if _buried(reservation_id):
                return
        elif existing.state == "sold":
            raise ReservationCommitted
        elif existing.state != "held" or models.close(existing, "released", _now(), counters.give_back):
            return
    raise Unavailable(retry_after=1)


def _buried(reservation_id: str) -> bool:
    try:
        Reservation.bury(reservation_id, _now())
    except ConditionFailed:
        return False
    return True


def return_items(reservation_id: str, return_id: str, wanted: Mapping[str, int]) -> Reservation:
    """Restock what came back, once for each `return_id`; never more than was sold."""
    for _ in range(_ROUNDS):
        seen = find_reservation(reservation_id)
        if seen.state != "sold":
            raise ReservationNotCommitted
        if return_id in seen.returns:
            return _same_return(seen, return_id, wanted)
        lines, returns = _returned_lines(seen, wanted), {**seen.returns, return_id: dict(wanted)}
        if models.take_back(seen, returns, lines, counters.restock):
            seen.returns = returns
            return seen
    raise Unavailable(retry_after=1)


def _same_return(seen: Reservation, return_id: str, wanted: Mapping[str, int]) -> Reservation:
    if seen.returns[return_id] != wanted:
        raise ReservationMismatch("This return id was used with other items.")
    return seen


def _returned_lines(seen: Reservation, wanted: Mapping[str, int]) -> list[Line]:
    """The lines with the quantities that come back; ReturnExceeds if there were not so many left."""
    sold = {line.sku: line for line in seen.lines}
    for sku, quantity in wanted.items():
        before = sum(one.get(sku, 0) for one in seen.returns.values())
        if sku not in sold or before + quantity > sold[sku].quantity:
            raise ReturnExceeds
    return [models.part_of(sold[sku], quantity) for sku, quantity in wanted.items()]


def sweep() -> None:
    """Give expired holds back; run each minute, any number at a time."""
    sweeping.each(Reservation.due(_now()), _end)


def _end(reservation_id: str) -> None:
    due = Reservation.find(reservation_id)
    if due and due.state == "sold":
        models.settle(due.id, due.lines, counters.sell)
    elif due and models.close(due, "expired", _now(), counters.give_back):
        _log.info("reservation_expired", extra={"reservation_id": reservation_id})


def sweep_sales() -> None:
    """Settle what is left of sales; run each minute, too."""
    sweeping.each(Reservation.unsettled_sales(), lambda sale: models.settle(*sale, counters.sell))


def settle_sales(sku: str) -> None:
    """Take the units of a SKU's sales out of the counters' `held`."""
    for reservation_id, lines in Reservation.unsettled_sales():
        if any(line.sku == sku for line in lines):
            models.settle(reservation_id, lines, counters.sell)


def settle_sale(reservation_id: str) -> None:
    """The same for one reservation, as the stream tells of it."""
    sale = Reservation.find(reservation_id)
    if sale and sale.unsettled:
        models.settle(sale.id, sale.lines, counters.sell)


def _found(reservation: Reservation | None) -> Reservation:
    if reservation is None:
        raise NotFound
    return reservation


def _now() -> int:
    return int(clock.now())
