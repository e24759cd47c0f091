"""What this service hears: the changes of its tables, through their streams. What it publishes is made of these too.

`user.erased` comes through a queue (common/erasure.py).

The stream tells of a change at least once, and of one item's changes in their order. Handlers read what is true now, so
a repeat or a late record does no harm.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.products.models import ProductItem
from chalicelib.reservations.models import Reservation
from chalicelib.stock import counters
from common.streams import Record, keys_only, with_images

Records = Iterable[Mapping[str, Any]]


def changed(records: Records) -> set[str]:
    """Ids of products that were made, changed or removed."""
    keys = (record["dynamodb"]["Keys"] for record in records)
    found = (ProductItem.changed(key["pk"]["S"], key["sk"]["S"]) for key in keys)
    return {product_id for product_id in found if product_id}


def sold(records: Records) -> set[str]:
    """Ids of reservations that were committed."""
    images = (record["dynamodb"].get("NewImage") for record in records)
    found = (Reservation.just_sold(image) for image in images if image)
    return {reservation_id for reservation_id in found if reservation_id}


def turned(records: Records) -> set[str]:
    """Ids of products of which a SKU sold out, came in again, or was removed. New SKUs come with their product."""
    images = (record["dynamodb"] for record in records if record["eventName"] != "INSERT")
    found = (counters.turned(image.get("OldImage", {}), image.get("NewImage")) for image in images)
    return {product_id for product_id in found if product_id}


def impersonal(record: Record) -> Record:
    """What may wait on a queue: a correction of stock names who made it, so only its keys."""
    images = (record["dynamodb"].get(name, {}) for name in ("OldImage", "NewImage"))
    return keys_only(record) if any("actor" in image for image in images) else with_images(record)
