"""The real books."""

from chalicelib.catalog import Catalog
from chalicelib.checkout.wiring import ledger, new_breaker, world
from chalicelib.reconciliation.report import Books
from common.deadline import Deadline


def books(deadline: Deadline) -> Books:
    """All of a run's calls together end with the deadline; each has limits of its own as well."""
    return Books(world(deadline, new_breaker(asks=True)), ledger(deadline), Catalog(deadline).reservation)
