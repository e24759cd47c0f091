"""HTTP in and out for returns: asked for by buyers, judged by staff."""

from chalice import Blueprint

from chalicelib.checkout.wiring import world
from chalicelib.errors import (
    OrderCancelled,
    OrderNotDelivered,
    ReturnApproved,
    ReturnExceeds,
    ReturnNotApproved,
    ReturnRejected,
    ReturnTooLate,
    TooManyReturns,
)
from chalicelib.orders.domain import find_order
from chalicelib.orders.order import Parcel
from chalicelib.orders.schemas import OrderView, present
from chalicelib.returns import domain
from chalicelib.returns.domain import Wish
from chalicelib.returns.schemas import RequestReturn
from common.auth import everyone, roles
from common.http import Call, Reply, operation
from common.problems import NotFound, VersionMismatch

routes = Blueprint(__name__)
STAFF = ("staff", "admin")


@routes.route("/orders/{order_id}/returns", methods=["POST"])
@operation(
    allow=everyone,
    request=RequestReturn,
    responses={201: OrderView},
    problems=[
        NotFound,
        VersionMismatch,
        OrderNotDelivered,
        OrderCancelled,
        ReturnTooLate,
        ReturnExceeds,
        TooManyReturns,
    ],
)
def request_return(order_id: str, body: RequestReturn, call: Call) -> Reply[OrderView]:
    """Ask to send something back: buyers within 30 days of delivery, staff at any time."""
    by_staff = call.has_role(*STAFF)
    order = find_order(order_id, call.caller.id, any_order=by_staff)
    items = [Parcel(one.sku, one.quantity) for one in body.items]
    wish = Wish(items=items, reason=body.reason, actor=call.caller.role, any_time=by_staff)
    order = domain.request_return(order, wish, world(call.deadline), call.precondition)
    return Reply(201, present(order), location=f"/orders/{order.id}")


@routes.route("/orders/{order_id}/returns/{return_id}/approve", methods=["POST"])
@operation(allow=roles(*STAFF), responses={200: OrderView}, problems=[NotFound, VersionMismatch, ReturnRejected])
def approve_return(order_id: str, return_id: str, call: Call) -> OrderView:
    """Let the buyer send it; can be repeated."""
    return present(
        domain.approve_return(order_id, return_id, call.caller.role, world(call.deadline), call.precondition)
    )


@routes.route("/orders/{order_id}/returns/{return_id}/reject", methods=["POST"])
@operation(allow=roles(*STAFF), responses={200: OrderView}, problems=[NotFound, VersionMismatch, ReturnApproved])
def reject_return(order_id: str, return_id: str, call: Call) -> OrderView:
    """Refuse to take it back; can be repeated."""
    return present(domain.reject_return(order_id, return_id, call.caller.role, world(call.deadline), call.precondition))


@routes.route("/orders/{order_id}/returns/{return_id}/receive", methods=["POST"])
@operation(
    allow=roles(*STAFF),
    responses={200: OrderView},
    problems=[NotFound, VersionMismatch, ReturnRejected, ReturnNotApproved],
)
def receive_return(order_id: str, return_id: str, call: Call) -> OrderView:
    """Say that it has arrived: it goes back to stock, and what was paid for it goes back; can be repeated."""
    return present(
        domain.receive_return(order_id, return_id, call.caller.role, world(call.deadline), call.precondition)
    )
