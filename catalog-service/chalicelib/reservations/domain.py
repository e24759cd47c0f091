"""Stock set aside for an order: held, then sold or given back. Every call may be repeated, lost or late.

What is on hand is `available + held` of the SKU's counter. Making a hold moves units from the one to the other, in
the transaction that writes the reservation. A commit only flips the reservation's state: one write, and none on a
popular counter that others are buying from. Its units leave `held` a moment later (`settle_sales`): driven by the
table's stream, by the sweeper, and by whoever asks for the counters before either, so that no answer shows them.
"""

from collections.abc import Mapping

from chalicelib.errors import (
    OutOfStock,
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
from chalicelib.stock.counters import Known
from common import clock, logs
from common.ids import new_id
from common.problems import NotFound, Unavailable
from common.tables import ConditionFailed, Refused, Transaction

_ROUNDS = 8
_log = logs.logger(__name__)


def reserve(reservation_id: str, wanted: Mapping[str, int], ttl_seconds: int) -> tuple[Reservation, bool]:
    """Set the lines aside, or raise OutOfStock and change nothing; a repeat returns the first hold, extended.

    `wanted` is the quantity of each SKU. The second value tells whether the hold was made by this call.
    """
    until = _now() + ttl_seconds
    for _ in range(_ROUNDS):
        known = counters.offers(wanted)
        if wanted.keys() - known.keys():
            return _repeat_or_short(reservation_id, wanted, until), False
        hold = Reservation.held(reservation_id, _lines(wanted, known), until, new_id("op"))
        try:
            _place(hold, known)
        except Refused as refused:
            own = refused.reasons[0]
            if own and (existing := Reservation.raw(own.item)):
                return _repeated(existing, wanted, until), existing.operation == hold.operation
            if own is None:
                _raise_if_short(wanted, known, refused)
            # else a price had changed, or the same reservation is being made: again, with what is true now
        else:
            return hold, True
    raise Unavailable(retry_after=1)


def _place(hold: Reservation, known: Mapping[str, Known]) -> None:
    """One transaction of the reservation, if absent, and each counter, if it suffices.

    A repeat, a race for the same id and a crash half-way all end with one hold or none: the reservation is the proof
    that the counters were moved.
    """
    transaction = Transaction()
    transaction.put(hold, Reservation.pk.does_not_exist())
    for line in hold.lines:
        counters.take(transaction, line.sku, known[line.sku], line.quantity)
    transaction.commit()


def _lines(wanted: Mapping[str, int], known: Mapping[str, Known]) -> list[Line]:
    return [
        Line(
            sku=sku,
            lot=known[sku].lot,
            quantity=quantity,
            product_id=known[sku].offer.product_id,
            name=known[sku].offer.name,
            price=known[sku].offer.price,
            thumb=known[sku].offer.thumb,
        )
        for sku, quantity in wanted.items()
    ]


def _raise_if_short(wanted: Mapping[str, int], known: Mapping[str, Known], refused: Refused) -> None:
    judged = zip(wanted.items(), refused.reasons[1:], strict=True)
    left = {sku: counters.judge(sku, quantity, known[sku], reason) for (sku, quantity), reason in judged}
    if any(number is not None for number in left.values()):
        raise _short({sku: (wanted[sku], number) for sku, number in left.items() if number is not None})


def _repeat_or_short(reservation_id: str, wanted: Mapping[str, int], until: int) -> Reservation:
    """Something of it is not for sale: it may have been when the same was reserved before."""
    existing = Reservation.find(reservation_id)
    if existing:
        return _repeated(existing, wanted, until)
    found = counters.levels(wanted, consistent=True)
    left = {sku: item.available for sku, item in found.items() if item.for_sale}
    raise _short({sku: (number, left.get(sku, 0)) for sku, number in wanted.items() if left.get(sku, 0) < number})


def _short(shortages: Mapping[str, tuple[int, int]]) -> OutOfStock:
    listed = [
        {"sku": sku, "requested": requested, "available": available}
        for sku, (requested, available) in shortages.items()
    ]
    return OutOfStock(shortages=listed)


def _repeated(existing: Reservation, wanted: Mapping[str, int], until: int) -> Reservation:
    if existing.lines and {line.sku: line.quantity for line in existing.lines} != wanted:
        raise ReservationMismatch
    if existing.state == "sold":
        return existing
    if state_of(existing) != "held":
        raise ReservationClosed
    if existing.held_until >= until:
        return existing
    try:
        return Reservation.extend(existing.id, until, _now())
    except ConditionFailed as failed:  # extended further, sold or closed meanwhile
        return _repeated(_found(Reservation.raw(failed.item)), wanted, until)


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
        elif existing.state != "held" or models.close(existing, "released", _now(), _give_back):
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
        lines = _returned_lines(seen, wanted)
        if models.take_back(seen, {**seen.returns, return_id: dict(wanted)}, lines, _restock):
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
    """Give expired holds back and settle what is left of sales; run each minute, any number at a time."""
    for reservation_id in Reservation.due(_now()):
        due = Reservation.find(reservation_id)
        if due and due.state == "sold":
            models.settle(due.id, due.lines, _sell)
        elif due and models.close(due, "expired", _now(), _give_back):
            _log.info("reservation_expired", extra={"reservation_id": reservation_id})
    settle_sales()


def settle_sales(sku: str | None = None) -> None:
    """Take the units of sales out of their counters' `held`; of one SKU, or of all."""
    for reservation_id, lines in Reservation.unsettled_sales():
        if sku is None or any(line.sku == sku for line in lines):
            models.settle(reservation_id, lines, _sell)


def settle_sale(reservation_id: str) -> None:
    """The same for one reservation, as the stream tells of it."""
    sale = Reservation.find(reservation_id)
    if sale and sale.unsettled:
        models.settle(sale.id, sale.lines, _sell)


def _found(reservation: Reservation | None) -> Reservation:
    if reservation is None:
        raise NotFound
    return reservation


def _now() -> int:
    return int(clock.now())


def _give_back(transaction: Transaction, line: Line) -> None:
    counters.give_back(transaction, line.sku, line.lot, line.quantity)


def _sell(transaction: Transaction, line: Line) -> None:
    counters.sell(transaction, line.sku, line.lot, line.quantity)


def _restock(transaction: Transaction, line: Line) -> None:
    counters.restock(transaction, line.sku, line.lot, line.quantity)
