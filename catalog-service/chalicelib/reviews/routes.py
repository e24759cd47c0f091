"""HTTP in and out for reviews."""

from chalice import Blueprint

from chalicelib.errors import NotReceived, ReviewExists
from chalicelib.reviews import domain
from chalicelib.reviews.models import Review
from chalicelib.reviews.schemas import (
    ChangeReview,
    ListReviews,
    MayReview,
    ModerateReviews,
    OwnReview,
    PostReview,
    RejectReview,
    ReplyToReview,
    ReviewView,
    present,
    present_own,
)
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, NotFound, TooManyRequests, VersionMismatch
from common.schemas import Page

routes = Blueprint(__name__)
customer, staff = roles("customer"), roles("staff", "admin")


@routes.route("/products/{product_id}/reviews", methods=["GET"])
@operation(allow=public, query=ListReviews, responses={200: Page[ReviewView]}, problems=[CursorInvalid])
def list_reviews(product_id: str, query: ListReviews) -> Page[ReviewView]:
    """The published reviews of a product."""
    shown, following = domain.list_reviews(product_id, query.sort, query.limit, query.cursor)
    return Page(items=[present(one) for one in shown], next_cursor=following)


@routes.route("/products/{product_id}/reviews", methods=["POST"])
@operation(
    allow=customer,
    request=PostReview,
    responses={201: OwnReview},
    problems=[NotFound, NotReceived, ReviewExists, TooManyRequests],
)
def post_review(product_id: str, body: PostReview, call: Call) -> Reply[OwnReview]:
    """Review a product that the caller has received."""
    review = domain.post_review(product_id, body, call.caller.id)
    return _own(201, review, location=f"/products/{product_id}/reviews/{review.id}")


@routes.route("/products/{product_id}/own-review", methods=["GET"])
@operation(allow=customer, responses={200: MayReview})
def find_own_review(product_id: str, call: Call) -> MayReview:
    """Whether the caller may review a product, and the review if it is written."""
    received, review = domain.find_own(product_id, call.caller.id)
    return MayReview(received=received, review=present_own(review) if review else None)


@routes.route("/products/{product_id}/reviews/{review_id}", methods=["PATCH"])
@operation(
    allow=customer,
    request=ChangeReview,
    responses={200: OwnReview},
    problems=[NotFound, VersionMismatch, TooManyRequests],
)
def change_review(product_id: str, review_id: str, body: ChangeReview, call: Call) -> Reply[OwnReview]:
    """Change the caller's own review."""
    return _own(200, domain.change_review(product_id, review_id, body, call.caller.id, call.precondition))


@routes.route("/products/{product_id}/reviews/{review_id}", methods=["DELETE"])
@operation(allow=customer, responses={204: None}, problems=[NotFound, VersionMismatch])
def delete_review(product_id: str, review_id: str, call: Call) -> None:
    """Delete the caller's own review."""
    domain.delete_review(product_id, review_id, call.caller.id, call.precondition)


@routes.route("/reviews", methods=["GET"])
@operation(allow=staff, query=ModerateReviews, responses={200: Page[OwnReview]}, problems=[CursorInvalid])
def list_for_staff(query: ModerateReviews, call: Call) -> Page[OwnReview]:
    """Reviews of all products by their status, newest first."""
    shown, following = domain.list_for_staff(query.status, query.limit, query.cursor, call.caller.id)
    return Page(items=[present_own(one) for one in shown], next_cursor=following)


@routes.route("/reviews/{review_id}/publish", methods=["POST"])
@operation(allow=staff, responses={200: OwnReview}, problems=[NotFound, VersionMismatch])
def publish_review(review_id: str, call: Call) -> Reply[OwnReview]:
    """Show a review and count its stars; can be repeated."""
    return _own(200, domain.publish_review(review_id, call.precondition))


@routes.route("/reviews/{review_id}/reject", methods=["POST"])
@operation(allow=staff, request=RejectReview, responses={200: OwnReview}, problems=[NotFound, VersionMismatch])
def reject_review(review_id: str, body: RejectReview, call: Call) -> Reply[OwnReview]:
    """Hide a review and tell its author why; can be repeated."""
    return _own(200, domain.reject_review(review_id, body.reason, call.precondition))


@routes.route("/reviews/{review_id}/reply", methods=["PUT"])
@operation(allow=staff, request=ReplyToReview, responses={200: OwnReview}, problems=[NotFound, VersionMismatch])
def reply_to_review(review_id: str, body: ReplyToReview, call: Call) -> Reply[OwnReview]:
    """Say something to a review, in the shop's name."""
    return _own(200, domain.reply_to_review(review_id, body.text, call.precondition))


def _own(status: int, review: Review, location: str | None = None) -> Reply[OwnReview]:
    return Reply(status, present_own(review), version=review.version, location=location)
