"""What a run of reconciling needs, and what it tells."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.catalog import Reserved
from chalicelib.checkout.effects import World
from chalicelib.payments.ledger import Ledger
from chalicelib.reconciliation.differences import Difference
from common import clock


@dataclass(frozen=True)
class Books:
    """The three that have to agree."""

    world: World
    ledger: Ledger
    reserved: Callable[[str], Reserved | None]


@dataclass(frozen=True)
class Found:
    """A difference, and what was done: `mended`, `left` for a person, `failed`, or `mendable` if nothing was to be."""

    difference: Difference
    outcome: str


@dataclass
class Report:
    """`skipped` orders got no answer of somebody; `complete` is False if the time was over, or the provider down."""

    since: float
    until: float
    orders: int = 0
    payments: int = 0
    skipped: int = 0
    complete: bool = True
    found: list[Found] = field(default_factory=list)

    def line(self) -> dict[str, Any]:
        """In numbers, for the log and for whoever asks."""
        outcomes = {name: sum(one.outcome == name for one in self.found) for name in {f.outcome for f in self.found}}
        window = {"since": clock.rfc3339(self.since), "until": clock.rfc3339(self.until)}
        counted = {"orders": self.orders, "payments": self.payments, "skipped": self.skipped}
        return {**window, **counted, "complete": self.complete, "differences": len(self.found), **outcomes}


def told(found: Found) -> dict[str, Any]:
    """As it stands in logs and reports."""
    one = found.difference
    return {"kind": one.kind, "order_id": one.order_id, "outcome": found.outcome, "facts": one.facts}
