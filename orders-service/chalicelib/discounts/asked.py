"""What staff ask of a discount, and whether the parts of it fit together."""

from collections.abc import Iterator
from typing import Any

import msgspec

from chalicelib.discounts.discount import Discount, Kind
from common.problems import FieldError, ValidationFailed
from common.schemas import Money

FIRST, LAST = 946_684_800, 253_402_300_799  # the years 2000 to 9999
_WHEN = "A time from the year 2000 to 9999."


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is a percentage, an amount, or nothing where shipping is free."""

    kind: Kind
    value: int | Money | None = None
    min_subtotal: Money | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    max_uses: int | None = None
    max_uses_per_customer: int | None = None


def asked_of(one: Discount) -> Asked:
    """What was asked for once."""
    currency = one.currency or ""
    values: dict[Kind, int | Money | None] = {"percent": one.value, "fixed": Money(one.value, currency)}
    return Asked(
        kind=one.kind,
        value=values.get(one.kind),
        min_subtotal=None if one.min_subtotal is None else Money(one.min_subtotal, currency),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        max_uses=one.max_uses,
        max_uses_per_customer=one.max_uses_per_customer,
    )


def fields_of(asked: Asked) -> dict[str, Any]:
    """The fields of a Discount; raises ValidationFailed with all that does not fit."""
    errors = list(_flaws(asked))
    if errors:
        raise ValidationFailed(errors)
    money = [one for one in (asked.value, asked.min_subtotal) if isinstance(one, Money)]
    return msgspec.structs.asdict(asked) | {
        "value": asked.value.amount if isinstance(asked.value, Money) else asked.value or 0,
        "min_subtotal": asked.min_subtotal.amount if asked.min_subtotal else None,
        "currency": money[0].currency if money else None,
    }


def _flaws(asked: Asked) -> Iterator[FieldError]:
    yield from _flaws_of_value(asked)
    if isinstance(asked.value, Money) and asked.min_subtotal and asked.min_subtotal.currency != asked.value.currency:
        yield FieldError("min_subtotal", "currency_mismatch", "This must be in the currency of the value.")
    for name in ("starts_at", "ends_at"):
        time = getattr(asked, name)
        if time is not None and not FIRST <= time <= LAST:
            yield FieldError(name, "out_of_range", _WHEN)
    if asked.starts_at is not None and asked.ends_at is not None and asked.ends_at <= asked.starts_at:
        yield FieldError("ends_at", "out_of_range", "It must end after it starts.")


def _flaws_of_value(asked: Asked) -> Iterator[FieldError]:
    match asked:
        case Asked(kind="percent", value=None) | Asked(kind="fixed", value=None):
            yield FieldError("value", "missing", "This field is required.")
        case Asked(kind="percent", value=int(percent)) if not 1 <= percent <= 100:
            yield FieldError("value", "out_of_range", "A percentage is a whole number from 1 to 100.")
        case Asked(kind="percent", value=Money()):
            yield FieldError("value", "wrong_type", "A percentage is a whole number from 1 to 100.")
        case Asked(kind="fixed", value=int()):
            yield FieldError("value", "wrong_type", "A fixed discount is money: an amount and its currency.")
        case Asked(kind="fixed", value=Money(amount=0)):
            yield FieldError("value", "out_of_range", "The amount must be more than 0.")
        case Asked(kind="free_shipping", value=value) if value not in (None, 0):
            yield FieldError("value", "not_accepted", "Free shipping has no value.")
