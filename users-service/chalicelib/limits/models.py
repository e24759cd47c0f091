"""Counters in the users table: `LIMIT#<kind>#<source> / LIMIT` and `FAIL#<what> / FAIL`. Times are whole seconds.

Conditions look at what is stored, so that racers can't pass a limit together. A time a little ahead of ours was written
by another machine; one far ahead is from before a developer turned the clock back, and counts no more.
"""

from typing import Any

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.table import UsersItem
from common import clock, tables
from common.tables import ConditionFailed, Transaction

Key = tuple[str, str]
KEPT_SECONDS = 24 * 3600
_AHEAD_SECONDS = 60


class Window(UsersItem):
    """What one source has done of a kind `since` then."""

    used = NumberAttribute()
    since = NumberAttribute()
    expires_at = NumberAttribute()

    @classmethod
    def key(cls, kind: str, source: str) -> Key:
        return f"LIMIT#{kind}#{source}", "LIMIT"


class Failures(UsersItem):
    """Wrong passwords in a row, `since` the first one."""

    failures = NumberAttribute()
    since = NumberAttribute()
    last_at = NumberAttribute()
    expires_at = NumberAttribute()

    @classmethod
    def key(cls, whose: str) -> Key:
        return f"FAIL#{whose}", "FAIL"


def seconds_left(since: float, seconds: int) -> int:
    """Of a span that began then; 0 when it is over."""
    gone = int(clock.now()) - int(since)
    return max(0, seconds - gone) if gone > -_AHEAD_SECONDS else 0


def add_use(transaction: Transaction, key: Key, limit: int, seconds: int, over: Window | None) -> None:
    """Count one more in the window, which must have room; in place of a window that is over a new one begins.

    As part of the transaction that does the thing it counts as often as that is done, whatever is retried or lost.
    """
    now = int(clock.now())
    if over is None:
        room = (Window.used < limit) & _within(Window.since, seconds)
        begun = [Window.since.set(Window.since | now), Window.expires_at.set(Window.expires_at | now + seconds)]
        transaction.update(Window(*key), [Window.used.add(1), *begun], Window.pk.does_not_exist() | room)
    else:
        begun = [Window.since.set(now), Window.expires_at.set(now + seconds)]
        same = (Window.used == over.used) & (Window.since == over.since)
        transaction.update(Window(*key), [Window.used.set(1), *begun], same)


def record(key: Key, free: int, seconds: int) -> Failures | None:
    """Count a failure that is within the budget of so many in so many seconds; else what stands there.

    One conditional update; the SDK's repeat after a lost reply may count it twice, which errs on the safe side.
    """
    now = int(clock.now())
    changes = [Failures.failures.add(1), Failures.since.set(Failures.since | now), *_latest(now)]
    within = (Failures.failures < free) & _within(Failures.since, seconds)
    return _written(key, changes, Failures.pk.does_not_exist() | within)


def replace(seen: Failures, failures: int) -> Failures | None:
    """Set the count, unless somebody has counted since it was seen: then what stands there, as a repeat finds, too."""
    now = int(clock.now())
    changes = [Failures.failures.set(failures), *_latest(now)]
    if failures == 1:
        changes.append(Failures.since.set(now))
    same = (Failures.failures == seen.failures) & (Failures.last_at == seen.last_at)
    return _written((seen.pk, seen.sk), changes, same)


def add_unblocked(transaction: Transaction, key: Key, free: int, seen: Failures | None) -> None:
    """Demand that there is room for a guess: within the budget, or as it was when it was seen."""
    transaction.check(Failures, *key, _room(free, seen))


def add_cleared(transaction: Transaction, key: Key, free: int, seen: Failures | None) -> None:
    """The same demand, and forget the failures; where there are none it does nothing, so a repeat does no harm."""
    transaction.delete(Failures(*key), _room(free, seen))


def _written(key: Key, changes: list[Any], condition: Condition) -> Failures | None:
    try:
        tables.update(Failures(*key), changes, condition)
    except ConditionFailed as failed:
        return Failures.from_raw_data(failed.item) if failed.item else None
    return None


def _room(free: int, seen: Failures | None) -> Condition:
    room: Condition = Failures.pk.does_not_exist() | (Failures.failures < free)
    return room | (Failures.failures == seen.failures) if seen else room


def _within(attribute: NumberAttribute, seconds: int) -> Condition:
    now = int(clock.now())
    between: Condition = attribute.between(now - seconds + 1, now + _AHEAD_SECONDS)
    return between


def _latest(now: int) -> list[Any]:
    return [Failures.last_at.set(now), Failures.expires_at.set(now + KEPT_SECONDS)]
