"""Discount codes: editing them, whether one may be used, and counting its uses."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from chalicelib.discounts import models
from chalicelib.discounts.discount import Discount, Use
from chalicelib.errors import CodeTaken, DiscountInvalid, DiscountUsedUp
from common import clock
from common.ids import new_id
from common.problems import FieldError, NotFound, Unavailable, ValidationFailed, VersionMismatch
from common.tables import Ref
from common.versions import Precondition

MAX_RACES = 8
Fields = Mapping[str, Any]

list_discounts = models.list_discounts


def create_discount(code: str, fields: Fields) -> Discount:
    """Raises ValidationFailed or CodeTaken."""
    made = Discount(id=new_id("dsc"), code=code, created_at=clock.now(), **fields)
    made = msgspec.structs.replace(made, limit=made.max_uses)
    _check_fields(made)
    if not models.add_discount(made, new_id("op")):
        raise CodeTaken
    return made


def find_discount(code: str) -> tuple[Discount, int]:
    """A discount, and how often it was used in all."""
    found = models.find_discount(code)
    if found is None:
        raise NotFound
    return found, found.uses + models.count_on_shards(found.id)


def change_discount(code: str, fields: Fields, seen: Precondition) -> tuple[Discount, int]:
    """Raises NotFound, VersionMismatch, IfMatchRequired or ValidationFailed.

    A maximum below what was used already means that it is used up. Orders that are placed at the very moment at which a
    code gets its first maximum still go without.
    """
    found, uses = find_discount(code)
    seen.check(found.version, required=True)
    changed = msgspec.structs.replace(found, **fields, version=found.version + 1)
    _check_fields(changed)
    changed = msgspec.structs.replace(changed, limit=_limit(changed, uses - found.uses))
    if not models.change_discount(found, changed, new_id("op")):
        raise VersionMismatch
    return changed, uses


def _limit(discount: Discount, uncounted: int) -> int | None:
    """Uses that the code's own item may count; `uncounted` are those that its shards have."""
    return None if discount.max_uses is None else max(0, discount.max_uses - uncounted)


def delete_discount(code: str, seen: Precondition) -> None:
    """Orders that have used it keep their discount. Raises NotFound or VersionMismatch."""
    for _ in range(MAX_RACES):
        found = models.find_discount(code)
        if found is None:
            raise NotFound
        seen.check(found.version, required=False)
        if models.delete_discount(found):
            return
    raise Unavailable(retry_after=1)


def _check_fields(discount: Discount) -> None:
    errors = list(_flaws(discount))
    if errors:
        raise ValidationFailed(errors)


def _flaws(one: Discount) -> Iterator[FieldError]:
    if one.kind == "percent" and not 1 <= one.value <= 100:
        yield FieldError("value", "out_of_range", "A percentage is a whole number from 1 to 100.")
    if one.kind == "fixed" and one.value < 1:
        yield FieldError("value", "out_of_range", "The amount must be more than 0.")
    if one.starts_at is not None and one.ends_at is not None and one.ends_at <= one.starts_at:
        yield FieldError("ends_at", "out_of_range", "It must end after it starts.")


# What the checkout reads, asks and writes.


def refs(code: str, buyer: str, email: str | None) -> list[Ref]:
    """What has to be read to judge a code for a buyer; `read` takes what was found there."""
    return [models.ref(code), *models.own_refs(code, buyer, email)]


def read(item: models.DiscountItem | None, own: list[models.UsesItem | None]) -> tuple[Discount | None, int]:
    """The discount, and how often the buyer has used it."""
    return item.discount() if item else None, max((one.uses for one in own if one), default=0)


def check_usable(discount: Discount | None, own_uses: int, currency: str, now: float) -> None:
    """Raise DiscountInvalid or DiscountUsedUp for what can be said before the subtotal is known."""
    if discount is None:
        raise DiscountInvalid
    if discount.starts_at is not None and now < discount.starts_at:
        raise DiscountInvalid("This discount code can't be used yet.")
    if discount.ends_at is not None and now >= discount.ends_at:
        raise DiscountInvalid("This discount code has expired.")
    if discount.currency not in (None, currency):
        raise DiscountInvalid(f"This discount code is for orders in {discount.currency}.")
    own_max = discount.max_uses_per_customer
    if discount.is_used_up or (own_max is not None and own_uses >= own_max):
        raise DiscountUsedUp


def check_subtotal(discount: Discount | None, subtotal: int) -> None:
    if discount and discount.min_subtotal is not None and subtotal < discount.min_subtotal:
        raise DiscountInvalid("The goods cost less than this discount code asks for.")


def use_of(discount: Discount | None, order_id: str) -> Use | None:
    """Where an order will count its use."""
    if discount is None:
        return None
    shard = models.shard_of(order_id) if discount.limit is None else None
    return Use(discount_id=discount.id, shard=shard, own_max=discount.max_uses_per_customer)


Counter = models.Counter
take, give_back, counters, forget_uses = models.take, models.give_back, models.counters, models.forget_uses
