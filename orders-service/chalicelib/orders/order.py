"""An order as the rules see it: plain values, without table or HTTP."""

from enum import StrEnum
from typing import Any, Literal

import msgspec

from chalicelib.discounts.discount import Use
from chalicelib.pricing.price import PricedLine


class State(StrEnum):
    """`RESERVED → AUTHORIZED → COMMITTED → CONFIRMED → SHIPPED → DELIVERED`, and the ways out.

    Before CONFIRMED an order fails through CANCELLING, after it through REFUNDING: there money and stock go back.
    """

    RESERVED = "RESERVED"
    AUTHORIZED = "AUTHORIZED"
    COMMITTED = "COMMITTED"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLING = "CANCELLING"
    REFUNDING = "REFUNDING"
    CANCELLED = "CANCELLED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    REFUNDED = "REFUNDED"


SHOWN = {
    State.RESERVED: "pending",
    State.AUTHORIZED: "pending",
    State.COMMITTED: "pending",
    State.CANCELLING: "pending",
    State.CONFIRMED: "confirmed",
    State.REFUNDING: "confirmed",
    State.SHIPPED: "shipped",
    State.DELIVERED: "delivered",
    State.CANCELLED: "cancelled",
    State.PAYMENT_FAILED: "payment_failed",
    State.REFUNDED: "refunded",
}
"""What customers see; while money or stock is on its way back an order keeps its former status."""

MOVING = frozenset({State.RESERVED, State.AUTHORIZED, State.COMMITTED, State.CANCELLING, State.REFUNDING})
"""States that nobody may leave an order in: the sweeper brings it on."""

UNDOING = frozenset({State.CANCELLING, State.REFUNDING})

ENDED = frozenset({State.CANCELLED, State.PAYMENT_FAILED, State.REFUNDED})
"""No money is kept, but for a refund that the provider refused, and nothing will be sent any more."""

OWN_REASONS = frozenset({"cancelled", "returned", "erased", "reconciled"})
"""Reasons of refunds that the rules give; all others are what somebody wrote."""


class Change(msgspec.Struct, frozen=True):
    """One line of the order's history: the status that customers saw from then on, and who caused it."""

    status: str
    at: float
    actor: str


class Refund(msgspec.Struct, frozen=True):
    """Money on its way back. It is on the order before the provider is asked, with `<order>:refund:<number>` as key.

    `done` once the provider has made it. One with `failed_at` was refused for good: nothing was paid, and its amount
    can be refunded again. `return_id` names what came back for it. `reason` is None once the buyer was erased.
    """

    number: int
    amount: int
    reason: str | None
    at: float
    done: bool = False
    actor: str = "system"
    return_id: str | None = None
    done_at: float | None = None
    failed_at: float | None = None

    @property
    def is_pending(self) -> bool:
        return not self.done and self.failed_at is None


class Parcel(msgspec.Struct, frozen=True):
    """So many of one SKU of the order."""

    sku: str
    quantity: int


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """What left the house at `at`. Who carries it under which number leads to the buyer: None once that was erased."""

    id: str
    carrier: str | None
    tracking_number: str | None
    items: list[Parcel]
    at: float
    actor: str = "staff"


ReturnStatus = Literal["requested", "approved", "rejected", "received"]


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """Goods that the buyer sends back. `at` and `actor` tell of the request, `refund` the number of what was paid back.

    `reason` is the buyer's text: None once that was erased.
    """

    id: str
    items: list[Parcel]
    reason: str | None
    status: ReturnStatus
    at: float
    actor: str
    decided_at: float | None = None
    decided_by: str | None = None
    received_at: float | None = None
    received_by: str | None = None
    refund: int | None = None


class Restock(msgspec.Struct, frozen=True, kw_only=True):
    """Goods on their way back into stock. They are on the order before catalog is asked, with `id` as its return_id.

    `id` is the return's where goods came back. All others never left the house, and can't be shipped any more. One that
    belongs to a `refund` is made after it, and not at all if that is refused.
    """

    id: str
    items: list[Parcel]
    at: float
    done: bool = False
    refund: int | None = None
    returned: bool = False


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """All amounts are minor units of `currency`; all times are seconds of the shop's clock.

    `version` counts the writes and `operation` names the last one, so that a write whose reply was lost is recognised.
    `email` is None once the buyer was erased; then `owner` is an id that stands for nobody.
    """

    id: str
    owner: str
    email: str | None = None
    state: State
    version: int
    operation: str
    lines: list[PricedLine]
    currency: str
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    tax_rate_bps: int | None = None
    tax_inclusive: bool | None = None
    shipping_address: dict[str, Any]
    billing_address: dict[str, Any]
    shipping_method: str
    discount_code: str | None = None
    discount_use: Use | None = None
    payment_method: str | None = None
    payment_id: str | None = None
    pay_by: float
    waiting: bool = False
    next_action: dict[str, Any] | None = None
    captured: int = 0
    refunds: list[Refund] = []
    shipments: list[Shipment] = []
    returns: list[Return] = []
    restocks: list[Restock] = []
    end: State | None = None
    cancelled_by: str | None = None
    confirmed_at: float | None = None
    cart_version: int
    due: float | None
    leased_until: float = 0
    history: list[Change]
    placed_at: float
    updated_at: float

    @property
    def status(self) -> str:
        return SHOWN[self.state]

    @property
    def refunded(self) -> int:
        """What has gone back or is on its way."""
        return sum(refund.amount for refund in self.refunds if refund.failed_at is None)

    @property
    def given_back(self) -> int:
        """What the provider has paid back."""
        return sum(refund.amount for refund in self.refunds if refund.done)

    @property
    def refundable(self) -> int:
        return self.captured - self.refunded
