"""An order as the rules see it: plain values, without table or HTTP."""

from collections import Counter
from collections.abc import Iterable, Mapping
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


MOST_BYTES = 250_000


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


def is_full(order: Order) -> bool:
    """Whether nobody may write more into it: it is one item of 400 KB at most, and what it owes must still fit in.

    Else whoever writes enough long texts could keep it from being refunded, returned or erased.
    """
    return len(msgspec.json.encode(order)) > MOST_BYTES


def counted(parcels: Iterable[Parcel | PricedLine]) -> Counter[str]:
    """How many of each SKU."""
    found = Counter[str]()
    for one in parcels:
        found[one.sku] += one.quantity
    return found


def parcels(quantities: Mapping[str, int]) -> list[Parcel]:
    return [Parcel(sku, quantity) for sku, quantity in quantities.items() if quantity]


def all_of(order: Order) -> list[Parcel]:
    return parcels(counted(order.lines))


def shipped(order: Order) -> Counter[str]:
    """How many of each SKU have left the house."""
    return counted(one for shipment in order.shipments for one in shipment.items)


def withdrawn(order: Order) -> Counter[str]:
    """How many of each SKU will never leave it."""
    return counted(one for restock in order.restocks if not restock.returned for one in restock.items)


def unshipped(order: Order) -> dict[str, int]:
    """How many of each SKU are still to be shipped."""
    gone = shipped(order) + withdrawn(order)
    left = {sku: quantity - gone[sku] for sku, quantity in counted(order.lines).items()}
    return {sku: quantity for sku, quantity in left.items() if quantity}


def delivered_at(order: Order) -> float | None:
    return next((change.at for change in order.history if change.status == SHOWN[State.DELIVERED]), None)


def is_on_its_way(order: Order) -> bool:
    """Whether any of it has left the house for good: then it can't be cancelled any more, only returned."""
    return order.state in (State.SHIPPED, State.DELIVERED) or (bool(order.shipments) and order.state not in ENDED)


STANDING = frozenset({State.CONFIRMED, State.SHIPPED, State.DELIVERED})
"""Bought and paid."""


def is_refunded(order: Order) -> bool:
    """Whether all that was paid went back, or all that was free, and nothing is on its way any more."""
    if order.state not in STANDING or is_pending(order):
        return False
    return order.given_back == order.captured if order.captured else counted(order.lines) <= gone_back(order)


def gone_back(order: Order) -> Counter[str]:
    """How many of each SKU came back, or never left the house and will not."""
    return counted(one for restock in order.restocks for one in restock.items)


def is_pending(order: Order) -> bool:
    """Whether money or goods are on their way back."""
    return any(one.is_pending for one in order.refunds) or any(not one.done for one in order.restocks)


def is_moving(order: Order) -> bool:
    """Whether something is still to be done for it, by whoever comes next."""
    if order.state in MOVING or (order.state is State.CONFIRMED and order.cancelled_by is not None):
        return True
    return is_pending(order)


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
        "returns": [msgspec.structs.replace(one, reason=None) for one in order.returns],
        "refunds": [_without_words(one) for one in order.refunds],
    }
    return {name: value for name, value in blank.items() if getattr(order, name) != value}


def _without_words(refund: Refund) -> Refund:
    return refund if refund.reason in OWN_REASONS else msgspec.structs.replace(refund, reason=None)


def _country_of(address: dict[str, Any]) -> dict[str, Any]:
    return {"country": address["country"]}
