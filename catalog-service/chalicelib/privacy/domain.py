"""What this service holds on a person, and forgetting it: corrections of stock, products received, reviews."""

from dataclasses import dataclass

from chalicelib.reviews import domain as reviews
from chalicelib.reviews.domain import Receipt
from chalicelib.stock import domain as stock
from chalicelib.stock.adjustments import Adjustment

_END = "."


@dataclass(frozen=True)
class Held:
    """A page of each kind; `following` is where the next one begins, None on the last."""

    adjustments: list[Adjustment]
    receipts: list[Receipt]
    following: str | None


def find_all(person: str, position: str | None, limit: int) -> Held:
    """Up to `limit` of each kind, one query a kind that has not ended, and one read of the reviews that are there.

    A position is one of each kind, joined; ids hold no `|`.
    """
    after_adjustment, _, after_receipt = (position or "|").partition("|")
    more = limit + 1
    adjustments = [] if after_adjustment == _END else stock.list_adjustments(person, after_adjustment or None, more)
    receipts = [] if after_receipt == _END else reviews.list_received(person, after_receipt or None, more)
    ends = (
        adjustments[limit - 1].id if len(adjustments) > limit else _END,
        receipts[limit - 1].received.product_id if len(receipts) > limit else _END,
    )
    return Held(adjustments[:limit], receipts[:limit], "|".join(ends) if ends != (_END, _END) else None)


def forget_person(person: str, _tokens_ended: bool) -> bool:
    """Take an erased person off all that they wrote; whether nothing is left to do.

    Idempotency records hold ids and hashes only, and end by themselves.
    """
    stock.forget_author(person)
    reviews.forget_customer(person)
    return True
