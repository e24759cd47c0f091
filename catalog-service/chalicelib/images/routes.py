"""HTTP in and out for pictures: staff only; the bytes go straight to S3."""

from chalice import Blueprint
from msgspec import UNSET

from chalicelib.errors import ImageInvalid, UploadMissing
from chalicelib.images import domain
from chalicelib.images.schemas import AnnouncedImage, AnnounceImage, ChangeImage
from chalicelib.products.presenting import present_image
from chalicelib.products.schemas import ImageView
from common.auth import roles
from common.http import Call, operation
from common.problems import NotFound, VersionMismatch

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/products/{product_id}/images", methods=["POST"])
@operation(allow=staff, request=AnnounceImage, responses={201: AnnouncedImage}, problems=[NotFound])
def announce_image(product_id: str, body: AnnounceImage) -> AnnouncedImage:
    """Get a form for uploading one picture of exactly this type and size."""
    image_id, form = domain.announce_image(product_id, body.content_type, body.size, body.alt)
    return AnnouncedImage(image_id, form)


@routes.route("/products/{product_id}/images/{image_id}/complete", methods=["POST"])
@operation(allow=staff, responses={200: ImageView}, problems=[NotFound, UploadMissing, ImageInvalid, VersionMismatch])
def complete_image(product_id: str, image_id: str, call: Call) -> ImageView:
    """Have the uploaded file looked into and renditions of it made; `processing` if that takes longer than 5 s."""
    return present_image(domain.complete_image(product_id, image_id, call.precondition, call.deadline))


@routes.route("/products/{product_id}/images/{image_id}", methods=["PATCH"])
@operation(allow=staff, request=ChangeImage, responses={200: ImageView}, problems=[NotFound, VersionMismatch])
def change_image(product_id: str, image_id: str, body: ChangeImage, call: Call) -> ImageView:
    """Change a picture's text or its place; the first one is the product's thumbnail."""
    alt = None if body.alt is UNSET else body.alt
    position = None if body.position is UNSET else body.position
    return present_image(domain.change_image(product_id, image_id, alt, position, call.precondition))


@routes.route("/products/{product_id}/images/{image_id}", methods=["DELETE"])
@operation(allow=staff, responses={204: None}, problems=[NotFound, VersionMismatch])
def delete_image(product_id: str, image_id: str, call: Call) -> None:
    """Take a picture off the product."""
    domain.delete_image(product_id, image_id, call.precondition)
