"""HTTP in, HTTP out for external accounts."""

from chalice import Blueprint

from chalicelib.errors import AccountDisabled, AddressMissing, IdTokenInvalid
from chalicelib.external import domain
from chalicelib.external.schemas import LogInExternally
from chalicelib.sessions.routes import device_name, logged_in
from chalicelib.sessions.schemas import LoggedIn
from common.auth import public
from common.http import Call, operation
from common.problems import TooManyRequests, Unavailable

routes = Blueprint(__name__)


@routes.route("/sessions/external", methods=["POST"])
@operation(
    allow=public,
    request=LogInExternally,
    responses={201: LoggedIn},
    problems=[IdTokenInvalid, AccountDisabled, AddressMissing, TooManyRequests, Unavailable],
)
def log_in(body: LogInExternally, call: Call) -> LoggedIn:
    """Log in with the id token of a configured OpenID Connect provider; the first time an account is made."""
    pair, person = domain.log_in(body.id_token, body.nonce, device_name(call), call.source_address)
    return logged_in(pair, person, call)
