"""What all instances know of the payment provider's health: one row, `BREAKER#payments / BREAKER`.

No row, or one without failures, is what stands there on a good day: then nobody writes it.
"""

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.table import OrdersItem
from common import tables
from common.tables import ConditionFailed, Ref

WINDOW_SECONDS = 30
MOST_FAILURES = 5
OPEN_SECONDS = 30
PROBE_SECONDS = 20
_KEY = ("BREAKER#payments", "BREAKER")


class Health(msgspec.Struct, frozen=True):
    """The breaker is open until `open_until`; after that it is half open until a call succeeds. 0 is closed."""

    open_until: float = 0
    failures: int = 0


HEALTHY = Health()


class BreakerItem(OrdersItem):
    """`failed` holds the ids of the failed calls since `since`: adding one twice adds nothing."""

    open_until = NumberAttribute(default=0)
    probing_until = NumberAttribute(default=0)
    since = NumberAttribute(default=0)
    failed = UnicodeSetAttribute(null=True)

    def value(self) -> Health:
        return Health(self.open_until, len(self.failed or ()))


REF: Ref = (BreakerItem, *_KEY)


def health_of(item: BreakerItem | None) -> Health:
    """Of what a batch read found under REF."""
    return item.value() if item else HEALTHY


def find_health() -> Health:
    return health_of(tables.get(BreakerItem, *_KEY))


def note_failure(call: str, now: float) -> Health:
    """Count a failed call, and open the breaker with the fifth in half a minute that no success came between.

    A set of calls, so the repeat of a lost reply counts once; of two that begin a window one loses, and adds its own.
    """
    for _ in range(3):
        found = _add(call, now) or _begin(call, now)
        if found is not None:
            return open_again(found.open_until, now) if found.failures >= MOST_FAILURES else found
    return HEALTHY  # others write it all the time: they will have counted enough


def _add(call: str, now: float) -> Health | None:
    in_window = (BreakerItem.since > now - WINDOW_SECONDS) & (BreakerItem.since <= now)
    try:
        return tables.update(BreakerItem(*_KEY), [BreakerItem.failed.add({call})], in_window).value()
    except ConditionFailed:
        return None


def _begin(call: str, now: float) -> Health | None:
    """A new window; a repeat finds the window begun, and adds its call to it once more."""
    old = BreakerItem.since.does_not_exist() | (BreakerItem.since <= now - WINDOW_SECONDS) | (BreakerItem.since > now)
    begin = [BreakerItem.since.set(now), BreakerItem.failed.set({call})]
    try:
        return tables.update(BreakerItem(*_KEY), begin, old).value()
    except ConditionFailed:
        return None


def open_again(seen: float, now: float) -> Health:
    """Open for half a minute, if it still is as it was seen: of many that see the fifth failure one opens it.

    A repeat is refused and finds it open already; a crash before leaves it to the next failure.
    """
    until = now + OPEN_SECONDS
    actions = [BreakerItem.open_until.set(until), BreakerItem.probing_until.set(0), BreakerItem.failed.remove()]
    try:
        return tables.update(BreakerItem(*_KEY), actions, _as_seen(seen)).value()
    except ConditionFailed as failed:
        return BreakerItem.from_raw_data(failed.item).value() if failed.item else HEALTHY


def take_probe(seen: float, now: float) -> bool:
    """Become the one that tries whether the provider is back; who crashes loses that after 20 s.

    The repeat of a lost reply is refused, and then nobody probes until then: late, and never two at once.
    """
    free = _as_seen(seen) & (BreakerItem.probing_until <= now)
    try:
        tables.update(BreakerItem(*_KEY), [BreakerItem.probing_until.set(now + PROBE_SECONDS)], free)
    except ConditionFailed:
        return False
    return True


def close(seen: float) -> None:
    """A call succeeded: forget the failures and close, unless it was opened anew since. A repeat changes nothing."""
    actions = [BreakerItem.open_until.set(0), BreakerItem.probing_until.set(0), BreakerItem.failed.remove()]
    try:
        tables.update(BreakerItem(*_KEY), actions, _as_seen(seen))
    except ConditionFailed:
        pass


def _as_seen(seen: float) -> Condition:
    same: Condition = BreakerItem.open_until == seen
    absent: Condition = BreakerItem.open_until.does_not_exist()
    return same if seen else same | absent
