"""Discounts in requests and answers."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.discounts.asked import Asked, asked_of
from chalicelib.discounts.discount import Discount, Kind
from common.clock import rfc3339
from common.schemas import Body, Code, Money

Time = Annotated[datetime, Meta(tz=True)]
Uses = Annotated[int, Meta(ge=1, le=10**9)]


class CreateDiscount(Body, kw_only=True):
    """`value` is a whole number from 1 to 100 for `percent` and money for `fixed`; `free_shipping` has none."""

    code: Code
    kind: Kind
    value: int | Money | None = None
    min_subtotal: Money | None = None
    starts_at: Time | None = None
    ends_at: Time | None = None
    max_uses: Uses | None = None
    max_uses_per_customer: Uses | None = None


class ChangeDiscount(Body, kw_only=True):
    """What is left out stays; null takes a limit away. The code stays what it is."""

    kind: Kind | UnsetType = UNSET
    value: int | Money | UnsetType | None = UNSET
    min_subtotal: Money | UnsetType | None = UNSET
    starts_at: Time | UnsetType | None = UNSET
    ends_at: Time | UnsetType | None = UNSET
    max_uses: Uses | UnsetType | None = UNSET
    max_uses_per_customer: Uses | UnsetType | None = UNSET


class DiscountView(msgspec.Struct, kw_only=True):
    """`uses` is null in lists for a code without a maximum: its uses are added up when it is asked for by itself."""

    code: str
    kind: Kind
    value: int | Money | None
    min_subtotal: Money | None
    starts_at: str | None
    ends_at: str | None
    max_uses: int | None
    max_uses_per_customer: int | None
    uses: int | None
    version: int
    created_at: str


def given(body: CreateDiscount | ChangeDiscount) -> dict[str, Any]:
    """The fields of Asked that the body names; times as whole seconds."""
    named = {name: getattr(body, name) for name in Asked.__struct_fields__}
    return {
        name: int(value.timestamp()) if isinstance(value, datetime) else value
        for name, value in named.items()
        if value is not UNSET
    }


def present(one: Discount, uses: int | None) -> DiscountView:
    asked = asked_of(one)
    return DiscountView(
        code=one.code,
        kind=one.kind,
        value=asked.value,
        min_subtotal=asked.min_subtotal,
        starts_at=_time(one.starts_at),
        ends_at=_time(one.ends_at),
        max_uses=one.max_uses,
        max_uses_per_customer=one.max_uses_per_customer,
        uses=uses,
        version=one.version,
        created_at=rfc3339(one.created_at),
    )


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
