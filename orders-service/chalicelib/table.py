"""The orders table: what its items have in common. Keys and conditions are in each feature's models.py."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib import config
from common.tables import Item


class OrdersItem(Item):
    class Meta(Item.Meta):
        table_name = config.TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def reachable() -> None:
    """Raise unless the table answers; for GET /health/dependencies."""
    OrdersItem.count("HEALTH")
