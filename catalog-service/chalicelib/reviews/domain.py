"""Reviews: written by customers who received the product, moderated by the staff, counted in the product's rating."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict, replace

from chalicelib import config
from chalicelib.errors import NotReceived, ReviewExists
from chalicelib.products import reading as products
from chalicelib.reviews import models, ratings
from chalicelib.reviews.models import Answer, Review, Sort, Status
from chalicelib.reviews.received import Allowance, Received
from chalicelib.reviews.schemas import ChangeReview, PostReview
from chalicelib.table import batch_get
from common import clock, events, tracing
from common.pagination import page
from common.problems import NotFound, TooManyRequests, Unavailable
from common.tables import Refused, Transaction
from common.versions import Precondition

_ROUNDS = 8
_DAY_SECONDS = 86_400
_AT_ONCE = 100


@dataclass(frozen=True)
class Receipt:
    """A product that somebody received, and what they wrote of it."""

    received: Received
    review: Review | None


def list_reviews(product_id: str, sort: Sort, limit: int, cursor: str | None) -> tuple[list[Review], str | None]:
    """One page of what is published on a product, and the cursor of the next."""
    scope = ("reviews", product_id, sort)
    rows = models.list_published(product_id, sort, config.cursors.open(cursor, *scope), limit + 1)
    return page(rows, limit, lambda one: one.id if sort == "newest" else one.by_stars, config.cursors, *scope)


def list_for_staff(status: Status, limit: int, cursor: str | None, reader: str) -> tuple[list[Review], str | None]:
    """One page of all products' reviews in a status, newest first, and the cursor of the next."""
    scope = ("moderation", status, reader)
    rows = models.list_of_status(status, config.cursors.open(cursor, *scope), limit + 1)
    return page(rows, limit, lambda one: one.id, config.cursors, *scope)


def find_own(product_id: str, customer: str) -> tuple[bool, Review | None]:
    """Whether somebody received a product, and what they wrote on it."""
    found: list[Received] = batch_get([Received.key(customer, product_id)], consistent=True)
    review_id = found[0].review_id if found else None
    return bool(found), models.find(review_id) if review_id else None


def post_review(product_id: str, new: PostReview, customer: str) -> Review:
    """Raise NotFound, NotReceived, ReviewExists or TooManyRequests, or write it and count it, all or nothing.

    What says that the product was received also says that it is reviewed: of two at once one is refused there. After a
    lost reply a second try learns that the review exists.
    """
    rows = batch_get([products.key(product_id), Received.key(customer, product_id)], consistent=True)
    if not any(row.status == "active" for row in products.among(rows)):
        raise NotFound
    received = next((row for row in rows if isinstance(row, Received)), None)
    if received is None:
        raise NotReceived
    if received.review_id:
        raise ReviewExists(review_id=received.review_id)
    review = _new(product_id, new, customer, waits=config.REVIEWS_MODERATED or bool(received.watched))
    transaction = Transaction()
    Received.enter(transaction, review)
    models.write(transaction, None, review)
    _count_writing(transaction, customer)
    try:
        transaction.commit()
    except Refused as refused:
        raise (ReviewExists if refused.reasons[0] else _too_many()) from None
    return review


def _new(product_id: str, new: PostReview, customer: str, *, waits: bool) -> Review:
    now = int(clock.now())
    return Review(
        id=models.new_review_id(product_id),
        product_id=product_id,
        customer=customer,
        rating=new.rating,
        title=new.title.strip(),
        text=new.text.strip(),
        author=new.author.strip(),
        status="pending" if waits else "published",
        version=1,
        created_at=now,
        updated_at=now,
    )


def change_review(
    product_id: str, review_id: str, changes: ChangeReview, customer: str, precondition: Precondition
) -> Review:
    """Change what is named. What the staff rejected waits for them again; with moderation every change does."""
    given = {name: value for name, value in asdict(changes).items() if value is not UNSET}
    texts = {name: value.strip() for name, value in given.items() if isinstance(value, str)}

    def change(seen: Review) -> Review:
        changed = replace(seen, **{**given, **texts})
        if changed == seen:
            return seen
        waits = config.REVIEWS_MODERATED or seen.status == "rejected"
        status: Status = "pending" if waits else seen.status
        return replace(changed, status=status, reason=None, updated_at=int(clock.now()))

    return _edit(review_id, change, precondition, lambda: _own(product_id, review_id, customer), writer=customer)


def delete_review(product_id: str, review_id: str, customer: str, precondition: Precondition) -> None:
    """Take it away with its stars; another may be written then. A repeat finds nothing."""
    for _ in range(_ROUNDS):
        seen = _own(product_id, review_id, customer)
        precondition.check(seen.version, required=False)
        transaction = Transaction()
        models.write(transaction, seen, None)
        Received.leave(transaction, seen)
        if _done(transaction):
            return
    raise Unavailable(retry_after=1)


def publish_review(review_id: str, precondition: Precondition) -> Review:
    return _edit(review_id, lambda seen: replace(seen, status="published", reason=None), precondition)


def reject_review(review_id: str, reason: str, precondition: Precondition) -> Review:
    return _edit(review_id, lambda seen: replace(seen, status="rejected", reason=reason.strip()), precondition)


def reply_to_review(review_id: str, text: str | None, precondition: Precondition) -> Review:
    """What the shop says to it, shown below; None for nothing."""

    def reply(seen: Review) -> Review:
        same = seen.reply is not None and seen.reply.text == text
        return seen if same else replace(seen, reply=Answer(text, int(clock.now())) if text else None)

    return _edit(review_id, reply, precondition)


def _edit(
    review_id: str,
    change: Callable[[Review], Review],
    precondition: Precondition,
    find: Callable[[], Review] | None = None,
    writer: str | None = None,
) -> Review:
    """Read, change, write where it was read; whoever was overtaken starts again from what is stored then.

    A change that gives the same review back writes nothing, so a repeat does not either.
    """
    for _ in range(_ROUNDS):
        seen = find() if find else _any(review_id)
        precondition.check(seen.version, required=False)
        after = change(seen)
        if after == seen:
            return seen
        after = replace(after, version=seen.version + 1)
        transaction = Transaction()
        models.write(transaction, seen, after)
        if writer:
            _count_writing(transaction, writer)
        if _done(transaction, limited=bool(writer)):
            return after
    raise Unavailable(retry_after=1)


def _done(transaction: Transaction, *, limited: bool = False) -> bool:
    """False if it was overtaken; raises TooManyRequests if the last part, the limit, is all that refused it."""
    try:
        transaction.commit()
    except Refused as refused:
        *others, last = refused.reasons
        if limited and last and not any(others):
            raise _too_many() from None
        return False
    return True


def _any(review_id: str) -> Review:
    review = models.find(review_id)
    if review is None:
        raise NotFound
    return review


def _own(product_id: str, review_id: str, customer: str) -> Review:
    """Somebody else's looks like none at all."""
    review = _any(review_id)
    if (review.product_id, review.customer) != (product_id, customer):
        raise NotFound
    return review


def _count_writing(transaction: Transaction, customer: str) -> None:
    now = int(clock.now())
    day = clock.rfc3339(now)[:10]
    Allowance.use(transaction, customer, day, config.REVIEWS_PER_DAY, now + 2 * _DAY_SECONDS)


def _too_many() -> TooManyRequests:
    return TooManyRequests(
        "That is enough for one day. Try again tomorrow.", retry_after=_DAY_SECONDS - int(clock.now()) % _DAY_SECONDS
    )


def remember_delivery(message: str) -> None:
    """Note who received what of an `order.delivered`. Guests can't review, and of the erased nothing is noted.

    One write a product, each harmless when repeated: after a crash the message comes again.
    """
    event = events.received(message)
    tracing.start(event.traceparent)
    delivered: dict[str, Any] = event.data
    if delivered["buyer"] != "customer":
        return
    for product_id in dict.fromkeys(str(item["product_id"]) for item in delivered["items"]):
        Received.remember(delivered["customer_id"], product_id, delivered["order_id"], int(clock.now()))


def list_received(customer: str, after: str | None, limit: int) -> list[Receipt]:
    """What somebody received, by product from one on, with what they wrote of it."""
    rows = Received.of_customer(customer, after, limit)
    reviews = {one.id: one for one in models.find_many([row.review_id for row in rows if row.review_id])}
    return [Receipt(row, reviews.get(row.review_id or "")) for row in rows]


def forget_customer(customer: str) -> None:
    """Remove an erased person's reviews with their stars, and what tells that they bought anything.

    One transaction for each product; what is done is gone, so after a crash a repeat goes on where this one stopped.
    """
    while rows := list_received(customer, None, _AT_ONCE):
        for one in rows:
            transaction = Transaction()
            models.write(transaction, one.review, None)
            one.received.forget(transaction)
            _done(transaction)  # overtaken by its author or the staff: the next round sees what stands there
    Allowance.forget_all(customer)


def recount(product_id: str, *, mend: bool = True) -> bool:
    """Count a product's published reviews anew, and correct its rating unless only asked; whether it was right.

    A review that changes meanwhile moves the rating's revision: then it is counted again.
    """
    for _ in range(_ROUNDS):
        stored, revision = ratings.find(product_id)
        stars = models.count_stars(product_id)
        if stars == stored.stars:
            return True
        same = ratings.correct(product_id, stars, revision) if mend else ratings.find(product_id)[1] == revision
        if same:
            return False
    raise Unavailable(retry_after=1)
