"""The two tables: what their items have in common. Keys and conditions are in each feature's models.py."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import NUMBER, STRING
from pynamodb.exceptions import VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import config
from common.problems import Unavailable
from common.tables import Item

T = TypeVar("T")
I = TypeVar("I", bound=Item)  # noqa: E741
_BATCH = 100
_ROUNDS = 4


class CatalogItem(Item):
    class Meta(Item.Meta):
        table_name = config.CATALOG_TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class StockItem(Item):
    class Meta(Item.Meta):
        table_name = config.STOCK_TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


Key = tuple[type[CatalogItem] | type[StockItem], str, str]  # a kind of item with its keys


class Whole(Attribute[int]):
    """A whole number; PynamoDB's own goes through floats."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


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
    """A conditional update was refused; `item` is what is stored, as DynamoDB's attribute map, or None."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition failed")
        self.item = item


def update(item: I, actions: Sequence[Action], condition: Condition) -> I:
    """One conditional update; the item as it is now, or ConditionFailed with the old one in the same round trip."""
    kwargs = item.get_update_kwargs_from_instance(
        list(actions), condition, return_values_on_condition_failure="ALL_OLD"
    )
    try:
        answer = item._get_connection().connection.dispatch("UpdateItem", {**kwargs, "ReturnValues": "ALL_NEW"})
    except VerboseClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise ConditionFailed(_stored(error)) from None
        raise
    return type(item).from_raw_data(answer["Attributes"])


def _stored(error: VerboseClientError) -> dict[str, Any] | None:
    """The old item: PynamoDB's error leaves it out, botocore's own, which caused it, has it."""
    cause: Any = error.__cause__
    found: dict[str, Any] | None = cause.response.get("Item")
    return found


def get(kind: type[I], pk: str, sk: str) -> I | None:
    """What is stored now (a consistent read), or None."""
    try:
        return kind.get(pk, sk, consistent_read=True)
    except kind.DoesNotExist:
        return None


def batch_get(keys: Iterable[Key], *, consistent: bool = False) -> list[Any]:
    """Items of several kinds and of both tables, one round trip for each hundred, absent ones left out."""
    kinds = {(kind.Meta.table_name, pk, sk): kind for kind, pk, sk in keys}
    todo = list(kinds)
    found: list[Any] = []
    for _ in range(_ROUNDS + len(todo) // _BATCH):
        if not todo:
            return found
        answer = CatalogItem._get_connection().connection.dispatch(
            "BatchGetItem", {"RequestItems": _requested(todo[:_BATCH], consistent)}
        )
        for table, rows in answer["Responses"].items():
            found += [kinds[table, row["pk"]["S"], row["sk"]["S"]].from_raw_data(row) for row in rows]
        todo = _left(answer["UnprocessedKeys"]) + todo[_BATCH:]
    if todo:
        raise Unavailable(retry_after=1)
    return found


def _requested(keys: list[tuple[str, str, str]], consistent: bool) -> dict[str, Any]:
    requests: dict[str, Any] = {table: {"Keys": [], "ConsistentRead": consistent} for table, _, _ in keys}
    for table, pk, sk in keys:
        requests[table]["Keys"].append({"pk": {"S": pk}, "sk": {"S": sk}})
    return requests


def _left(unprocessed: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(table, key["pk"]["S"], key["sk"]["S"]) for table, one in unprocessed.items() for key in one["Keys"]]


def reachable() -> None:
    """Raise unless the tables answer; for GET /health/dependencies."""
    CatalogItem.count("HEALTH")
    StockItem.count("HEALTH")
