"""An order as the rules see it: plain values, without table or HTTP."""

from enum import StrEnum
from typing import Any

import msgspec

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
"""Nothing was bought in the end: no money is kept and no stock is gone."""


class Change(msgspec.Struct, frozen=True):
    """One line of the order's history: the status that customers saw from then on, and who caused it."""

    status: str
    at: float
    actor: str


class Refund(msgspec.Struct, frozen=True):
    """Money on its way back. It is on the order before the provider is asked, with `<order>:refund:<number>` as key."""

    number: int
    amount: int
    reason: str
    at: float
    done: bool = False


class Parcel(msgspec.Struct, frozen=True):
    """So many of one SKU of the order in a shipment."""

    sku: str
    quantity: int


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """What left the house at `at`. Who carries it under which number leads to the buyer: None once that was erased."""

    id: str
    carrier: str | None
    tracking_number: str | None
    items: list[Parcel]
    at: float


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
    shipping_address: dict[str, Any]
    billing_address: dict[str, Any]
    shipping_method: str
    discount_code: str | None = None
    payment_method: str | None = None
    payment_id: str | None = None
    pay_by: float
    waiting: bool = False
    next_action: dict[str, Any] | None = None
    captured: int = 0
    refunds: list[Refund] = []
    shipments: list[Shipment] = []
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
        return sum(refund.amount for refund in self.refunds)


def unshipped(order: Order) -> dict[str, int]:
    """How many of each SKU are still here."""
    left = {line.sku: line.quantity for line in order.lines}
    for parcel in (one for shipment in order.shipments for one in shipment.items):
        left[parcel.sku] -= parcel.quantity
    return {sku: quantity for sku, quantity in left.items() if quantity}


def is_on_its_way(order: Order) -> bool:
    """Whether any of it has left the house for good: then it can't be cancelled any more, only returned."""
    return order.state in (State.SHIPPED, State.DELIVERED) or (bool(order.shipments) and order.state not in ENDED)


def is_moving(order: Order) -> bool:
    """Whether something is still to be done for it, by whoever comes next."""
    return order.state in MOVING or (order.state is State.CONFIRMED and order.cancelled_by is not None)


def without_person(order: Order) -> dict[str, Any]:
    """What has to change for the order not to tell whose it was; empty if it does not tell any more.

    Number, lines, money, tax and times stay for accounting, and of the addresses the country, which the tax came from.
    """
    blank: dict[str, Any] = {
        "email": None,
        "shipping_address": _country_of(order.shipping_address),
        "billing_address": _country_of(order.billing_address),
        "payment_method": None,
        "next_action": None,
        "shipments": [msgspec.structs.replace(one, carrier=None, tracking_number=None) for one in order.shipments],
    }
    return {name: value for name, value in blank.items() if getattr(order, name) != value}


def _country_of(address: dict[str, Any]) -> dict[str, Any]:
    return {"country": address["country"]}
