"""Who follows the tables' streams, by the names of their functions in app.py."""

from chalicelib import config, events
from chalicelib.products import domain as products
from chalicelib.reservations import domain as reservations
from chalicelib.search import domain as search
from chalicelib.stock import low
from common.events import publish
from common.streams import Follower, Followers, Records, keys_only


def follow_catalog(records: Records) -> None:
    """Keep the search index in step."""
    search.follow(events.changed(records))


def follow_stock(records: Records) -> None:
    """Settle sales, keep cards in step and note low stock."""
    for reservation_id in events.sold(records):
        reservations.settle_sale(reservation_id)
    for product_id in events.turned(records):
        products.follow_stock(product_id)
    for sku in low.in_question(records):
        low.judge(sku)


def tell_low_stock(records: Records) -> None:
    """Publish what was noted."""
    publish(low.told(records), config.settings.event_bus)


followers = Followers(
    config.SET_ASIDE_QUEUE_URL,
    {
        "follow_catalog": Follower(follow_catalog, kept=keys_only, patient=True),  # a part of the index each time
        "follow_stock": Follower(follow_stock, kept=events.impersonal),
        "tell_low_stock": Follower(tell_low_stock, kept=events.impersonal),
    },
)
