"""Deliveries in the webhooks' table, and what they send.

`EVENT#<id> / BODY`: the bytes that every delivery of an event sends. `DELIVERIES#<endpoint> / <id>`: newest first for
the log; by endpoint and status for its filter; by endpoint and time for what is due, so that a slow endpoint's backlog
stands in nobody's way.
"""

from typing import Any, cast

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.webhooks import models
from chalicelib.webhooks.models import WebhooksItem
from chalicelib.webhooks.webhook import Delivery, Endpoint, Status
from common import tables
from common.attributes import Whole
from common.tables import ConditionFailed

KEPT_SECONDS = 30 * 24 * 3600
_DAY = 24 * 3600


class BodyItem(WebhooksItem):
    body = UnicodeAttribute()
    expires_at = Whole()


class ByStatus(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-status"
        projection = AllProjection()

    standing = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by-due"
        projection = KeysOnlyProjection()

    due_of = UnicodeAttribute(hash_key=True)
    due = Whole(range_key=True)


class DeliveryItem(WebhooksItem):
    """The fields of a Delivery under their own names, but for its id (`sk`); DynamoDB deletes it after 30 days."""

    endpoint_id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    type = UnicodeAttribute()
    status = UnicodeAttribute()
    attempts = Whole()
    last_attempt_at = Whole(null=True)
    due = Whole(null=True)
    started = Whole()
    response_status = Whole(null=True)
    error = UnicodeAttribute(null=True)
    created_at = Whole()
    revision = Whole()
    standing = UnicodeAttribute()
    due_of = UnicodeAttribute(null=True)
    expires_at = Whole()

    by_status = ByStatus()
    by_due = ByDue()

    def value(self) -> Delivery:
        return Delivery(id=self.sk, **{name: getattr(self, name) for name in _DELIVERY})


_DELIVERY = [name for name in Delivery.__struct_fields__ if name != "id"]


def keep_body(event_id: str, body: str, now: int) -> None:
    """What all deliveries of the event send; a repeat writes the same again."""
    BodyItem(*_body_key(event_id), body=body, expires_at=now + KEPT_SECONDS + _DAY).save()


def add(delivery: Delivery) -> bool:
    """False if the endpoint has one of this event already: the event came twice, or this is a repeat."""
    item = DeliveryItem(*_key(delivery.endpoint_id, delivery.id), **_values(delivery))
    item.expires_at = delivery.created_at + KEPT_SECONDS
    try:
        tables.put(item, DeliveryItem.pk.does_not_exist())
    except ConditionFailed:
        return False
    return True


def replace(before: Delivery, after: Delivery) -> bool:
    """Write the next revision; False if another one did, or it is gone."""
    old, new = _values(before), _values(after)
    actions = tables.set_all(DeliveryItem, {name: value for name, value in new.items() if value != old[name]})
    key = _key(before.endpoint_id, before.id)
    try:
        tables.update(DeliveryItem(*key), actions, DeliveryItem.revision == before.revision)
    except ConditionFailed:
        return False
    return True


def find(endpoint_id: str, delivery_id: str) -> tuple[Endpoint | None, Delivery | None]:
    """Both in one consistent read."""
    endpoint, delivery = tables.get_all(models.ref(endpoint_id), (DeliveryItem, *_key(endpoint_id, delivery_id)))
    return endpoint and endpoint.value(), delivery and delivery.value()


def find_bodies(deliveries: list[Delivery]) -> list[str | None]:
    found = tables.get_all(*((BodyItem, *_body_key(one.event_id)) for one in deliveries))
    return [item and item.body for item in found]


def list_newest(endpoint_id: str, status: Status | None, before: str | None, limit: int) -> list[Delivery]:
    """Newest first, in one query."""
    older = DeliveryItem.sk < before if before else None
    query: Any = DeliveryItem.by_status.query if status else DeliveryItem.query
    partition = f"{endpoint_id}#{status}" if status else _key(endpoint_id, "")[0]
    found = query(partition, older, limit=limit, scan_index_forward=False)
    return [item.value() for item in found]


def list_due(endpoint_id: str, now: float, limit: int) -> list[str]:
    """Ids of deliveries that are due, the longest waiting first; the index may lag, so look before acting."""
    found = DeliveryItem.by_due.query(endpoint_id, DeliveryItem.due <= int(now), limit=limit)
    return [cast(str, item.sk) for item in found]


def read_due(endpoint_id: str, ids: list[str]) -> tuple[Endpoint | None, list[Delivery]]:
    """The endpoint and its deliveries as they are now, in one consistent read."""
    keys = [(DeliveryItem, *_key(endpoint_id, one)) for one in ids]
    endpoint, *found = tables.get_all(models.ref(endpoint_id), *keys)
    return endpoint and endpoint.value(), [item.value() for item in found if item]


def _key(endpoint_id: str, delivery_id: str) -> tuple[str, str]:
    return f"DELIVERIES#{endpoint_id}", delivery_id


def _body_key(event_id: str) -> tuple[str, str]:
    return f"EVENT#{event_id}", "BODY"


def _values(delivery: Delivery) -> dict[str, Any]:
    """A delivery's attributes, those of the indexes included."""
    return {name: getattr(delivery, name) for name in _DELIVERY} | {
        "standing": f"{delivery.endpoint_id}#{delivery.status}",
        "due_of": delivery.endpoint_id if delivery.due is not None else None,
    }
