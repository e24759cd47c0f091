"""The orders table: what its items have in common. Keys and conditions are in each feature's models.py."""

from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import BotoCoreError
from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import NUMBER, STRING
from pynamodb.exceptions import VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import config
from common.tables import Item, OutcomeUnknown

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
I = TypeVar("I", bound="OrdersItem")  # noqa: E741


class OrdersItem(Item):
    class Meta(Item.Meta):
        table_name = config.TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Whole(Attribute[int]):
    """A whole number; PynamoDB's own goes through floats."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class Choice(Attribute[E]):
    """A member of a StrEnum, as its text."""

    attr_type = STRING

    def __init__(self, kind: type[E], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kind = kind

    def serialize(self, value: E) -> str:
        return str(value)

    def deserialize(self, value: str) -> E:
        return self._kind(value)


class Document(Attribute[T]):
    """A value of a msgspec type, as JSON text."""

    attr_type = STRING

    def __init__(self, kind: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kind = kind

    def serialize(self, value: T) -> str:
        return msgspec.json.encode(value).decode()

    def deserialize(self, value: str) -> T:
        found: T = msgspec.json.decode(value, type=self._kind)
        return found


class ConditionFailed(Exception):
    """A conditional write was refused; `item` is what is stored, as DynamoDB's attribute map, or None."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition failed")
        self.item = item


def get(kind: type[I], pk: str, sk: str) -> I | None:
    """What is stored now (a consistent read), or None."""
    try:
        return kind.get(pk, sk, consistent_read=True)
    except kind.DoesNotExist:
        return None


def put(item: OrdersItem, condition: Condition) -> None:
    """Raise ConditionFailed with what stands there."""
    kwargs = item.get_save_kwargs_from_instance(condition, return_values_on_condition_failure="ALL_OLD")
    _dispatch("PutItem", kwargs)


def update(item: I, actions: list[Action], condition: Condition) -> I:
    """The item as it is now, or ConditionFailed with the old one in the same round trip."""
    kwargs = item.get_update_kwargs_from_instance(actions, condition, return_values_on_condition_failure="ALL_OLD")
    return type(item).from_raw_data(_dispatch("UpdateItem", {**kwargs, "ReturnValues": "ALL_NEW"})["Attributes"])


def delete(item: OrdersItem, condition: Condition) -> None:
    """Raise ConditionFailed with what stands there."""
    kwargs = item.get_delete_kwargs_from_instance(condition, return_values_on_condition_failure="ALL_OLD")
    _dispatch("DeleteItem", kwargs)


def _dispatch(operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = OrdersItem._get_connection().connection.dispatch(operation, kwargs)
    except VerboseClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise ConditionFailed(_old_item(error)) from None
        raise
    except BotoCoreError as error:
        raise OutcomeUnknown from error
    return answer


def _old_item(error: VerboseClientError) -> dict[str, Any] | None:
    """PynamoDB's error leaves the item out; botocore's, which caused it, has it."""
    cause: Any = error.__cause__
    item: dict[str, Any] | None = cause.response.get("Item")
    return item


def reachable() -> None:
    """Raise unless the table answers; for GET /health/dependencies."""
    OrdersItem.count("HEALTH")
