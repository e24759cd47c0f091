"""Orders in answers, and what lists of them may be asked for."""

from datetime import date
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.orders.order import ENDED, Change, Order, Parcel, Refund, Return, ReturnStatus, Shipment, State
from chalicelib.orders.timeline import Moment, present_timeline
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
    """`pending` until the provider has made it, `failed` if it refused to: then the amount can be refunded again.

    `return_id` tells what came back for it. `reason` is null once the buyer was erased, unless the shop gave it.
    """

    number: int
    amount: Money
    reason: str | None
    at: str
    status: Literal["pending", "done", "failed"]
    actor: str
    return_id: str | None
    done_at: str | None


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


class ReturnView(msgspec.Struct, kw_only=True):
    """`refund` is the number of the refund made for it. `reason` is null once the buyer was erased."""

    id: str
    status: ReturnStatus
    items: list[ParcelView]
    reason: str | None
    requested_at: str
    decided_at: str | None
    received_at: str | None
    refund: int | None


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
    returns: list[ReturnView]
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
    """The statuses that the order came to, and everything that happened; oldest first."""

    items: list[EventView]
    timeline: list[Moment]


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
            refunded=money(order.given_back),
        ),
        shipments=[_present_shipment(one) for one in order.shipments],
        returns=[_present_return(one) for one in order.returns],
        refunds=[_present_refund(one, order) for one in order.refunds],
        version=order.version,
        placed_at=rfc3339(order.placed_at),
        updated_at=rfc3339(order.updated_at),
    )


def present_events(order: Order) -> Events:
    return Events(items=[_present_change(one) for one in order.history], timeline=present_timeline(order))


def _present_change(one: Change) -> EventView:
    return EventView(status=cast(Status, one.status), at=rfc3339(one.at), actor=one.actor)


def number_of(order: Order) -> str:
    """For people on the phone: the day, and the random end of the id."""
    return f"{rfc3339(order.placed_at)[:10].replace('-', '')}-{order.id[-8:].upper()}"


def payment_status(order: Order) -> PaymentState:
    if not order.total:
        return "not_needed"
    if order.captured:
        back = order.given_back
        return "captured" if not back else "refunded" if back >= order.captured else "partially_refunded"
    if order.state in ENDED or order.state is State.CANCELLING:
        return "void"
    if order.state in (State.AUTHORIZED, State.COMMITTED):
        return "authorized"
    return "action_required" if order.next_action else "pending"


def _present_return(one: Return) -> ReturnView:
    return ReturnView(
        id=one.id,
        status=one.status,
        items=_present_parcels(one.items),
        reason=one.reason,
        requested_at=rfc3339(one.at),
        decided_at=_moment(one.decided_at),
        received_at=_moment(one.received_at),
        refund=one.refund,
    )


def _moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


def _present_parcels(parcels: list[Parcel]) -> list[ParcelView]:
    return [ParcelView(sku=one.sku, quantity=one.quantity) for one in parcels]


def _present_shipment(one: Shipment) -> ShipmentView:
    return ShipmentView(
        id=one.id,
        carrier=one.carrier,
        tracking_number=one.tracking_number,
        items=_present_parcels(one.items),
        shipped_at=rfc3339(one.at),
    )


def _present_refund(one: Refund, order: Order) -> RefundView:
    return RefundView(
        number=one.number,
        amount=Money(one.amount, order.currency),
        reason=one.reason,
        at=rfc3339(one.at),
        status="done" if one.done else "pending" if one.is_pending else "failed",
        actor=one.actor,
        return_id=one.return_id,
        done_at=_moment(one.done_at),
    )
