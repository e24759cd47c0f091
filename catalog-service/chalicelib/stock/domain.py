"""Stock as staff see and correct it."""

from typing import Any

from chalicelib.errors import StockHeld
from chalicelib.reservations import domain as reservations
from chalicelib.stock import models
from chalicelib.stock.models import Adjustment, AdjustmentRecord, Sku
from common import clock
from common.idempotency import record_key, record_values, replay
from common.problems import NotFound, Unavailable
from common.tables import ConditionFailed, Refused

_ROUNDS = 12
_AT_ONCE = 100


def find_stock(sku: str) -> dict[str, Any]:
    """Exact: units of sales just made are taken out of `held` first."""
    reservations.settle_sales(sku)
    return _level(_live(Sku.find(sku)))


def set_stock(sku: str, on_hand: int) -> dict[str, Any]:
    """What was counted on the shelf; StockHeld if more than that is held."""
    reservations.settle_sales(sku)
    try:
        return _level(Sku.set_on_hand(sku, on_hand))
    except ConditionFailed as failed:
        now = _live(Sku.from_raw_data(failed.item) if failed.item else None)
        raise StockHeld(held=now.held) from None


def adjust_stock(
    sku: str, delta: int, reason: str, actor: str, key: str, body_hash: str
) -> tuple[dict[str, Any], bool]:
    """Add or take away units, once for each key; the second value tells whether it had been done before.

    The answer is stored with the change. It is made from the counters that were read, so these must still be so.
    """
    owner, request = record_key(actor, key), f"{sku} {body_hash}"  # the same body for another SKU is another request
    reservations.settle_sales(sku)
    for _ in range(_ROUNDS):
        if record := AdjustmentRecord.find(owner):
            return replay(record.body_hash, 200, record.answer or "", request)[1], True
        seen = _live(Sku.find(sku))
        if seen.available + delta < 0:
            raise StockHeld(held=seen.held)
        answer = _level(seen, delta)
        note = {"delta": delta, "reason": reason, "actor": actor, "at": int(clock.now())}
        try:
            models.adjust(seen, delta, note, owner, record_values(request, 200, answer))
        except Refused:
            continue  # sold meanwhile, or the same request won: the next round sees which
        return answer, False
    raise Unavailable(retry_after=1)


def list_adjustments(actor: str, position: str | None, limit: int) -> list[Adjustment]:
    """Those that somebody made, newest first, from `position` on."""
    return Adjustment.of_author(actor, position, limit)


def forget_author(actor: str) -> None:
    """Take an erased person off the corrections of stock, which stay with their reasons.

    What is forgotten leaves the index, so after a crash a repeat goes on where this one stopped.
    """
    position = None
    while found := Adjustment.of_author(actor, position, _AT_ONCE):
        for adjustment in found:
            adjustment.forget_author()
        position = found[-1].id


def _live(found: Sku | None) -> Sku:
    if found is None or found.freed:
        raise NotFound
    return found


def _level(sku: Sku, delta: int = 0) -> dict[str, Any]:
    available = sku.available + delta
    return {
        "sku": sku.sku,
        "on_hand": available + sku.held,
        "held": sku.held,
        "available": available,
        "shards": sku.shards,
    }
