"""Discount codes: editing them, whether one may be used, and counting its uses."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.discounts import models
from chalicelib.discounts.asked import Asked, asked_of, fields_of
from chalicelib.discounts.discount import Discount, Use
from chalicelib.errors import CodeTaken, DiscountInvalid, DiscountUsedUp
from common import clock
from common.ids import new_id
from common.problems import NotFound, TooManyRequests, Unavailable, VersionMismatch
from common.tables import Ref
from common.versions import Precondition

MAX_RACES = 8
MOST_GUESSES = 20  # unknown codes of one buyer in ten minutes; an address has a hundred guests in that time at most

list_discounts = models.list_discounts


def create_discount(code: str, asked: Asked) -> Discount:
    """Raises ValidationFailed or CodeTaken."""
    fields = fields_of(asked)
    made = Discount(id=new_id("dsc"), code=code, created_at=clock.now(), limit=asked.max_uses, **fields)
    if not models.add_discount(made, new_id("op")):
        raise CodeTaken
    return made


def find_discount(code: str) -> tuple[Discount, int]:
    """A discount, and how often it was used in all."""
    found = models.find_discount(code)
    if found is None:
        raise NotFound
    return found, found.uses + uncounted(found)


def uncounted(discount: Discount) -> int:
    """Uses that did not count against a maximum, for there was none."""
    if discount.max_uses is None or discount.limit is None:
        return models.count_on_shards(discount.id)
    return discount.max_uses - discount.limit


def change_discount(code: str, changes: Mapping[str, Any], seen: Precondition) -> tuple[Discount, int]:
    """Raises NotFound, VersionMismatch, IfMatchRequired or ValidationFailed; `changes` are fields of Asked.

    A maximum below what was used already means that it is used up. Orders that are placed at the very moment at which a
    code gets its first maximum still go without.
    """
    found = models.find_discount(code)
    if found is None:
        raise NotFound
    seen.check(found.version, required=True)
    fields = fields_of(msgspec.structs.replace(asked_of(found), **changes))
    before = uncounted(found)
    limit = None if fields["max_uses"] is None else fields["max_uses"] - before
    changed = msgspec.structs.replace(found, **fields, limit=limit, version=found.version + 1)
    if not models.change_discount(found, changed, new_id("op")):
        raise VersionMismatch
    return changed, found.uses + before


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


# What the checkout reads, asks and writes.


def refs(code: str, buyer: str, email: str | None) -> list[Ref]:
    """What has to be read to judge a code for a buyer; `read` takes what was found there."""
    return [models.ref(code), *models.own_refs(code, buyer, email)]


def read(item: models.DiscountItem | None, own: list[models.UsesItem | None]) -> tuple[Discount | None, int]:
    """The discount, and how often the buyer has used it."""
    return item.discount() if item else None, max((one.uses for one in own if one), default=0)


def guesses_ref(buyer: str) -> Ref:
    return models.guesses_ref(buyer, clock.now())


def check_guesses(buyer: str, found: models.GuessesItem | None, *, known: bool) -> None:
    """Raise TooManyRequests for a buyer who has made up many codes lately: else all short ones could be tried.

    `found` is what stood at `guesses_ref`; a code that is not known is counted. A right one costs no call, so it may
    still be told to guesses that race with the last wrong one.
    """
    now = clock.now()
    if (found and found.wrong >= MOST_GUESSES) or (not known and not models.count_guess(buyer, now, MOST_GUESSES)):
        raise TooManyRequests(retry_after=models.WINDOW_SECONDS - int(now) % models.WINDOW_SECONDS)


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
take, give_back, counters = models.take, models.give_back, models.counters


def forget_own_uses(code: str | None, use: Use | None, buyer: str, email: str | None) -> None:
    """What is held on an erased buyer for an order: under the buyer's id and a hash of the address, how often the code
    was used. To be called while the address still stands in the order; a repeat finds nothing left."""
    if code is not None and use is not None and use.own_max is not None:
        models.forget_uses(code, buyer, email)
