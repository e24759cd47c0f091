"""What reviews take and how they are shown."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.reviews.models import Review, Sort, Status
from chalicelib.reviews.ratings import Rating
from common.clock import rfc3339
from common.schemas import Body, PageQuery

NOBODY = "A customer"
_UNSEEN = r"\u202a-\u202e\u2066-\u2069\ufeff"  # they turn the text around, or are nothing at all
_LINE = rf"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029{_UNSEEN}]*$(?!\n)"
_TEXT = rf"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f{_UNSEEN}]*$(?!\n)"

Stars = Annotated[int, Meta(ge=1, le=5)]
Title = Annotated[str, Meta(max_length=120, pattern=_LINE)]
ReviewText = Annotated[str, Meta(max_length=5_000, pattern=_TEXT)]
Author = Annotated[str, Meta(max_length=40, pattern=_LINE)]
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=_TEXT)]
ReplyText = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=_TEXT)]


class PostReview(Body):
    """Plain text; stars alone will do. `author` is the name to be shown."""

    rating: Stars
    title: Title = ""
    text: ReviewText = ""
    author: Author = ""


class ChangeReview(Body):
    rating: Stars | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    text: ReviewText | UnsetType = UNSET
    author: Author | UnsetType = UNSET


class RejectReview(Body):
    reason: Reason


class ReplyToReview(Body):
    """`text` null takes the reply away."""

    text: ReplyText | None


class ListReviews(PageQuery):
    """Of equal stars the newest come first, in `lowest` the oldest."""

    sort: Sort = "newest"


class ModerateReviews(PageQuery):
    status: Status = "pending"


class ReplyView(Struct, kw_only=True):
    text: str
    at: str


class ReviewView(Struct, kw_only=True):
    """As everybody sees it. `verified`: its author received the product, else there would be no review."""

    id: str
    rating: int
    title: str
    text: str
    author: str
    verified: Literal[True]
    reply: ReplyView | None
    created_at: str
    updated_at: str


class OwnReview(ReviewView, kw_only=True):
    """As its author and the staff see it. `reason`: why it was rejected."""

    product_id: str
    status: Status
    reason: str | None
    version: int


class MayReview(Struct, kw_only=True):
    """What the caller may do with a product, and has done."""

    received: bool
    review: OwnReview | None


class RatingView(Struct, kw_only=True):
    """`average` is a number with one decimal, null without reviews; `stars[0]` counts the reviews with one star."""

    average: float | None
    count: int
    stars: list[int]


def present(review: Review) -> ReviewView:
    return ReviewView(**_shown(review))


def present_own(review: Review) -> OwnReview:
    """With what only its author and the staff see."""
    return OwnReview(
        **_shown(review),
        product_id=review.product_id,
        status=review.status,
        reason=review.reason,
        version=review.version,
    )


def _shown(review: Review) -> dict[str, Any]:
    reply = review.reply
    return {
        "id": review.id,
        "rating": review.rating,
        "title": review.title,
        "text": review.text,
        "author": review.author or NOBODY,
        "verified": True,
        "reply": ReplyView(text=reply.text, at=rfc3339(reply.at)) if reply else None,
        "created_at": rfc3339(review.created_at),
        "updated_at": rfc3339(review.updated_at),
    }


def present_rating(rating: Rating) -> RatingView:
    return RatingView(average=rating.average, count=rating.count, stars=list(rating.stars))
