"""Setting stock aside, all lines or none. Every call may be repeated, lost or late.

A hold is one transaction of the reservation and of each counter, at offers that this process remembers: a refusal says
what was not as remembered, and the next round knows better. What becomes of holds is told in domain.py.
"""

from collections.abc import Mapping

from chalicelib.errors import CurrencyMismatch, OutOfStock, ReservationClosed, ReservationMismatch
from chalicelib.reservations.domain import state_of
from chalicelib.reservations.lines import Asked, is_same, lines_of, scattered_skus
from chalicelib.reservations.models import Reservation
from chalicelib.stock import counters
from chalicelib.stock.counters import Known, Parts, Shortage
from common import clock
from common.ids import new_id
from common.problems import NotFound, Unavailable
from common.tables import ConditionFailed, Refused, Transaction

_ROUNDS = 16
_MOST_REMEMBERED = 20_000
_made: dict[str, tuple[dict[str, int], str | None]] = {}  # what was asked for by ids under which it was held


def reserve(
    reservation_id: str, wanted: Mapping[str, int], ttl_seconds: int, currency: str | None = None
) -> tuple[Reservation, bool]:
    """Set the lines aside, or raise OutOfStock and change nothing; a repeat returns the first hold, extended.

    `wanted` is the quantity of each SKU, `currency` what all lines are priced in, by default each in its product's own.
    The second value tells whether the hold was made by this call.
    """
    asked = Asked(reservation_id, dict(wanted), _now() + ttl_seconds, currency)
    if again := _remembered_hold(asked):
        return again, False
    chosen: dict[str, Parts] = {}
    for _ in range(_ROUNDS):
        known = counters.offers(wanted, currency)
        if wanted.keys() - known.keys():
            if existing := _repeat_or_short(asked):
                return existing, False
            continue
        parts = {sku: chosen.get(sku) or counters.first_parts(known[sku], units) for sku, units in wanted.items()}
        if scattered := scattered_skus(parts):
            counters.gather(scattered)
            chosen = {sku: one for sku, one in chosen.items() if sku not in scattered}
            continue
        try:
            lines = lines_of(asked, known, parts)
        except CurrencyMismatch:  # prices of a hold stay what they were: it is extended although one is gone by now
            if existing := _existing(asked):
                return existing, False
            raise
        hold = Reservation.held(reservation_id, lines, asked.until, new_id("op"))
        try:
            _place(hold, known, parts)
        except Refused as refused:
            own = refused.reasons[0]
            if own and (existing := Reservation.raw(own.item)):
                return _repeated(existing, asked), existing.operation == hold.operation
            if own is None:
                chosen = _chosen_anew(wanted, known, parts, refused)
            # else a price had changed, or the same reservation is being made: again, with what is true now
        else:
            _remember(asked)
            return hold, True
    raise Unavailable(retry_after=1)


def _place(hold: Reservation, known: Mapping[str, Known], parts: Mapping[str, Parts]) -> None:
    """One transaction of the reservation, if absent, and each counter, if it suffices.

    A repeat, a race for the same id and a crash half-way all end with one hold or none: the reservation is the proof
    that the counters were moved.
    """
    transaction = Transaction()
    transaction.put(hold, Reservation.pk.does_not_exist())
    for line in hold.lines:
        counters.take(transaction, line.sku, known[line.sku], parts[line.sku])
    transaction.commit()


def _chosen_anew(
    wanted: Mapping[str, int], known: Mapping[str, Known], parts: Mapping[str, Parts], refused: Refused
) -> dict[str, Parts]:
    """Where to take the units that were not there, or OutOfStock if there are too few of any SKU."""
    reasons = iter(refused.reasons[1:])
    judged = {
        sku: counters.judge(sku, wanted[sku], known[sku], parts[sku], [next(reasons) for _ in parts[sku]])
        for sku in wanted
    }
    short = {sku: (wanted[sku], one.left) for sku, one in judged.items() if isinstance(one, Shortage)}
    if short:
        raise _short(short)
    return {sku: one for sku, one in judged.items() if isinstance(one, dict)}


def _repeat_or_short(asked: Asked) -> Reservation | None:
    """Something of it is not for sale: it may have been when the same was reserved before. None if it is by now."""
    if existing := _existing(asked):
        return existing
    found = counters.levels(asked.wanted, consistent=True)
    left = {sku: item.available for sku, item in found.items() if item.for_sale}
    short = {sku: (units, left.get(sku, 0)) for sku, units in asked.wanted.items() if left.get(sku, 0) < units}
    if short:
        raise _short(short)
    return None


def _existing(asked: Asked) -> Reservation | None:
    existing = Reservation.find(asked.id)
    return _repeated(existing, asked) if existing else None


def _short(shortages: Mapping[str, tuple[int, int]]) -> OutOfStock:
    listed = [
        {"sku": sku, "requested": requested, "available": available}
        for sku, (requested, available) in shortages.items()
    ]
    return OutOfStock(shortages=listed)


def _remembered_hold(asked: Asked) -> Reservation | None:
    """A hold that this process knows to be made, extended by one write; whatever else it became is answered likewise.

    What was reserved under an id never changes, so the memory can't be wrong about it.
    """
    if _made.get(asked.id) != (asked.wanted, asked.currency):
        return None
    try:
        return Reservation.extend(asked.id, asked.until, _now())
    except ConditionFailed as failed:
        existing = Reservation.raw(failed.item)
    return _repeated(existing, asked) if existing else None


def _remember(asked: Asked) -> None:
    if len(_made) >= _MOST_REMEMBERED:
        _made.clear()
    _made[asked.id] = (asked.wanted, asked.currency)


def forget() -> None:
    """Remember nothing, as a new process."""
    _made.clear()


def _repeated(existing: Reservation, asked: Asked) -> Reservation:
    if existing.lines and not is_same(existing.lines, asked):
        raise ReservationMismatch
    if existing.state == "sold":
        return existing
    if state_of(existing) != "held":
        raise ReservationClosed
    if existing.held_until >= asked.until:
        return existing
    try:
        return Reservation.extend(existing.id, asked.until, _now())
    except ConditionFailed as failed:  # extended further, sold or closed meanwhile
        return _repeated(_still(failed), asked)


def _still(failed: ConditionFailed) -> Reservation:
    existing = Reservation.raw(failed.item)
    if existing is None:
        raise NotFound
    return existing


def _now() -> int:
    return int(clock.now())
