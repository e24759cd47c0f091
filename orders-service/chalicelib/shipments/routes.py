"""HTTP in and out for shipments and delivery: staff only."""

from chalice import Blueprint

from chalicelib.checkout.wiring import world
from chalicelib.errors import OrderCancelled, OrderNotConfirmed, OrderNotShipped, ShipmentExceeds, TooManyShipments
from chalicelib.keyed import Keyed
from chalicelib.orders.order import Parcel
from chalicelib.orders.schemas import OrderView, present
from chalicelib.shipments import domain
from chalicelib.shipments.domain import Consignment
from chalicelib.shipments.schemas import ShipOrder
from common.auth import roles
from common.http import Call, Reply, operation
from common.problems import IdempotencyMismatch, NotFound, VersionMismatch

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/orders/{order_id}/shipments", methods=["POST"])
@operation(
    allow=staff,
    request=ShipOrder,
    keyed=True,
    responses={201: OrderView},
    problems=[
        NotFound,
        IdempotencyMismatch,
        VersionMismatch,
        OrderCancelled,
        OrderNotConfirmed,
        ShipmentExceeds,
        TooManyShipments,
    ],
)
def ship_order(order_id: str, body: ShipOrder, call: Call) -> Reply[OrderView]:
    """Ship all that is left of an order, or some of it; the order is shipped once everything is."""
    keyed = Keyed(caller=call.caller.id, key=call.idempotency_key, request=f"shipment {order_id} {call.body_hash}")
    order, replayed = domain.ship_order(
        order_id, _sent(body), call.caller.role, keyed, world(call.deadline), call.precondition
    )
    return Reply(201, present(order), location=f"/orders/{order.id}", replayed=replayed)


@routes.route("/orders/{order_id}/deliver", methods=["POST"])
@operation(
    allow=staff, responses={200: OrderView}, problems=[NotFound, VersionMismatch, OrderCancelled, OrderNotShipped]
)
def deliver_order(order_id: str, call: Call) -> Reply[OrderView]:
    """Say that all of an order has arrived; can be repeated."""
    return Reply(
        200, present(domain.deliver_order(order_id, call.caller.role, world(call.deadline), call.precondition))
    )


def _sent(body: ShipOrder) -> Consignment:
    items = None if body.items is None else [Parcel(one.sku, one.quantity) for one in body.items]
    return Consignment(carrier=body.carrier, tracking_number=body.tracking_number, items=items)
