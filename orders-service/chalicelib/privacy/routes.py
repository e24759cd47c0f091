"""HTTP out for what is held on a person."""

from chalice import Blueprint

from chalicelib import config
from chalicelib.privacy import domain
from chalicelib.privacy.schemas import HeldData, present_cart, present_order
from common.auth import everyone
from common.http import Call, operation
from common.pagination import page
from common.problems import CursorInvalid
from common.schemas import PageQuery

routes = Blueprint(__name__)


@routes.route("/privacy/orders", methods=["GET"])
@operation(allow=everyone, query=PageQuery, responses={200: HeldData}, problems=[CursorInvalid])
def show_held_data(query: PageQuery, call: Call) -> HeldData:
    """Show all that is held on the caller here: the cart, and the orders in pages."""
    person, scope = call.caller.id, ("privacy", call.caller.id)
    position = config.cursors.open(query.cursor, *scope)
    cart, rows, numbers = domain.find_all(person, position, query.limit + 1)
    shown, following = page(rows, query.limit, lambda order: order.id, config.cursors, *scope)
    return HeldData(
        customer_id=person,
        cart=present_cart(cart),
        items=[present_order(order, numbers.get(order.id, [])) for order in shown],
        next_cursor=following,
    )
