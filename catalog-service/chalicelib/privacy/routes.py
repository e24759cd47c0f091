"""HTTP out for what is held on a person."""

from chalice import Blueprint

from chalicelib import config
from chalicelib.privacy import domain
from chalicelib.privacy.schemas import HeldData, present
from common.auth import everyone
from common.http import Call, operation
from common.problems import CursorInvalid
from common.schemas import PageQuery

routes = Blueprint(__name__)


@routes.route("/privacy/catalog", methods=["GET"])
@operation(allow=everyone, query=PageQuery, responses={200: HeldData}, problems=[CursorInvalid])
def show_held_data(query: PageQuery, call: Call) -> HeldData:
    """Show all that is held on the caller here."""
    person, scope = call.caller.id, ("privacy", call.caller.id)
    held = domain.find_all(person, config.cursors.open(query.cursor, *scope), query.limit)
    return present(person, held, config.cursors.sign(held.following, *scope) if held.following else None)
