"""HTTP in, HTTP out for accounts: the own one, and those that staff look after."""

from chalice import Blueprint

from chalicelib.accounts import domain, staff
from chalicelib.accounts.models import Person
from chalicelib.accounts.schemas import AssignRole, ChangeProfile, ListUsers, User, present
from chalicelib.errors import OwnAccount
from common.auth import roles
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, NotFound, VersionMismatch
from common.schemas import Page

routes = Blueprint(__name__)
account_holders = roles("customer", "staff", "admin")
employees = roles("staff", "admin")
admins = roles("admin")


@routes.route("/users/me", methods=["GET"])
@operation(allow=account_holders, responses={200: User, 304: None}, problems=[NotFound])
def find_own(call: Call) -> Reply[User]:
    """Show the own account."""
    return _reply(domain.find_user(call.caller.id))


@routes.route("/users/me", methods=["PATCH"])
@operation(allow=account_holders, request=ChangeProfile, responses={200: User}, problems=[NotFound, VersionMismatch])
def change_profile(body: ChangeProfile, call: Call) -> Reply[User]:
    """Change name, language or consent of the own account; what is left out stays."""
    return _reply(domain.change_profile(call.caller.id, body.given(), call.precondition))


@routes.route("/users", methods=["GET"])
@operation(allow=employees, query=ListUsers, responses={200: Page[User]}, problems=[CursorInvalid])
def list_users(query: ListUsers, call: Call) -> Page[User]:
    """List accounts, newest sign-ups first, or find the one with an address, confirmed or not."""
    found, cursor = staff.list_users(call.caller.id, query.email, query.limit, query.cursor)
    return Page(items=[present(one) for one in found], next_cursor=cursor)


@routes.route("/users/{user_id}", methods=["GET"])
@operation(allow=employees, responses={200: User, 304: None}, problems=[NotFound])
def find_user(user_id: str) -> Reply[User]:
    """Show an account, also one that waits for its confirmation."""
    return _reply(staff.find_user(user_id))


@routes.route("/users/{user_id}/role", methods=["PUT"])
@operation(
    allow=admins, request=AssignRole, responses={200: User}, problems=[NotFound, VersionMismatch, OwnAccount], live=True
)
def assign_role(user_id: str, body: AssignRole, call: Call) -> Reply[User]:
    """Give an account a role. Its sessions end, as they carry the former one."""
    return _reply(staff.assign_role(call.caller.id, user_id, body.role, call.precondition))


@routes.route("/users/{user_id}/disable", methods=["POST"])
@operation(allow=admins, responses={200: User}, problems=[NotFound, VersionMismatch, OwnAccount], live=True)
def disable(user_id: str, call: Call) -> Reply[User]:
    """Keep an account from being used; its sessions end at once."""
    return _reply(staff.disable(call.caller.id, user_id, call.precondition))


@routes.route("/users/{user_id}/enable", methods=["POST"])
@operation(allow=admins, responses={200: User}, problems=[NotFound, VersionMismatch, OwnAccount], live=True)
def enable(user_id: str, call: Call) -> Reply[User]:
    """Let a disabled account be used again."""
    return _reply(staff.enable(call.caller.id, user_id, call.precondition))


def _reply(person: Person) -> Reply[User]:
    return Reply(200, present(person), version=int(person.version))
