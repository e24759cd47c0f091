"""HTTP in and out for orders that are placed."""

from chalice import Blueprint

from chalicelib import config
from chalicelib.checkout.wiring import world
from chalicelib.errors import OrderShipped
from chalicelib.orders import domain
from chalicelib.orders.order import ENDED, Order
from chalicelib.orders.schemas import Events, ListOrders, OrderView, present, present_events
from common.auth import everyone
from common.http import Call, Reply, operation
from common.pagination import page
from common.problems import CursorInvalid, NotFound, VersionMismatch
from common.schemas import Page

routes = Blueprint(__name__)
STAFF = ("staff", "admin")


@routes.route("/orders", methods=["GET"])
@operation(
    allow=everyone,
    query=ListOrders,
    responses={200: Page[OrderView]},
    problems=[CursorInvalid],
    restricted=dict.fromkeys(("status", "customer_id", "email", "day"), STAFF),
)
def list_orders(query: ListOrders, call: Call) -> Page[OrderView]:
    """List the caller's orders, newest first; staff may ask for others by one filter."""
    filters, any_order = query.filters, call.has_role(*STAFF)
    scope = ("orders", call.caller.id, *(f"{name}={value}" for name, value in filters.items()))
    position = config.cursors.open(query.cursor, *scope)
    rows = domain.list_orders(call.caller.id, filters, position, query.limit + 1, any_order=any_order)
    shown, following = page(rows, query.limit, lambda order: order.id, config.cursors, *scope)
    return Page(items=[present(order) for order in shown], next_cursor=following)


@routes.route("/orders/{order_id}", methods=["GET"])
@operation(allow=everyone, responses={200: OrderView}, problems=[NotFound])
def find_order(order_id: str, call: Call) -> Reply[OrderView]:
    """Show an order."""
    order = _find(order_id, call)
    return Reply(200, present(order), version=order.version)


@routes.route("/orders/{order_id}/events", methods=["GET"])
@operation(allow=everyone, responses={200: Events}, problems=[NotFound])
def list_events(order_id: str, call: Call) -> Events:
    """Tell how an order came to its status."""
    return present_events(_find(order_id, call))


@routes.route("/orders/{order_id}/cancel", methods=["POST"])
@operation(
    allow=everyone, responses={200: OrderView, 202: OrderView}, problems=[NotFound, VersionMismatch, OrderShipped]
)
def cancel_order(order_id: str, call: Call) -> Reply[OrderView]:
    """Cancel an order before it is shipped: 200 when it is done, 202 when it will be."""
    order = domain.cancel_order(_find(order_id, call), call.caller.role, world(call.deadline), call.precondition)
    return Reply(200 if order.state in ENDED else 202, present(order), location=f"/orders/{order.id}")


def _find(order_id: str, call: Call) -> Order:
    return domain.find_order(order_id, call.caller.id, any_order=call.has_role(*STAFF))
