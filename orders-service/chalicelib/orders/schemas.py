"""Orders in answers, and what lists of them may be asked for."""

from datetime import date
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.orders.order import ENDED, Change, Order, Refund, Shipment, State
from chalicelib.pricing.schemas import QuoteLine, present_lines
from common.clock import rfc3339
from common.schemas import Id, Money, PageQuery

Status = Literal["pending", "confirmed", "shipped", "delivered", "cancelled", "payment_failed", "refunded"]

PaymentState = Literal[
    "not_needed", "pending", "action_required", "authorized", "captured", "partially_refunded", "refunded", "void"
]


class ListOrders(PageQuery):
    """`?status=`, `?customer_id=`, `?email=` and `?day=` (of placing, in UTC) are for staff, one at a time."""

    status: Status | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    email: Annotated[str, Meta(min_length=1, max_length=254)] | UnsetType = UNSET
    day: date | UnsetType = UNSET

    @property
    def filters(self) -> dict[str, str]:
        """Those that were given."""
        named = {"status": self.status, "customer_id": self.customer_id, "email": self.email}
        given = {name: value for name, value in named.items() if isinstance(value, str)}
        return given | ({"day": self.day.isoformat()} if isinstance(self.day, date) else {})


class PaymentView(msgspec.Struct, kw_only=True):
    """What became of the money."""

    status: PaymentState
    method: str | None
    captured: Money
    refunded: Money


class RefundView(msgspec.Struct, kw_only=True):
    number: int
    amount: Money
    reason: str
    at: str


class ParcelView(msgspec.Struct, kw_only=True):
    sku: str
    quantity: int


class ShipmentView(msgspec.Struct, kw_only=True):
    """`carrier` and `tracking_number` are null once the buyer was erased."""

    id: str
    carrier: str | None
    tracking_number: str | None
    items: list[ParcelView]
    shipped_at: str


class OrderView(msgspec.Struct, kw_only=True):
    """An order as its buyer and the staff see it.

    Once the buyer was erased, `email` is null and the addresses hold the country only.
    """

    id: str
    number: str
    status: Status
    customer_id: str
    email: str | None
    items: list[QuoteLine]
    currency: str
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    shipping_address: dict[str, Any]
    billing_address: dict[str, Any]
    shipping_method: str
    discount_code: str | None
    payment: PaymentView
    shipments: list[ShipmentView]
    returns: list[dict[str, Any]]
    refunds: list[RefundView]
    version: int
    placed_at: str
    updated_at: str


class EventView(msgspec.Struct, kw_only=True):
    """From `at` on the order had this status; `actor` is a role, or `system`."""

    status: Status
    at: str
    actor: str


class Events(msgspec.Struct, kw_only=True):
    """The order's history, oldest first."""

    items: list[EventView]


def present(order: Order) -> OrderView:
    def money(amount: int) -> Money:
        return Money(amount, order.currency)

    return OrderView(
        id=order.id,
        number=number_of(order),
        status=cast(Status, order.status),
        customer_id=order.owner,
        email=order.email,
        items=present_lines(order.lines, order.currency),
        currency=order.currency,
        subtotal=money(order.subtotal),
        discount=money(order.discount),
        shipping=money(order.shipping),
        tax=money(order.tax),
        total=money(order.total),
        shipping_address=order.shipping_address,
        billing_address=order.billing_address,
        shipping_method=order.shipping_method,
        discount_code=order.discount_code,
        payment=PaymentView(
            status=payment_status(order),
            method=order.payment_method,
            captured=money(order.captured),
            refunded=money(_given_back(order)),
        ),
        shipments=[_present_shipment(one) for one in order.shipments],
        returns=[],
        refunds=[_present_refund(one, order) for one in order.refunds],
        version=order.version,
        placed_at=rfc3339(order.placed_at),
        updated_at=rfc3339(order.updated_at),
    )


def present_events(order: Order) -> Events:
    return Events(items=[_present_change(one) for one in order.history])


def _present_change(one: Change) -> EventView:
    return EventView(status=cast(Status, one.status), at=rfc3339(one.at), actor=one.actor)


def number_of(order: Order) -> str:
    """For people on the phone: the day, and the random end of the id."""
    return f"{rfc3339(order.placed_at)[:10].replace('-', '')}-{order.id[-8:].upper()}"


def payment_status(order: Order) -> PaymentState:
    if not order.total:
        return "not_needed"
    if order.captured:
        back = _given_back(order)
        return "captured" if not back else "refunded" if back >= order.captured else "partially_refunded"
    if order.state in ENDED or order.state is State.CANCELLING:
        return "void"
    if order.state in (State.AUTHORIZED, State.COMMITTED):
        return "authorized"
    return "action_required" if order.next_action else "pending"


def _given_back(order: Order) -> int:
    return sum(one.amount for one in order.refunds if one.done)


def _present_shipment(one: Shipment) -> ShipmentView:
    return ShipmentView(
        id=one.id,
        carrier=one.carrier,
        tracking_number=one.tracking_number,
        items=[ParcelView(sku=parcel.sku, quantity=parcel.quantity) for parcel in one.items],
        shipped_at=rfc3339(one.at),
    )


def _present_refund(one: Refund, order: Order) -> RefundView:
    return RefundView(
        number=one.number, amount=Money(one.amount, order.currency), reason=one.reason, at=rfc3339(one.at)
    )
