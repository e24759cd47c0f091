"""The real books."""

from chalicelib.catalog import Catalog
from chalicelib.checkout.wiring import ledger, world
from chalicelib.reconciliation.report import Books
from common.deadline import Deadline


def books(deadline: Deadline) -> Books:
    """All of a run's calls together end with the deadline; each has limits of its own as well."""
    return Books(world(deadline), ledger(deadline), Catalog(deadline).reservation)
