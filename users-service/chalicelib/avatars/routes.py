"""HTTP in, HTTP out for pictures of people; the bytes go straight to S3."""

from chalice import Blueprint

from chalicelib.accounts.schemas import User, present
from chalicelib.avatars import domain
from chalicelib.avatars.schemas import AnnounceAvatar, AnnouncedAvatar
from chalicelib.errors import ImageInvalid, UploadMissing
from common.auth import roles
from common.http import Call, Reply, operation
from common.problems import NotFound

routes = Blueprint(__name__)
account_holders = roles("customer", "staff", "admin")


@routes.route("/users/me/avatar", methods=["POST"])
@operation(
    allow=account_holders, request=AnnounceAvatar, responses={201: AnnouncedAvatar}, problems=[NotFound], live=True
)
def announce_avatar(body: AnnounceAvatar, call: Call) -> AnnouncedAvatar:
    """Get a form for uploading one picture of exactly this type and size."""
    return AnnouncedAvatar(domain.announce_avatar(call.caller.id, body.content_type, body.size))


@routes.route("/users/me/avatar/complete", methods=["POST"])
@operation(allow=account_holders, responses={200: User}, problems=[NotFound, UploadMissing, ImageInvalid], live=True)
def complete_avatar(call: Call) -> Reply[User]:
    """Have the uploaded file looked into, and show it in the place of the former one."""
    person = domain.complete_avatar(call.caller.id)
    return Reply(200, present(person), version=int(person.version))
