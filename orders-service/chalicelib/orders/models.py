"""Orders in the table: `ORDER#<id> / META`, lines and history embedded.

Indexes: by buyer, and by e-mail address until the buyer is erased, newest first; by status and by the day of placing,
over shards, since many orders share one; and by when an order is due, sparse and over shards, for the sweeper.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib import events, outbox
from chalicelib.discounts.discount import Use
from chalicelib.keyed import Keyed, KeyedItem
from chalicelib.orders.order import Change, Order, Refund, Restock, Return, Shipment, State
from chalicelib.pricing.price import PricedLine
from chalicelib.table import OrdersItem
from common import tables
from common.attributes import Choice, Document, Whole
from common.clock import rfc3339
from common.ids import shard_of
from common.tables import ConditionFailed, OutcomeUnknown, Refused, Transaction

SHARDS = 4


class ByBuyer(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-buyer"
        projection = AllProjection()

    buyer = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class ByEmail(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-email"
        projection = AllProjection()

    email_key = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class ByStatus(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-status"
        projection = AllProjection()

    status_shard = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class ByDay(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-day"
        projection = AllProjection()

    day_shard = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due = NumberAttribute(range_key=True)


class OrderItem(OrdersItem):
    """The fields of an Order under their own names, but for its id (`order`) and owner (`buyer`)."""

    order = UnicodeAttribute()
    buyer = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    state = Choice(State)
    version = Whole()
    operation = UnicodeAttribute()
    lines = Document[list[PricedLine]](list[PricedLine])
    currency = UnicodeAttribute()
    subtotal = Whole()
    discount = Whole()
    shipping = Whole()
    tax = Whole()
    total = Whole()
    tax_rate_bps = Whole(null=True)
    tax_inclusive = BooleanAttribute(null=True)
    shipping_address = Document[dict[str, Any]](dict[str, Any])
    billing_address = Document[dict[str, Any]](dict[str, Any])
    shipping_method = UnicodeAttribute()
    discount_code = UnicodeAttribute(null=True)
    discount_use = Document[Use](Use, null=True)
    payment_method = UnicodeAttribute(null=True)
    payment_id = UnicodeAttribute(null=True)
    pay_by = NumberAttribute()
    waiting = BooleanAttribute(default=False)
    next_action = Document[dict[str, Any]](dict[str, Any], null=True)
    captured = Whole(default=0)
    refunds = Document[list[Refund]](list[Refund], default=list)
    shipments = Document[list[Shipment]](list[Shipment], default=list)
    returns = Document[list[Return]](list[Return], default=list)
    restocks = Document[list[Restock]](list[Restock], default=list)
    end = Choice(State, null=True)
    cancelled_by = UnicodeAttribute(null=True)
    confirmed_at = NumberAttribute(null=True)
    cart_version = Whole()
    due = NumberAttribute(null=True)
    leased_until = NumberAttribute(default=0)
    history = Document[list[Change]](list[Change])
    placed_at = NumberAttribute()
    updated_at = NumberAttribute()
    email_key = UnicodeAttribute(null=True)
    status_shard = UnicodeAttribute()
    day_shard = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)

    by_buyer = ByBuyer()
    by_email = ByEmail()
    by_status = ByStatus()
    by_day = ByDay()
    by_due = ByDue()

    @classmethod
    def of(cls, order: Order) -> "OrderItem":
        return cls(*_key(order.id), **_values(order))

    def value(self) -> Order:
        stored = {name: getattr(self, name) for name in _PLAIN}
        return Order(
            id=self.order, owner=self.buyer, **{k: v for k, v in stored.items() if v is not None or k == "due"}
        )


_PLAIN = [field for field in Order.__struct_fields__ if field not in ("id", "owner")]


def _key(order_id: str) -> tuple[str, str]:
    return f"ORDER#{order_id}", "META"


def _values(order: Order) -> dict[str, Any]:
    """An order's attributes, those of the indexes included."""
    values = {name: getattr(order, name) for name in _PLAIN}
    return values | {
        "order": order.id,
        "buyer": order.owner,
        "email_key": order.email.lower() if order.email else None,
        "status_shard": f"STATUS#{order.status}#{_shard(order.id)}",
        "day_shard": _day_shard(rfc3339(order.placed_at)[:10], _shard(order.id)),
        "due_shard": f"NEXT#{_shard(order.id)}" if order.due is not None else None,
    }


def _day_shard(day: str, shard: int) -> str:
    return f"DAY#{day}#{shard}"


def _shard(order_id: str) -> int:
    return shard_of(order_id, SHARDS)


def find_order(order_id: str) -> Order | None:
    item = tables.get(OrderItem, *_key(order_id))
    return item.value() if item else None


def written(records: Iterable[Mapping[str, Any]]) -> Iterator[Order]:
    """The orders that a batch of the table's stream shows, each as that write left it."""
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        if image.get("sk") == {"S": "META"} and image["pk"]["S"].startswith("ORDER#"):
            yield OrderItem.from_raw_data(image).value()


def find_keyed(order_id: str, keyed: Keyed) -> tuple[Order | None, str | None]:
    """The order, and what was asked for under the key before, in one consistent read."""
    item, record = tables.get_all((OrderItem, *_key(order_id)), KeyedItem.ref(keyed))
    return item.value() if item else None, record.body_hash if record else None


def add(transaction: Transaction, order: Order) -> None:
    """Write a new order and tell of it."""
    transaction.put(OrderItem.of(order), OrderItem.pk.does_not_exist())
    outbox.add_all(transaction, events.order_changed(None, order))


def change(transaction: Transaction, before: Order, after: Order) -> None:
    """The transaction's first part: what a write changes, if the version still stands; and tell of it."""
    item = OrderItem(*_key(before.id))
    transaction.update(item, _differences(before, after), OrderItem.version == before.version)
    outbox.add_all(transaction, events.order_changed(before, after))


def check_unchanged(transaction: Transaction, order: Order) -> None:
    """Have a transaction refused if the order was written since it was read."""
    transaction.check(OrderItem, *_key(order.id), OrderItem.version == order.version)


def as_refused(before: Order, refused: Refused) -> Order:
    """The order as it is now, after a transaction that `change` began was refused."""
    own = refused.reasons[0]
    return _as_stored(own.item) if own else before  # its version stands: it was another part


def write(before: Order, after: Order) -> Order:
    """The same for a write that publishes nothing: one call, which also tells what stands there when it is refused.

    A repeat of our own write is refused too, and finds the order as we wrote it.
    """
    try:
        tables.update(OrderItem(*_key(before.id)), _differences(before, after), OrderItem.version == before.version)
    except ConditionFailed as failed:
        return _as_stored(failed.item)
    return after


def _as_stored(item: dict[str, Any] | None) -> Order:
    if item is None:
        raise OutcomeUnknown
    return OrderItem.from_raw_data(item).value()


def _differences(before: Order, after: Order) -> list[Action]:
    old, new = _values(before), _values(after)
    return tables.set_all(OrderItem, {name: value for name, value in new.items() if value != old[name]})


def list_of_buyer(buyer: str, before: str | None, limit: int) -> list[Order]:
    return _newest_first(OrderItem.by_buyer, buyer, before, limit)


def list_of_email(email: str, before: str | None, limit: int) -> list[Order]:
    return _newest_first(OrderItem.by_email, email.lower(), before, limit)


def list_of_status(status: str, before: str | None, limit: int) -> list[Order]:
    return _merged(OrderItem.by_status, [f"STATUS#{status}#{n}" for n in range(SHARDS)], before, limit)


def list_of_day(day: str, before: str | None, limit: int) -> list[Order]:
    """Those placed on a day (`yyyy-mm-dd`, UTC)."""
    return _merged(OrderItem.by_day, [_day_shard(day, n) for n in range(SHARDS)], before, limit)


def _merged(index: Any, shards: list[str], before: str | None, limit: int) -> list[Order]:
    """One query a shard, for as many rows as fall to it but once in thousands; then it is asked for more."""
    at_once = min(limit, math.ceil(limit / len(shards) + 1.5 * math.sqrt(limit)))
    found = [_rows(index, shard, before, limit, at_once) for shard in shards]
    return list(islice(merge(*found, key=lambda order: order.id, reverse=True), limit))


def _newest_first(index: Any, partition: str, before: str | None, limit: int) -> list[Order]:
    return list(_rows(index, partition, before, limit, limit))


def _rows(index: Any, partition: str, before: str | None, limit: int, at_once: int) -> Iterator[Order]:
    older = OrderItem.order < before if before else None
    for item in index.query(partition, older, limit=limit, page_size=at_once, scan_index_forward=False):
        yield item.value()


def list_due(now: float, limit: int) -> Iterator[str]:
    """Ids of orders that are due, the longest waiting first: if there are too many for one sweep, none starves."""
    shards = [OrderItem.by_due.query(f"NEXT#{n}", OrderItem.due <= now, limit=limit) for n in range(SHARDS)]
    for item in merge(*shards, key=lambda item: item.due):
        yield item.pk.removeprefix("ORDER#")
