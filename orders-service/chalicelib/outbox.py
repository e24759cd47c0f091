"""Events on their way out: `ORDER#<id> / OUT#<event>`, written with the change that they tell of."""

from collections.abc import Iterable

from chalicelib.table import OrdersItem
from common.events import OUTBOX_PREFIX, Event, OutboxAttributes, outbox_values
from common.tables import Transaction


class OutboxItem(OutboxAttributes, OrdersItem):
    pass


def add_all(transaction: Transaction, events: Iterable[Event]) -> None:
    """An event that is written twice is one item, since a transaction keeps its events' ids."""
    for event in events:
        transaction.put(OutboxItem(f"ORDER#{event.subject}", OUTBOX_PREFIX + event.id, **outbox_values(event)))
