"""A product's rating, which its page reads with everything else: how many published reviews give how many stars.

It changes in the transaction of the review that it changes with, whose version is that transaction's condition: so the
numbers need no condition of their own, a repeat can't count twice, and reviews of one product do not wait for another.
"""

from collections.abc import Iterable, Sequence

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.table import CatalogItem
from common import tables
from common.attributes import Whole
from common.tables import ConditionFailed, Transaction

STARS = (1, 2, 3, 4, 5)


class Rating(msgspec.Struct, frozen=True):
    """`stars[0]` counts the reviews with one star."""

    stars: tuple[int, ...] = (0, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        return sum(self.stars)

    @property
    def total(self) -> int:
        return sum(one * number for one, number in zip(STARS, self.stars, strict=True))

    @property
    def average(self) -> float | None:
        """Rounded half up to one decimal, in whole numbers up to the last step."""
        return (self.total * 20 + self.count) // (self.count * 2) / 10 if self.count else None


class RatingItem(CatalogItem):
    """`PROD#<id> / RATING`. `revision` counts the changes, so that a recount sees whether it was overtaken."""

    one = Whole(default=0)
    two = Whole(default=0)
    three = Whole(default=0)
    four = Whole(default=0)
    five = Whole(default=0)
    revision = Whole(default=0)

    @property
    def rating(self) -> Rating:
        return Rating((self.one, self.two, self.three, self.four, self.five))

    @classmethod
    def key(cls, product_id: str) -> "tuple[type[RatingItem], str, str]":
        """For a batch read together with items of other kinds."""
        return cls, f"PROD#{product_id}", "RATING"


_COUNTERS = dict(
    zip(STARS, (RatingItem.one, RatingItem.two, RatingItem.three, RatingItem.four, RatingItem.five), strict=True)
)
key = RatingItem.key


def among(rows: Iterable[object]) -> Rating:
    """The rating among the rows of a batch read; that of a product without reviews is not stored."""
    return next((row.rating for row in rows if isinstance(row, RatingItem)), Rating())


def move(transaction: Transaction, product_id: str, before: int | None, after: int | None) -> None:
    """Count a review with other stars, or None for not at all, in the transaction that makes it so."""
    if before == after:
        return
    actions = [_by(RatingItem.revision, 1)]
    actions += [_by(_COUNTERS[after], 1)] if after else []
    actions += [_by(_COUNTERS[before], -1)] if before else []
    transaction.update(RatingItem(*key(product_id)[1:]), actions)


def _by(counter: Whole, number: int) -> Action:
    action: Action = counter.set((counter | 0) + number if number > 0 else (counter | 0) - -number)
    return action


def find(product_id: str) -> tuple[Rating, int]:
    """As it is now, with its revision."""
    item = tables.get(*key(product_id))
    return (item.rating, item.revision) if item else (Rating(), 0)


def correct(product_id: str, stars: Sequence[int], seen_revision: int) -> bool:
    """Set what was counted, unless a review has changed since; a repeat is refused and does no harm."""
    pairs = zip(_COUNTERS.values(), stars, strict=True)
    actions = [counter.set(number) for counter, number in pairs]
    unchanged = RatingItem.revision == seen_revision
    if not seen_revision:
        unchanged = unchanged | RatingItem.revision.does_not_exist()
    try:
        tables.update(
            RatingItem(*key(product_id)[1:]), [*actions, RatingItem.revision.set(seen_revision + 1)], unchanged
        )
    except ConditionFailed:
        return False
    return True
