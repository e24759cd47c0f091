"""Idempotency-Keys of changes that are one write of an order: `IDEM#<caller>#<hash of the key> / DONE`.

The record is written in the transaction of the change, if it is absent: change and record exist together or not at all.
It holds what was asked for and no answer, which is the order as it stands.
"""

import msgspec

from chalicelib.table import OrdersItem
from common.idempotency import RecordAttributes, record_key, record_values
from common.tables import Ref, Transaction


class Keyed(msgspec.Struct, frozen=True, kw_only=True):
    """A request under a caller's key; `request` names the operation, its object and its body."""

    caller: str
    key: str
    request: str


class KeyedItem(RecordAttributes, OrdersItem):
    @classmethod
    def ref(cls, keyed: Keyed) -> Ref:
        return cls, record_key(keyed.caller, keyed.key), "DONE"


def add(transaction: Transaction, keyed: Keyed) -> None:
    """Refused if the key was used before; a repeat of the transaction has its token and is applied once."""
    kind, pk, sk = KeyedItem.ref(keyed)
    transaction.put(kind(pk, sk, **record_values(keyed.request, 201, None)), KeyedItem.pk.does_not_exist())
