"""HTTP in, HTTP out for passwords and addresses."""

from chalice import Blueprint

from chalicelib.accounts.schemas import Accepted
from chalicelib.credentials import domain
from chalicelib.credentials.schemas import ChangeEmail, ChangePassword, ConfirmReset, RequestReset
from chalicelib.errors import EmailUnverified, MailTokenInvalid, PasswordCommon, PasswordWrong
from chalicelib.sessions.tokens import device_token
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import NotFound, TooManyRequests

routes = Blueprint(__name__)
account_holders = roles("customer", "staff", "admin")


@routes.route("/password-resets", methods=["POST"])
@operation(allow=public, request=RequestReset, responses={202: Accepted}, problems=[TooManyRequests])
def request_reset(body: RequestReset, call: Call) -> Accepted:
    """Send a link that sets a new password."""
    domain.request_reset(body.email, call.source_address)
    return Accepted()


@routes.route("/password-resets/confirm", methods=["POST"])
@operation(allow=public, request=ConfirmReset, responses={204: None}, problems=[MailTokenInvalid, PasswordCommon])
def confirm_reset(body: ConfirmReset, call: Call) -> Reply[None]:
    """Set a new password with the token from the mail. All sessions end; this device is known from now on."""
    user_id = domain.confirm_reset(body.token, body.new_password)
    known = device_token(user_id, call.header("Device-Token"))
    return Reply(204, headers={"Device-Token": known})


@routes.route("/users/me/password", methods=["PUT"])
@operation(
    allow=account_holders,
    request=ChangePassword,
    responses={204: None},
    problems=[NotFound, PasswordWrong, EmailUnverified, PasswordCommon, TooManyRequests],
    live=True,
)
def change_password(body: ChangePassword, call: Call) -> None:
    """Change the own password; all other sessions end."""
    domain.change_password(call.caller, body.current_password, body.new_password)


@routes.route("/users/me/email", methods=["PUT"])
@operation(
    allow=account_holders,
    request=ChangeEmail,
    responses={202: Accepted},
    problems=[NotFound, PasswordWrong, TooManyRequests],
    live=True,
)
def request_new_address(body: ChangeEmail, call: Call) -> Accepted:
    """Ask for another address; the account gets it once the link that is sent there is followed."""
    domain.request_new_address(call.caller, body.new_email, body.password)
    return Accepted()
