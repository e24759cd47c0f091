"""The users table: what its items have in common."""

from typing import Any

from botocore.exceptions import ClientError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import config
from common.problems import Unavailable
from common.tables import Item, is_unavailable


class UsersItem(Item):
    """An item of the users table; each feature's models.py makes the keys of its own kinds."""

    class Meta(Item.Meta):
        table_name = config.TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ConditionFailed(Exception):
    """A conditional update was refused; `item` is what is stored, as DynamoDB's attribute map, or None."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition failed")
        self.item = item


def update(item: UsersItem, actions: list[Action], condition: Condition) -> dict[str, Any]:
    """One conditional update; the new attribute map, or ConditionFailed with the old one in the same round trip."""
    kwargs = item.get_update_kwargs_from_instance(actions, condition, return_values_on_condition_failure="ALL_OLD")
    connection = item._get_connection().connection
    try:
        updated = connection.dispatch("UpdateItem", {**kwargs, "ReturnValues": "ALL_NEW"})
    except VerboseClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise ConditionFailed(_old_item(error)) from None
        if is_unavailable(error):
            raise Unavailable from error
        raise
    attributes: dict[str, Any] = updated["Attributes"]
    return attributes


def _old_item(error: VerboseClientError) -> dict[str, Any] | None:
    """PynamoDB keeps of the answer only the error's code and text; the item is in botocore's own exception."""
    answer: dict[str, Any] = {**error.__cause__.response} if isinstance(error.__cause__, ClientError) else {}
    return answer.get("Item")


def reachable() -> None:
    """Raise unless the table answers; for /health/dependencies."""
    UsersItem.count("HEALTH")
