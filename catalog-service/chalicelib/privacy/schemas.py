"""What a person is told about what is held here."""

from msgspec import Struct

from chalicelib.privacy.domain import Held
from chalicelib.reviews.schemas import OwnReview, present_own
from common.clock import rfc3339


class HeldAdjustment(Struct, kw_only=True):
    """A correction of stock that the caller made."""

    id: str
    sku: str
    delta: int
    reason: str
    at: str


class HeldReceipt(Struct, kw_only=True):
    """A product that the caller received and may review, with the review."""

    product_id: str
    order_id: str
    received_at: str
    review: OwnReview | None


class HeldData(Struct, kw_only=True):
    """All that catalog-service holds on the caller.

    `items` are corrections of stock, which only staff make, newest first; `received` are products, by their ids. A page
    has up to `limit` of each.
    """

    user_id: str
    items: list[HeldAdjustment]
    received: list[HeldReceipt]
    next_cursor: str | None


def present(person: str, held: Held, following: str | None) -> HeldData:
    return HeldData(
        user_id=person,
        items=[
            HeldAdjustment(id=one.id, sku=one.sku, delta=one.delta, reason=one.reason, at=rfc3339(one.at))
            for one in held.adjustments
        ],
        received=[
            HeldReceipt(
                product_id=one.received.product_id,
                order_id=one.received.order_id,
                received_at=rfc3339(one.received.received_at),
                review=present_own(one.review) if one.review else None,
            )
            for one in held.receipts
        ],
        next_cursor=following,
    )
