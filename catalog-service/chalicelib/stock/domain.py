"""Stock as staff see and correct it."""

from typing import Any

from msgspec import UNSET, UnsetType

from chalicelib import config, sweeping
from chalicelib.errors import StockHeld
from chalicelib.reservations import domain as reservations
from chalicelib.stock import adjustments, counters, shards
from chalicelib.stock.adjustments import Adjustment, AdjustmentRecord
from chalicelib.stock.models import Sku
from common import clock
from common.idempotency import record_key, record_values, replay
from common.pagination import page
from common.problems import NotFound, Unavailable, invalid
from common.tables import ConditionFailed, Refused

_ROUNDS = 24
_AT_ONCE = 100
COUNTED = "counted"


def find_stock(sku: str) -> dict[str, Any]:
    """Exact: units of sales just made are taken out of `held` first."""
    reservations.settle_sales(sku)
    return _level(_live(shards.whole(sku)))


def set_stock(sku: str, on_hand: int | UnsetType, low_stock_at: int | UnsetType | None, actor: str) -> dict[str, Any]:
    """What was counted on the shelf, StockHeld if more than that is held, and the level below which to warn.

    In this order, so that a refusal changes nothing.
    """
    if on_hand is UNSET and low_stock_at is UNSET:
        raise invalid("on_hand", "This field is required.", "missing")
    counted = None if on_hand is UNSET else _count(sku, on_hand, actor)
    if low_stock_at is UNSET:
        return counted or find_stock(sku)
    _warn_at(sku, low_stock_at)
    return {**counted, "low_stock_at": low_stock_at} if counted else find_stock(sku)


def _warn_at(sku: str, low_stock_at: int | None) -> None:
    """An absolute number: a repeat sets it again. Shards are gathered first, since they know whether to warn."""
    for _ in range(_ROUNDS):
        try:
            _deal_again(Sku.warn_at(sku, low_stock_at))
        except ConditionFailed as failed:
            _live(Sku.from_raw_data(failed.item) if failed.item else None)
            shards.gather(sku)
        else:
            return
    raise Unavailable(retry_after=1)


def _count(sku: str, on_hand: int, actor: str) -> dict[str, Any]:
    """Counted again there is no difference, so a repeat changes nothing; a hold made meanwhile is in `held`."""
    reservations.settle_sales(sku)
    for _ in range(_ROUNDS):
        seen = _gathered(sku)
        if seen.held > on_hand:
            _deal_again(seen)
            raise StockHeld(held=seen.held)
        delta = on_hand - seen.held - seen.available
        try:
            if delta:
                adjustments.count(seen, delta, _note(COUNTED, actor))
        except Refused:
            continue  # sold meanwhile
        _deal_again(seen)
        return _level(seen, delta)
    raise Unavailable(retry_after=1)


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
        seen = _gathered(sku)
        if seen.available + delta < 0:
            _deal_again(seen)
            raise StockHeld(held=seen.held)
        answer = _level(seen, delta)
        try:
            adjustments.adjust(seen, delta, _note(reason, actor), owner, record_values(request, 200, answer))
        except Refused:
            continue  # sold meanwhile, or the same request won: the next round sees which
        _deal_again(seen)
        return answer, False
    raise Unavailable(retry_after=1)


def _gathered(sku: str) -> Sku:
    """The SKU with all its units in its own item; who asks for this deals them out again, or else the sweeper does."""
    for _ in range(_ROUNDS):
        seen = _live(Sku.find(sku))
        if not seen.dealt:
            return seen
        shards.gather(sku)
    raise Unavailable(retry_after=1)


def _deal_again(seen: Sku) -> None:
    if seen.shards > 1:
        shards.arrange(seen.sku)


def set_shards(sku: str, number: int) -> dict[str, Any]:
    """Deal the units out over so many shards while they are being sold; the same number again evens them out.

    What staff want is written first, with a mark: whatever is cut off then, the sweeper finishes.
    """
    try:
        Sku.want_shards(sku, number)
    except ConditionFailed:
        raise NotFound from None
    shards.arrange(sku)
    return find_stock(sku)


def list_low(limit: int, cursor: str | None, reader: str) -> tuple[list[Sku], str | None]:
    """Those at or below their level, by SKU. Where they have shards, these are read too."""
    scope = ("low-stock", reader)
    after = config.cursors.open(cursor, *scope)
    shown, following = page(Sku.list_low(after, limit + 1), limit, lambda one: one.sku, config.cursors, *scope)
    return list(counters.among(shown).values()), following


def list_history(sku: str, limit: int, cursor: str | None, reader: str) -> tuple[list[Adjustment], str | None]:
    """A SKU's corrections, newest first."""
    scope = ("adjustments", sku, reader)
    before = config.cursors.open(cursor, *scope)
    own, rows = Adjustment.of_sku(sku, before, limit + 1)
    if before is None:
        _live(own)
    return page(rows, limit, lambda one: one.id, config.cursors, *scope)


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


def sweep() -> None:
    """Deal out, or gather, what a crash or a change of the offer left otherwise; run each minute."""
    sweeping.each(Sku.uneven(), shards.arrange)


def _live(found: Sku | None) -> Sku:
    if found is None or found.freed:
        raise NotFound
    return found


def _note(reason: str, actor: str) -> dict[str, Any]:
    return {"reason": reason, "actor": actor, "at": int(clock.now())}


def _level(sku: Sku, delta: int = 0) -> dict[str, Any]:
    available = sku.available + delta
    return {
        "sku": sku.sku,
        "on_hand": available + sku.held,
        "held": sku.held,
        "available": available,
        "shards": sku.shards,
        "low_stock_at": sku.low_stock_at,
    }
