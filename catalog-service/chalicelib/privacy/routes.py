"""HTTP out for what is held on a person."""

from chalice import Blueprint

from chalicelib import config
from chalicelib.privacy import domain
from chalicelib.privacy.schemas import HeldAdjustment, HeldData
from common.auth import everyone
from common.clock import rfc3339
from common.http import Call, operation
from common.pagination import page
from common.problems import CursorInvalid
from common.schemas import PageQuery

routes = Blueprint(__name__)


@routes.route("/privacy/catalog", methods=["GET"])
@operation(allow=everyone, query=PageQuery, responses={200: HeldData}, problems=[CursorInvalid])
def show_held_data(query: PageQuery, call: Call) -> HeldData:
    """Show all that is held on the caller here: who has corrected no stock is not known."""
    person, scope = call.caller.id, ("privacy", call.caller.id)
    position = config.cursors.open(query.cursor, *scope)
    rows = domain.find_all(person, position, query.limit + 1)
    shown, following = page(rows, query.limit, lambda one: one.id, config.cursors, *scope)
    items = [
        HeldAdjustment(id=one.id, sku=one.sku, delta=one.delta, reason=one.reason, at=rfc3339(one.at)) for one in shown
    ]
    return HeldData(user_id=person, items=items, next_cursor=following)
