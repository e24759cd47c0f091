"""SKUs that become low: listed for staff, and told once for each time that they do.

The table's stream drives it. The SKU's own item carries the moment it became low; writing that moment is the one thing
that is told, from the same stream, under an id made of it. So a batch that comes again tells the same event again, and
consumers drop it. Whether it is low is judged on the units of all its shards, by a read after the change; should one
that reads late write too late, then its own write comes through the stream and is judged again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.stock import counters
from chalicelib.stock.models import Crossing, Sku
from common import clock, tracing
from common.events import Event
from common.ids import new_id
from common.tables import ConditionFailed

Records = Iterable[Mapping[str, Any]]
Image = Mapping[str, Any]


def in_question(records: Records) -> set[str]:
    """SKUs that may have become low, or no longer are."""
    images = (record["dynamodb"].get("NewImage") for record in records)
    return {image["pk"]["S"].removeprefix("SKU#") for image in images if image and _in_question(image)}


def _in_question(image: Image) -> bool:
    if "watched" in image:
        return True
    if "low_stock_at" not in image and "crossing" not in image:
        return False
    return "dealt" in image or _is_low(Sku.from_raw_data(dict(image))) != ("crossing" in image)


def judge(sku: str) -> None:
    """Write down that a SKU became low, or no longer is. A race, or a level that staff change, is judged again."""
    item = counters.levels([sku], consistent=True).get(sku)
    if item is None or _is_low(item) == bool(item.crossing):
        return
    try:
        item.set_low(_crossing(item) if _is_low(item) else None)
    except ConditionFailed:
        pass  # another did, or the change that was in between comes through the stream too


def _is_low(item: Sku) -> bool:
    return item.watched and not item.freed and item.available <= item.low_stock_at


def _crossing(item: Sku) -> Crossing:
    return Crossing(id=new_id("evt"), available=item.available, low_at=item.low_stock_at, at=int(clock.now()))


def told(records: Records) -> list[Event]:
    """An event for each SKU that was found to have become low."""
    images = [(record["dynamodb"].get("OldImage", {}), record["dynamodb"].get("NewImage", {})) for record in records]
    return [_event(Sku.from_raw_data(dict(new))) for old, new in images if "crossing" in new and _crossed(old, new)]


def _crossed(old: Image, new: Image) -> bool:
    return bool(old.get("crossing") != new["crossing"])


def _event(item: Sku) -> Event:
    crossing = item.crossing
    return Event(
        id=crossing.id,
        type="stock.low",
        source="catalog",
        subject=item.sku,
        version=1,
        at=clock.rfc3339(crossing.at),
        data={
            "sku": item.sku,
            "product_id": item.product_id,
            "available": crossing.available,
            "low_at": crossing.low_at,
        },
        traceparent=tracing.current().header,
    )
