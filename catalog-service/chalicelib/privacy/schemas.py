"""What a person is told about what is held here."""

from msgspec import Struct


class HeldAdjustment(Struct, kw_only=True):
    """A correction of stock that the caller made."""

    id: str
    sku: str
    delta: int
    reason: str
    at: str


class HeldData(Struct, kw_only=True):
    """All that catalog-service holds on the caller, newest first: nothing but what staff have written."""

    user_id: str
    items: list[HeldAdjustment]
    next_cursor: str | None
