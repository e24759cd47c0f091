"""Request and response types of stock."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.stock.shards import MOST as MOST_SHARDS
from common.schemas import Body, PageQuery, Text

MOST = 1_000_000_000
Units = Annotated[int, Meta(ge=0, le=MOST)]


class SetStock(Body):
    """`low_stock_at` null: never warn; what is left out stays as it is, but one of the two has to be there."""

    on_hand: Units | UnsetType = UNSET
    low_stock_at: Units | UnsetType | None = UNSET


class SetShards(Body):
    shards: Annotated[int, Meta(ge=1, le=MOST_SHARDS)]


class AdjustStock(Body):
    delta: Annotated[int, Meta(ge=-MOST, le=MOST)]
    reason: Text


class ListLow(PageQuery, kw_only=True):
    low: Literal["true"]


class StockView(Struct, kw_only=True):
    """`on_hand` is `held + available`."""

    sku: str
    on_hand: int
    held: int
    available: int
    shards: int
    low_stock_at: int | None = None


class LowStockView(Struct, kw_only=True):
    """A SKU of which no more is available than its level; `since` when that was seen."""

    sku: str
    product_id: str
    available: int
    low_stock_at: int | None
    since: str | None


class LowStock(Struct, kw_only=True):
    """One page of them, by SKU."""

    items: list[LowStockView]
    next_cursor: str | None


class AdjustmentView(Struct, kw_only=True):
    """A correction; `actor` is null once that person was erased."""

    id: str
    delta: int
    reason: str
    actor: str | None
    at: str


class History(Struct, kw_only=True):
    """One page of a SKU's corrections, newest first."""

    items: list[AdjustmentView]
    next_cursor: str | None
