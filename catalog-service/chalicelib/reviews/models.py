"""Reviews and their lists. Who may write one is in received.py."""

import re
from collections import Counter
from heapq import merge
from itertools import islice
from typing import Any, Literal

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from chalicelib.reviews import ratings
from chalicelib.table import CatalogItem
from common import tables
from common.attributes import Document, Whole
from common.ids import new_id, shard_of
from common.tables import Item, Transaction

Status = Literal["pending", "published", "rejected"]
Sort = Literal["newest", "highest", "lowest"]
SHARDS = 4
_REVIEW_ID = re.compile(r"rev_[0-9a-z]{26}_(.+)\Z")


class Answer(msgspec.Struct, frozen=True):
    """What the shop says to a review."""

    text: str
    at: int


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """`customer` wrote it and is shown to nobody; `author` is the name that they chose, empty for none.

    `version` counts the writes; `updated_at` is when its author changed it last.
    """

    id: str
    product_id: str
    customer: str
    rating: int
    title: str
    text: str
    author: str
    status: Status
    reason: str | None = None
    reply: Answer | None = None
    version: int
    created_at: int
    updated_at: int

    @property
    def by_stars(self) -> str:
        return f"{self.rating}#{self.id}"


def new_review_id(product_id: str) -> str:
    """It names the product too, so that a review is read by its id alone."""
    return f"{new_id('rev')}_{product_id.removeprefix('prd_')}"


def product_of(review_id: str) -> str | None:
    found = _REVIEW_ID.match(review_id)
    return f"prd_{found[1]}" if found else None


class _ReviewIndex(GlobalSecondaryIndex["ReviewItem"]):  # type: ignore[no-untyped-call]
    class Meta(Item.Meta):
        index_name = ""
        projection = IncludeProjection(["document"])


class NewestReviews(_ReviewIndex):  # type: ignore[no-untyped-call]
    """Published reviews of a product."""

    class Meta(_ReviewIndex.Meta):
        index_name = "reviews-newest"

    reviewed = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ReviewsByStars(_ReviewIndex):  # type: ignore[no-untyped-call]
    class Meta(_ReviewIndex.Meta):
        index_name = "reviews-stars"

    reviewed = UnicodeAttribute(hash_key=True)
    by_stars = UnicodeAttribute(range_key=True)


class ReviewsByStatus(_ReviewIndex):  # type: ignore[no-untyped-call]
    """For the staff, over shards: every review written anywhere comes through here."""

    class Meta(_ReviewIndex.Meta):
        index_name = "reviews-status"

    moderation = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ReviewItem(CatalogItem):
    """`REVIEWS#<product> / <review>`. `reviewed` is the product while the review is published."""

    document: Document[Review] = Document(Review)
    version = Whole()
    reviewed = UnicodeAttribute(null=True)
    by_stars = UnicodeAttribute(null=True)
    moderation = UnicodeAttribute()

    newest_index = NewestReviews()
    stars_index = ReviewsByStars()
    status_index = ReviewsByStatus()

    @classmethod
    def of(cls, review: Review) -> "ReviewItem":
        shown = review.status == "published"
        return cls(
            *_key(review.product_id, review.id),
            document=review,
            version=review.version,
            reviewed=review.product_id if shown else None,
            by_stars=review.by_stars if shown else None,
            moderation=_moderation(review.status, shard_of(review.id, SHARDS)),
        )


def _key(product_id: str, review_id: str) -> tuple[str, str]:
    return f"REVIEWS#{product_id}", review_id


def _moderation(status: Status, shard: int) -> str:
    return f"{status}#{shard}"


def find(review_id: str) -> Review | None:
    """As it is now."""
    product_id = product_of(review_id)
    item = tables.get(ReviewItem, *_key(product_id, review_id)) if product_id else None
    return item.document if item else None


def write(transaction: Transaction, before: Review | None, after: Review | None) -> None:
    """Put `after` where `before` is stored, None for nothing, and move the product's rating along.

    Refused if somebody else has written it: then nothing of the transaction happens. A repeat is refused the same way,
    and the transaction's own token makes a lost reply harmless.
    """
    review = after or before
    if review is None:
        return
    unseen = ReviewItem.pk.does_not_exist() if before is None else ReviewItem.version == before.version
    if after:
        transaction.put(ReviewItem.of(after), unseen)
    else:
        transaction.delete(ReviewItem(*_key(review.product_id, review.id)), unseen)
    ratings.move(transaction, review.product_id, _counted(before), _counted(after))


def _counted(review: Review | None) -> int | None:
    """The stars that the product's rating has of it."""
    return review.rating if review and review.status == "published" else None


def list_published(product_id: str, sort: Sort, after: str | None, limit: int) -> list[Review]:
    """From a position on: the review's id, or by stars its `by_stars`."""
    index: Any = ReviewItem.newest_index if sort == "newest" else ReviewItem.stars_index
    key: Any = NewestReviews.sk if sort == "newest" else ReviewsByStars.by_stars
    beyond = None
    if after is not None:
        beyond = key > after if sort == "lowest" else key < after
    rows = index.query(product_id, beyond, scan_index_forward=sort == "lowest", limit=limit)
    return [row.document for row in rows]


def list_of_status(status: Status, before: str | None, limit: int) -> list[Review]:
    """Newest first: one query a shard, merged."""
    older = ReviewsByStatus.sk < before if before else None
    shards = [
        (row.document for row in ReviewItem.status_index.query(
            _moderation(status, shard), older, limit=limit, scan_index_forward=False))
        for shard in range(SHARDS)
    ]  # fmt: skip
    return list(islice(merge(*shards, key=lambda review: review.id, reverse=True), limit))


def count_stars(product_id: str) -> tuple[int, ...]:
    """How many published reviews there are now with one star, two stars and so on: a consistent query."""
    rows = tables.rows(ReviewItem, f"REVIEWS#{product_id}")
    found = Counter(_counted(ReviewItem.from_raw_data(row).document) for row in rows)
    return tuple(found[one] for one in ratings.STARS)


def find_many(review_ids: list[str]) -> list[Review]:
    """A hundred at most, in one read; those that are gone are left out."""
    refs = [(ReviewItem, *_key(product_of(one) or "", one)) for one in review_ids]
    return [item.document for item in tables.get_all(*refs) if item] if refs else []
