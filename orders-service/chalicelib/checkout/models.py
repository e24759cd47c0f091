"""Idempotency records of purchases: `IDEM#<caller>#<hash of the key> / IDEM`."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.checkout.effects import Record
from chalicelib.table import OrdersItem
from common import clock, tables
from common.attributes import Whole
from common.idempotency import KEPT_SECONDS, record_key
from common.tables import ConditionFailed, Transaction


class RecordItem(OrdersItem):
    """`holder` has the lease until `leased_until`; once `placed` the order is what counts."""

    body_hash = UnicodeAttribute()
    order_id = UnicodeAttribute()
    holder = UnicodeAttribute()
    leased_until = NumberAttribute()
    placed = BooleanAttribute(default=False)
    inherited = BooleanAttribute(default=False)
    expires_at = Whole()

    @classmethod
    def of(cls, record: Record) -> "RecordItem":
        return cls(
            record_key(record.owner, record.key),
            "IDEM",
            body_hash=record.body_hash,
            order_id=record.order_id,
            holder=record.holder,
            leased_until=record.leased_until,
            placed=record.placed,
            inherited=record.inherited,
            expires_at=int(clock.now()) + KEPT_SECONDS,
        )

    def value(self, owner: str, key: str) -> Record:
        return Record(
            owner=owner,
            key=key,
            body_hash=self.body_hash,
            order_id=self.order_id,
            holder=self.holder,
            leased_until=self.leased_until,
            placed=self.placed,
            inherited=self.inherited,
        )


def leased_to(record: Record) -> Condition:
    """The record is still its holder's, and no order was placed."""
    unplaced: Condition = RecordItem.placed == False  # noqa: E712 - an expression of PynamoDB
    leased: Condition = unplaced & (RecordItem.holder == record.holder)
    return leased


def open_record(record: Record) -> Record:
    """Write it if it is absent; what stands there. A repeat of the write is refused and finds its own holder."""
    try:
        tables.put(RecordItem.of(record), RecordItem.pk.does_not_exist())
    except ConditionFailed as failed:
        return _stored(failed, record) or open_record(record)  # gone again, perhaps by its end of life
    return record


def take_record(found: Record, mine: Record) -> Record | None:
    """Put ours in its place if nobody else has; a repeat finds our own holder there."""
    try:
        tables.put(RecordItem.of(mine), leased_to(found))
    except ConditionFailed as failed:
        return _stored(failed, mine)
    return mine


def _stored(failed: ConditionFailed, record: Record) -> Record | None:
    return RecordItem.from_raw_data(failed.item).value(record.owner, record.key) if failed.item else None


def find_record(owner: str, key: str) -> Record | None:
    item = tables.get(RecordItem, record_key(owner, key), "IDEM")
    return item.value(owner, key) if item else None


def delete_record(record: Record) -> bool:
    """A repeat is refused, and then there is no record of ours any more."""
    try:
        tables.delete(RecordItem.of(record), leased_to(record))
    except ConditionFailed:
        return False
    return True


def mark_placed(transaction: Transaction, record: Record) -> None:
    transaction.update(RecordItem.of(record), [RecordItem.placed.set(True)], leased_to(record))
