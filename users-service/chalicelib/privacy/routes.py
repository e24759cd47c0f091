"""HTTP in, HTTP out for what is held on a person."""

from chalice import Blueprint

from chalicelib.accounts.schemas import Accepted
from chalicelib.errors import PasswordWrong
from chalicelib.privacy import domain
from chalicelib.privacy.schemas import EraseAccount, Held, show
from common.auth import everyone, roles
from common.http import Call, operation
from common.problems import NotFound, TooManyRequests

routes = Blueprint(__name__)


@routes.route("/privacy/users", methods=["GET"])
@operation(allow=everyone, responses={200: Held})
def find_holdings(call: Call) -> Held:
    """Show all that this service holds on the caller."""
    return show(domain.find_holdings(call.caller.id), call.caller.session_id)


@routes.route("/users/me", methods=["DELETE"])
@operation(
    allow=roles("customer", "staff", "admin"),
    request=EraseAccount,
    responses={202: Accepted},
    problems=[NotFound, PasswordWrong, TooManyRequests],
)
def erase(body: EraseAccount, call: Call) -> Accepted:
    """Erase the own account here and, within moments, in every other service."""
    domain.erase(call.caller, body.password)
    return Accepted()
