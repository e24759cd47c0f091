"""The users table: what its items have in common."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib import config
from common.tables import Item


class UsersItem(Item):
    """An item of the users table; each feature's models.py makes the keys of its own kinds."""

    class Meta(Item.Meta):
        table_name = config.TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def reachable() -> None:
    """Raise unless the table answers; for /health/dependencies."""
    UsersItem.count("HEALTH")
