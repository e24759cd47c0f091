"""Who follows the table's stream, by the names of their functions in app.py."""

from chalicelib import config
from chalicelib.reports import domain as reports
from chalicelib.table import OrdersItem
from common import events
from common.streams import Follower, Followers, Records, keys_only


def relay_outbox(records: Records) -> None:
    """Publish events."""
    events.relay(records, config.settings.event_bus)


followers = Followers(
    config.SET_ASIDE_QUEUE_URL,
    {
        "relay_outbox": Follower(relay_outbox),
        "count_sales": Follower(reports.count_sales, kept=keys_only, stored_in=OrdersItem),
    },
)
"""A sale that is counted late is counted from its order as it stands by then, which tells the same."""
