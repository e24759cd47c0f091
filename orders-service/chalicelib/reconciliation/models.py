"""Reports of the hourly run: `RECONCILED / <time>`, kept for a quarter of a year."""

from typing import Any

from chalicelib.table import OrdersItem
from common import clock
from common.attributes import Document, Whole

KEPT_SECONDS = 90 * 24 * 3600
MOST_TOLD = 200  # differences in a report: an item has room for no more than 400 KB
_PARTITION = "RECONCILED"


class ReportItem(OrdersItem):
    numbers = Document[dict[str, Any]](dict[str, Any])
    differences = Document[list[dict[str, Any]]](list[dict[str, Any]])
    expires_at = Whole()


def keep(numbers: dict[str, Any], differences: list[dict[str, Any]]) -> None:
    """Written whole, so a repeat writes the same; of two runs that end in one second the later report stands."""
    now = clock.now()
    item = ReportItem(
        _PARTITION, clock.rfc3339(now), numbers=numbers, differences=differences[:MOST_TOLD],
        expires_at=int(now) + KEPT_SECONDS,
    )  # fmt: skip
    item.save()


def list_reports(limit: int) -> list[dict[str, Any]]:
    """Newest first."""
    found = ReportItem.query(_PARTITION, limit=limit, scan_index_forward=False)
    return [{"at": item.sk, **item.numbers, "found": item.differences} for item in found]
