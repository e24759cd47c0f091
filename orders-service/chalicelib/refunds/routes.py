"""HTTP in and out for refunds: staff only."""

from chalice import Blueprint

from chalicelib import config
from chalicelib.checkout.wiring import world
from chalicelib.errors import OrderCancelled, OrderNotPaid, RefundExceeds, TooManyRefunds
from chalicelib.keyed import Keyed
from chalicelib.orders.schemas import OrderView, present
from chalicelib.refunds import domain
from chalicelib.refunds.domain import Wish
from chalicelib.refunds.schemas import RefundOrder
from common.auth import roles
from common.http import Call, Reply, operation
from common.problems import IdempotencyMismatch, NotFound, VersionMismatch

routes = Blueprint(__name__)


@routes.route("/orders/{order_id}/refunds", methods=["POST"])
@operation(
    allow=roles("staff", "admin"),
    request=RefundOrder,
    keyed=True,
    responses={201: OrderView},
    problems=[
        NotFound,
        IdempotencyMismatch,
        VersionMismatch,
        OrderCancelled,
        OrderNotPaid,
        RefundExceeds,
        TooManyRefunds,
    ],
)
def refund_order(order_id: str, body: RefundOrder, call: Call) -> Reply[OrderView]:
    """Give money back; the refund is `pending` as long as the provider does not answer."""
    keyed = Keyed(caller=call.caller.id, key=call.idempotency_key, request=f"refund {order_id} {call.body_hash}")
    limit = None if call.has_role("admin") else config.REFUND_LIMIT
    wish = Wish(amount=body.amount, reason=body.reason, actor=call.caller.role, limit=limit)
    order, replayed = domain.refund_order(order_id, wish, keyed, world(call.deadline), call.precondition)
    return Reply(201, present(order), location=f"/orders/{order.id}", replayed=replayed)
