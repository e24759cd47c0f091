"""HTTP in, HTTP out for accounts."""

from chalice import Blueprint

from chalicelib.accounts import domain
from chalicelib.accounts.models import Person
from chalicelib.accounts.schemas import (
    Accepted,
    ChangeProfile,
    ConfirmEmail,
    Register,
    RequestVerification,
    User,
    present,
)
from chalicelib.errors import MailTokenInvalid, PasswordCommon
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import NotFound, VersionMismatch

routes = Blueprint(__name__)
account_holders = roles("customer", "staff", "admin")


@routes.route("/users", methods=["POST"])
@operation(allow=public, request=Register, responses={202: Accepted}, problems=[PasswordCommon])
def register(body: Register) -> Accepted:
    """Make an account; a mail to the address tells how to go on."""
    domain.register(body.email, body.password, body.name)
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
    """Confirm an address with the token from the mail."""
    domain.confirm_email(body.token)


@routes.route("/users/me", methods=["GET"])
@operation(allow=account_holders, responses={200: User, 304: None}, problems=[NotFound])
def find_user(call: Call) -> Reply[User]:
    """Show the own account."""
    return _reply(domain.find_user(call.caller.id))


@routes.route("/users/me", methods=["PATCH"])
@operation(allow=account_holders, request=ChangeProfile, responses={200: User}, problems=[NotFound, VersionMismatch])
def change_profile(body: ChangeProfile, call: Call) -> Reply[User]:
    """Change name, language or consent of the own account; what is left out stays."""
    return _reply(domain.change_profile(call.caller.id, body.given(), call.precondition))


def _reply(person: Person) -> Reply[User]:
    return Reply(200, present(person), version=int(person.version))
