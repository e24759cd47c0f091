"""Webhooks in a table of their own, so that the functions which send them reach no order. Here: the endpoints.

`ENDPOINTS / <id>`: all endpoints are one query. `COUNT / ENDPOINTS`: how many there are.
"""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib import config
from chalicelib.errors import EndpointLimit
from chalicelib.webhooks.webhook import Endpoint, Sealed
from common import tables
from common.attributes import Document, Whole
from common.tables import ConditionFailed, Item, Ref, Refused, Transaction

MOST_ENDPOINTS = 20
_ENDPOINTS = "ENDPOINTS"


class WebhooksItem(Item):
    class Meta(Item.Meta):
        table_name = config.WEBHOOKS_TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class CountItem(WebhooksItem):
    number = NumberAttribute()


class EndpointItem(WebhooksItem):
    """The fields of an Endpoint under their own names, but for its id (`sk`)."""

    url = UnicodeAttribute()
    events = Document[list[str]](list[str])
    description = UnicodeAttribute()
    active = BooleanAttribute()
    secrets = Document[list[Sealed]](list[Sealed])
    version = Whole()
    created_at = Whole()
    updated_at = Whole()

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointItem":
        return cls(_ENDPOINTS, endpoint.id, **{name: getattr(endpoint, name) for name in _ENDPOINT})

    def value(self) -> Endpoint:
        return Endpoint(id=self.sk, **{name: getattr(self, name) for name in _ENDPOINT})


_ENDPOINT = [name for name in Endpoint.__struct_fields__ if name != "id"]


def ref(endpoint_id: str) -> Ref:
    return EndpointItem, _ENDPOINTS, endpoint_id


def list_endpoints() -> list[Endpoint]:
    """All of them, the newest first, in one consistent query; there are few."""
    found = EndpointItem.query(_ENDPOINTS, consistent_read=True, scan_index_forward=False)
    return [item.value() for item in found]


def find_endpoint(endpoint_id: str) -> Endpoint | None:
    item = tables.get(EndpointItem, _ENDPOINTS, endpoint_id)
    return item.value() if item else None


def add_endpoint(endpoint: Endpoint) -> None:
    """With its place among the few, in one transaction, or EndpointLimit; its token makes a repeat harmless."""
    transaction = Transaction()
    free = CountItem.number.does_not_exist() | (CountItem.number < MOST_ENDPOINTS)
    transaction.update(CountItem("COUNT", _ENDPOINTS), [CountItem.number.add(1)], free)
    transaction.put(EndpointItem.of(endpoint), EndpointItem.pk.does_not_exist())
    try:
        transaction.commit()
    except Refused as refused:
        raise EndpointLimit from refused


def replace_endpoint(before: Endpoint, after: Endpoint) -> bool:
    """Write the next version; False if somebody has, be it ourselves before a lost reply: the caller looks again."""
    try:
        tables.put(EndpointItem.of(after), EndpointItem.version == before.version)
    except ConditionFailed:
        return False
    return True


def remove_endpoint(endpoint: Endpoint) -> bool:
    """With its place among the few; False if it is not that version any more, or was removed before."""
    transaction = Transaction()
    transaction.delete(EndpointItem(_ENDPOINTS, endpoint.id), EndpointItem.version == endpoint.version)
    transaction.update(CountItem("COUNT", _ENDPOINTS), [CountItem.number.add(-1)])
    try:
        transaction.commit()
    except Refused:
        return False
    return True
