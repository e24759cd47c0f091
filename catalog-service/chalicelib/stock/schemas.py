"""Request and response types of stock."""

from typing import Annotated

from msgspec import Meta, Struct

from common.schemas import Body, Text

MOST = 1_000_000_000


class SetStock(Body):
    on_hand: Annotated[int, Meta(ge=0, le=MOST)]


class AdjustStock(Body):
    delta: Annotated[int, Meta(ge=-MOST, le=MOST)]
    reason: Text


class StockView(Struct, kw_only=True):
    """`on_hand` is `held + available`."""

    sku: str
    on_hand: int
    held: int
    available: int
    shards: int
