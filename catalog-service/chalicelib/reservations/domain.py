"""Stock set aside for an order: held, then sold or given back. Every call may be repeated, lost or late.

What is on hand is `available + held` of the SKU's counter. Making a hold moves units from the one to the other, in
the transaction that writes the reservation. A commit only flips the reservation's state: one write, and none on a
popular counter that others are buying from. Its units leave `held` a moment later (`settle_sales`): driven by the
table's stream, by the sweeper, and by whoever asks for the counters before either, so that no answer shows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib import sweeping
from chalicelib.errors import (
    CurrencyMismatch,
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
from chalicelib.stock.counters import Known, Offer, Parts, Shortage
from common import clock, logs
from common.ids import new_id
from common.problems import NotFound, Unavailable
from common.schemas import Money
from common.tables import ConditionFailed, Refused, Transaction

_ROUNDS = 16
_MOST_REMEMBERED = 20_000
_log = logs.logger(__name__)
_made: dict[str, tuple[dict[str, int], str | None]] = {}  # what was asked for by ids under which it was held


@dataclass(frozen=True)
class Asked:
    """What a PUT asks for."""

    id: str
    wanted: dict[str, int]
    until: int
    currency: str | None


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
        if scattered := _scattered(parts):
            counters.gather(scattered)
            chosen = {sku: one for sku, one in chosen.items() if sku not in scattered}
            continue
        hold = Reservation.held(reservation_id, _lines(asked, known, parts), asked.until, new_id("op"))
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


def _scattered(parts: Mapping[str, Parts]) -> set[str]:
    """SKUs to gather if the lines are taken from more places than a transaction has room for."""
    found, places = set(), sum(len(one) for one in parts.values())
    for sku in sorted(parts, key=lambda one: -len(parts[one])):
        if places <= models.MOST_PLACES:
            break
        found.add(sku)
        places -= len(parts[sku]) - 1
    return found


def _lines(asked: Asked, known: Mapping[str, Known], parts: Mapping[str, Parts]) -> list[Line]:
    lines = []
    for sku, quantity in asked.wanted.items():
        shards = {number: units for number, units in parts[sku].items() if number}
        lines.append(
            Line(
                sku=sku,
                lot=known[sku].lot,
                quantity=quantity,
                product_id=known[sku].offer.product_id,
                name=known[sku].offer.name,
                price=_price(sku, known[sku].offer, asked.currency),
                thumb=known[sku].offer.thumb,
                weight_g=known[sku].offer.weight_g,
                deal=known[sku].revision if shards else "",
                parts=shards,
            )
        )
    return lines


def _price(sku: str, offer: Offer, currency: str | None) -> Money:
    """A buyer pays in one currency, so a line that has no price in it can't be held."""
    price = offer.cost(currency)
    if price is None:
        raise CurrencyMismatch(sku=sku)
    return price


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
    existing = Reservation.find(asked.id)
    if existing:
        return _repeated(existing, asked)
    found = counters.levels(asked.wanted, consistent=True)
    left = {sku: item.available for sku, item in found.items() if item.for_sale}
    short = {sku: (units, left.get(sku, 0)) for sku, units in asked.wanted.items() if left.get(sku, 0) < units}
    if short:
        raise _short(short)
    return None


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
    if existing.lines and not _same(existing.lines, asked):
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
        return _repeated(_found(Reservation.raw(failed.item)), asked)


def _same(lines: list[Line], asked: Asked) -> bool:
    currencies = {line.price.currency for line in lines}
    same_money = asked.currency is None or currencies == {asked.currency}
    return same_money and {line.sku: line.quantity for line in lines} == asked.wanted


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
