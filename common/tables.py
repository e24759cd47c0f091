"""DynamoDB through PynamoDB: one client per process, quick to give up, and transactions that keep their order."""

import random
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import NumberAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from common.problems import Unavailable

I = TypeVar("I", bound="Item")  # noqa: E741
Ref = tuple[type["Item"], str, str]  # a kind of item with its keys
_ATTEMPTS = 6
_BUSY = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_BUSY_ERRORS = frozenset(
    {
        "TransactionInProgressException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "ProvisionedThroughputExceededException",
        "InternalServerError",
        "ServiceUnavailable",
    }
)


class Item(Model):
    """Base of every item. A concrete class says `class Meta(Item.Meta): table_name = …`.

    All share one botocore client: each costs 60 ms and 12 MB. `v` is the schema version of the stored item.
    """

    class Meta:
        connect_timeout_seconds = 1
        read_timeout_seconds = 1.5
        max_retry_attempts = 2  # three attempts in all
        max_pool_connections = 50

    v = NumberAttribute(default=1)

    _shared: ClassVar[Any] = None
    _lock: ClassVar[threading.Lock] = threading.Lock()

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if "_connection" not in vars(cls):
            cls._connection = None  # else PynamoDB takes the parent's, which does not know this class's indexes
        table = super()._get_connection()
        if table.connection._client is None:
            with Item._lock:  # botocore's client creation is not thread-safe
                Item._shared = Item._shared or table.connection.client
                table.connection._client = Item._shared
        return table

    @classmethod
    def connect(cls) -> None:
        """Make the client now: at import it costs no request anything."""
        _ = cls._get_connection().connection.client


class OutcomeUnknown(Unavailable):
    """DynamoDB gave no answer: the write may have happened or not. A retry by the same key finds out."""


class Busy(Unavailable):
    """DynamoDB turned every attempt at a transaction away, for others were at the same items: nothing was written."""


@dataclass(frozen=True)
class Reason:
    """Why one part of a transaction was refused; `item` is the stored item as DynamoDB's attribute map, if any."""

    code: str
    item: dict[str, Any] | None


class Refused(Exception):
    """A transaction's condition failed and nothing was written; reasons stand in the order of the calls."""

    def __init__(self, reasons: list[Reason | None]) -> None:
        super().__init__(", ".join(reason.code if reason else "-" for reason in reasons))
        self.reasons = reasons


class Transaction:
    """Up to 100 writes, all or none, on the wire in the order of the calls (PynamoDB's own reorders them).

    One token goes with every attempt, so a commit that is sent again after a lost reply is applied once.
    """

    def __init__(self, token: str | None = None) -> None:
        self._token = token or str(uuid4())
        self._parts: list[dict[str, Any]] = []
        self._table: type[Item] | None = None

    def put(self, item: Item, condition: Condition | None = None) -> None:
        kwargs = item.get_save_kwargs_from_instance(condition, return_values_on_condition_failure="ALL_OLD")
        self._add("Put", type(item), kwargs)

    def update(self, item: Item, actions: Sequence[Action], condition: Condition | None = None) -> None:
        kwargs = item.get_update_kwargs_from_instance(
            list(actions), condition, return_values_on_condition_failure="ALL_OLD"
        )
        self._add("Update", type(item), kwargs)

    def delete(self, item: Item, condition: Condition | None = None) -> None:
        kwargs = item.get_delete_kwargs_from_instance(condition, return_values_on_condition_failure="ALL_OLD")
        self._add("Delete", type(item), kwargs)

    def check(self, item: type[Item], hash_key: Any, range_key: Any, condition: Condition) -> None:
        kwargs = item.get_operation_kwargs_from_class(hash_key, range_key=range_key, condition=condition)
        self._add("ConditionCheck", item, kwargs)

    def _add(self, kind: str, table: type[Item], kwargs: dict[str, Any]) -> None:
        self._table = table
        self._parts.append({kind: kwargs})

    def commit(self) -> None:
        """Raise Refused if a condition failed, OutcomeUnknown if DynamoDB did not answer.

        While it is too busy that is Busy, or Unavailable where an attempt may have come through all the same.
        """
        if self._table is None:
            return  # nothing was asked for
        connection, turned_away = self._table._get_connection().connection, True
        for attempt in range(_ATTEMPTS):
            try:
                connection.dispatch(
                    "TransactWriteItems", {"TransactItems": self._parts, "ClientRequestToken": self._token}
                )
            except VerboseClientError as error:
                _raise_unless_busy(error)
                turned_away &= any(error.cancellation_reasons)
            except BotoCoreError as error:
                raise OutcomeUnknown from error
            else:
                return
            _pause(attempt)
        raise Busy(retry_after=1) if turned_away else Unavailable(retry_after=1)


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.025 * 2**attempt))  # noqa: S311 - jitter, so that racers part


def _raise_unless_busy(error: VerboseClientError) -> None:
    reasons = [Reason(r.code, r.raw_item) if r else None for r in error.cancellation_reasons]
    if any(reason and reason.code == "ConditionalCheckFailed" for reason in reasons):
        raise Refused(reasons) from error
    busy = error.response["Error"]["Code"] in _BUSY_ERRORS or (
        any(reasons) and all(reason is None or reason.code in _BUSY for reason in reasons)
    )
    if not busy:
        raise error


class ConditionFailed(Exception):
    """A single conditional write was refused; `item` is what is stored, as DynamoDB's attribute map, or None."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition failed")
        self.item = item


def get(kind: type[I], hash_key: str, range_key: str) -> I | None:
    """What is stored now (a consistent read), or None."""
    try:
        return kind.get(hash_key, range_key, consistent_read=True)
    except kind.DoesNotExist:
        return None


def get_all(*refs: Ref, consistent: bool = True) -> list[Any]:
    """What is stored under each key, None where there is nothing, in the order of the keys; a hundred at most.

    One BatchGetItem, of what is stored now if it is consistent. Keys that DynamoDB was too busy for are asked again.
    """
    connection = refs[0][0]._get_connection().connection
    kinds = {(_table(kind), pk, sk): kind for kind, pk, sk in refs}
    found: dict[tuple[str, str, str], Item] = {}
    wanted = _requested(kinds, consistent)
    for attempt in range(_ATTEMPTS):
        answer = connection.dispatch("BatchGetItem", {"RequestItems": wanted})
        for table, rows in answer["Responses"].items():
            places = [(table, row["pk"]["S"], row["sk"]["S"]) for row in rows]
            found |= {place: kinds[place].from_raw_data(row) for place, row in zip(places, rows, strict=True)}
        wanted = answer.get("UnprocessedKeys", {})
        if not wanted:
            return [found.get((_table(kind), pk, sk)) for kind, pk, sk in refs]
        _pause(attempt)
    raise Unavailable(retry_after=1)


def _requested(places: Iterable[tuple[str, str, str]], consistent: bool) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    for table, pk, sk in places:
        asked = wanted.setdefault(table, {"Keys": [], "ConsistentRead": consistent})
        asked["Keys"].append({"pk": {"S": pk}, "sk": {"S": sk}})
    return wanted


def _table(kind: type["Item"]) -> str:
    return str(kind.Meta.table_name)  # type: ignore[attr-defined]  # each concrete class has one


def rows(kind: type["Item"], hash_key: str, condition: Condition | None = None) -> list[dict[str, Any]]:
    """The items of a partition, of whatever kinds, as DynamoDB's attribute maps in the order of their sort keys.

    One consistent Query for each megabyte; `kind` only says which table.
    """
    table, found, start = kind._get_connection(), list[dict[str, Any]](), None
    while True:
        answer = table.query(hash_key, condition, consistent_read=True, exclusive_start_key=start)
        found += answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if start is None:
            return found


def put(item: Item, condition: Condition) -> None:
    """Write a whole item, or raise ConditionFailed with what stands there."""
    kwargs = item.get_save_kwargs_from_instance(condition, return_values_on_condition_failure="ALL_OLD")
    _write("PutItem", item, kwargs)


def update(item: I, actions: Sequence[Action], condition: Condition) -> I:
    """The item as it is now, or ConditionFailed with the old one in the same round trip."""
    kwargs = item.get_update_kwargs_from_instance(
        list(actions), condition, return_values_on_condition_failure="ALL_OLD"
    )
    answer = _write("UpdateItem", item, {**kwargs, "ReturnValues": "ALL_NEW"})
    return type(item).from_raw_data(answer["Attributes"])


def set_all(kind: type[Item], values: Mapping[str, Any]) -> list[Action]:
    """What writes each value under its name; None takes the attribute away."""
    return [_set(getattr(kind, name), value) for name, value in values.items()]


def _set(attribute: Any, value: Any) -> Action:
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action


def delete(item: Item, condition: Condition) -> None:
    """Delete it, or raise ConditionFailed with what stands there."""
    kwargs = item.get_delete_kwargs_from_instance(condition, return_values_on_condition_failure="ALL_OLD")
    _write("DeleteItem", item, kwargs)


def _write(operation: str, item: Item, kwargs: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = item._get_connection().connection.dispatch(operation, kwargs)
    except VerboseClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            # PynamoDB's error leaves the item out; botocore's, which caused it, has it.
            raise ConditionFailed(getattr(error.__cause__, "response", {}).get("Item")) from None
        raise
    except BotoCoreError as error:
        raise OutcomeUnknown from error
    return answer


def is_unavailable(error: BaseException) -> bool:
    """Whether an error of PynamoDB or boto3 means that AWS can't be reached or is too busy, not that we are wrong."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, ClientError):
        return cause.response["Error"].get("Code") in _BUSY_ERRORS
    return isinstance(cause, BotoCoreError)
