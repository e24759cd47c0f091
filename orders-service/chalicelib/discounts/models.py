"""Discounts: `DISCOUNTS / <CODE>`, in one partition, so that the list is one query by code.

A code with a maximum counts its uses on its own item, with the maximum as the condition. A code without one is used by
orders that must not wait for one another: they count on `USES#<discount>#<n> / USES`, over shards. How often one buyer
has used a code that limits it stands under `USES#<CODE>#<buyer> / USES`, by the buyer's id and by a hash of the e-mail
address, so that a guest who comes back is known. Codes that a buyer made up count under `GUESSES#<buyer> / <n>`, n
being the number of a span of ten minutes.
"""

import hashlib
from typing import NamedTuple

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.discounts.discount import Discount, Use, normal
from chalicelib.table import OrdersItem
from common import ids, tables
from common.attributes import Whole
from common.tables import ConditionFailed, Ref, Refused, Transaction

SHARDS = 8
WINDOW_SECONDS = 600
_LIST = "DISCOUNTS"


class DiscountItem(OrdersItem):
    """The fields of a Discount; `operation` names the last edit, so that one whose reply was lost is recognised."""

    id = UnicodeAttribute()
    code = UnicodeAttribute()
    kind = UnicodeAttribute()
    value = Whole(default=0)
    currency = UnicodeAttribute(null=True)
    min_subtotal = Whole(null=True)
    starts_at = NumberAttribute(null=True)
    ends_at = NumberAttribute(null=True)
    max_uses = Whole(null=True)
    max_uses_per_customer = Whole(null=True)
    limit = Whole(null=True)
    uses = Whole(default=0)
    version = Whole(default=1)
    created_at = NumberAttribute()
    operation = UnicodeAttribute()

    def discount(self) -> Discount:
        return Discount(**{name: getattr(self, name) for name in Discount.__struct_fields__})


class UsesItem(OrdersItem):
    uses = Whole(default=0)


class GuessesItem(OrdersItem):
    wrong = Whole(default=0)
    expires_at = Whole()


class Counter(NamedTuple):
    """An item that counts uses, and the condition that it still does."""

    item: DiscountItem | UsesItem
    stands: Condition


def _item(code: str) -> DiscountItem:
    return DiscountItem(_LIST, normal(code))


def ref(code: str) -> Ref:
    return DiscountItem, _LIST, normal(code)


def own_refs(code: str, buyer: str, email: str | None) -> list[Ref]:
    """Where the buyer's own uses of a code are counted."""
    return [(UsesItem, f"USES#{normal(code)}#{name}", "USES") for name in _names(buyer, email)]


def guesses_ref(buyer: str, now: float) -> Ref:
    return GuessesItem, f"GUESSES#{buyer}", str(int(now) // WINDOW_SECONDS)


def count_guess(buyer: str, now: float, most: int) -> bool:
    """Count a wrong code; False if there were as many as may be. Exact, however many race.

    The SDK's repeat after a lost reply may count it twice, which errs on the safe side; a crash leaves it counted.
    """
    _, pk, sk = guesses_ref(buyer, now)
    gone_at = int(now) + 2 * WINDOW_SECONDS
    actions = [GuessesItem.wrong.add(1), GuessesItem.expires_at.set(gone_at)]
    try:
        tables.update(GuessesItem(pk, sk), actions, GuessesItem.wrong.does_not_exist() | (GuessesItem.wrong < most))
    except ConditionFailed:
        return False
    return True


def _names(buyer: str, email: str | None) -> list[str]:
    return [buyer, hashlib.sha256(email.strip().lower().encode()).hexdigest()] if email else [buyer]


def _shard_ref(discount_id: str, shard: int) -> Ref:
    return UsesItem, f"USES#{discount_id}#{shard}", "USES"


def shard_of(order_id: str) -> int:
    return ids.shard_of(order_id, SHARDS)


def find_discount(code: str) -> Discount | None:
    item = tables.get(*ref(code))
    return item.discount() if isinstance(item, DiscountItem) else None


def count_on_shards(discount_id: str) -> int:
    """Uses that counted against no maximum, in one batch read."""
    found = tables.get_all(*(_shard_ref(discount_id, shard) for shard in range(SHARDS)))
    return sum(item.uses for item in found if item)


def list_discounts(after: str | None, limit: int) -> list[Discount]:
    """By code, from the one after `after` on."""
    later = DiscountItem.sk > after if after else None
    return [item.discount() for item in DiscountItem.query(_LIST, later, limit=limit, consistent_read=True)]


def add_discount(discount: Discount, operation: str) -> bool:
    """False if the code is taken. A repeat after a lost reply finds its own operation, and is done."""
    item = DiscountItem(_LIST, normal(discount.code), operation=operation, **msgspec.structs.asdict(discount))
    try:
        tables.put(item, DiscountItem.pk.does_not_exist())
    except ConditionFailed as failed:
        return _is_own(failed, operation)
    return True


def change_discount(seen: Discount, changed: Discount, operation: str) -> bool:
    """Write an edit of what was seen, but for the uses; False if it was edited or deleted since.

    Orders that use it meanwhile change no version. A repeat after a lost reply finds its own operation, and is done.
    """
    old, new = msgspec.structs.asdict(seen), msgspec.structs.asdict(changed)
    edited = {name: value for name, value in new.items() if value != old[name]}
    actions = tables.set_all(DiscountItem, {**edited, "operation": operation})
    try:
        tables.update(_item(seen.code), actions, _as_seen(seen))
    except ConditionFailed as failed:
        return _is_own(failed, operation)
    return True


def _as_seen(seen: Discount) -> Condition:
    same: Condition = (DiscountItem.id == seen.id) & (DiscountItem.version == seen.version)
    return same


def _is_own(failed: ConditionFailed, operation: str) -> bool:
    return failed.item is not None and DiscountItem.from_raw_data(failed.item).operation == operation


def delete_discount(seen: Discount) -> bool:
    """Delete it with its counters; False if it was edited or deleted since it was seen.

    One transaction under one token: a repeat is applied once. Orders that have used it keep what they got.
    """
    transaction = Transaction()
    transaction.delete(_item(seen.code), _as_seen(seen))
    for shard in range(SHARDS):
        kind, pk, sk = _shard_ref(seen.id, shard)
        transaction.delete(kind(pk, sk))
    try:
        transaction.commit()
    except Refused:
        return False
    return True


def take(transaction: Transaction, code: str, use: Use, buyer: str, email: str | None) -> None:
    """Count a use in the transaction that places its order; refused if none is left.

    The order is placed once, so a repeat counts nothing twice; of many who race for the last use one meets the
    condition.
    """
    total, *own = counters(code, use, buyer, email)
    left = DiscountItem.limit.does_not_exist() | (DiscountItem.uses < DiscountItem.limit)
    limited = (DiscountItem.id == use.discount_id) & left if use.shard is None else None
    transaction.update(total.item, [type(total.item).uses.add(1)], limited)
    for counter in own:
        more = UsesItem.uses.does_not_exist() | (UsesItem.uses < use.own_max)
        transaction.update(counter.item, [UsesItem.uses.add(1)], more)


def give_back(transaction: Transaction, counter: Counter) -> None:
    """Refused if the counter is not there any more."""
    transaction.update(counter.item, [type(counter.item).uses.add(-1)], counter.stands)


def counters(code: str, use: Use, buyer: str, email: str | None) -> list[Counter]:
    """Where a use counts: for all buyers first, then the buyer's own. One that is gone was deleted with its code, or
    with its buyer."""
    own = own_refs(code, buyer, email) if use.own_max is not None else []
    if use.shard is None:
        total = Counter(_item(code), (DiscountItem.id == use.discount_id) & (DiscountItem.uses > 0))
    else:
        total = _counter(_shard_ref(use.discount_id, use.shard))
    return [total, *map(_counter, own)]


def _counter(place: Ref) -> Counter:
    _, pk, sk = place
    return Counter(UsesItem(pk, sk), UsesItem.uses > 0)


def forget_uses(code: str, buyer: str, email: str | None) -> None:
    """A repeat finds nothing left to delete."""
    for kind, pk, sk in own_refs(code, buyer, email):
        try:
            tables.delete(kind(pk, sk), UsesItem.pk.exists())
        except ConditionFailed:
            pass
