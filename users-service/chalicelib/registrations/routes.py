"""HTTP in, HTTP out for registrations."""

from chalice import Blueprint

from chalicelib.accounts.schemas import Accepted
from chalicelib.errors import MailTokenInvalid, PasswordCommon
from chalicelib.registrations import domain
from chalicelib.registrations.schemas import ConfirmEmail, Register, RequestVerification
from common.auth import public
from common.http import Call, operation
from common.problems import TooManyRequests

routes = Blueprint(__name__)


@routes.route("/users", methods=["POST"])
@operation(allow=public, request=Register, responses={202: Accepted}, problems=[PasswordCommon, TooManyRequests])
def register(body: Register, call: Call) -> Accepted:
    """Ask for an account; a mail to the address tells how to go on."""
    domain.register(body.email, body.password, body.name, call.source_address)
    return Accepted()


@routes.route("/email-verifications", methods=["POST"])
@operation(allow=public, request=RequestVerification, responses={202: Accepted})
def request_verification(body: RequestVerification) -> Accepted:
    """Send the link that confirms an address once more."""
    domain.request_verification(body.email)
    return Accepted()


@routes.route("/email-verifications/confirm", methods=["POST"])
@operation(allow=public, request=ConfirmEmail, responses={204: None}, problems=[MailTokenInvalid])
def confirm_email(body: ConfirmEmail) -> None:
    """Confirm an address, a first or another one, with the token from the mail."""
    domain.confirm_email(body.token)
