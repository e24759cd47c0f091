"""A discount as the rules see it: plain values, without table or HTTP."""

from typing import Literal

import msgspec

Kind = Literal["percent", "fixed", "free_shipping"]


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is a percentage, or minor units of `currency`; `min_subtotal` is in `currency`, too.

    `id` tells a code from one of the same name that was deleted before. `uses` are those that count against `limit`,
    which is `max_uses` less the uses from before there was a maximum: a code without one counts on several items, so
    that no item is written by every order.
    """

    id: str
    code: str
    kind: Kind
    value: int = 0
    currency: str | None = None
    min_subtotal: int | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    max_uses: int | None = None
    max_uses_per_customer: int | None = None
    limit: int | None = None
    uses: int = 0
    version: int = 1
    created_at: float

    @property
    def limited_uses(self) -> int | None:
        """Uses of a code with a maximum, all of them."""
        return None if self.max_uses is None or self.limit is None else self.uses + self.max_uses - self.limit

    @property
    def is_used_up(self) -> bool:
        return self.limit is not None and self.uses >= self.limit


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A discount's use by an order, kept on the order: where it was counted, so that it can be given back there.

    `shard` is None where it counts against the maximum; `own_max` is None where a customer's own uses are not counted.
    """

    discount_id: str
    shard: int | None
    own_max: int | None


def normal(code: str) -> str:
    """Codes are compared without case."""
    return code.upper()
