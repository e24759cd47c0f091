"""Who received what, and may review it, and how much one customer may write."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.reviews.models import Review
from chalicelib.table import CatalogItem
from common import tables
from common.attributes import Whole
from common.tables import Transaction


class Received(CatalogItem):
    """`BUYER#<customer> / RCV#<product>`: one get tells whether somebody may review a product, and has.

    `watched`: a review of theirs was rejected and deleted, so the next one waits for the staff.
    """

    order_id = UnicodeAttribute()
    received_at = Whole()
    review_id = UnicodeAttribute(null=True)
    watched = BooleanAttribute(null=True)

    @property
    def product_id(self) -> str:
        return self.sk.removeprefix("RCV#")

    @classmethod
    def key(cls, customer: str, product_id: str) -> "tuple[type[Received], str, str]":
        return cls, f"BUYER#{customer}", f"RCV#{product_id}"

    @classmethod
    def of(cls, customer: str, product_id: str, **values: Any) -> "Received":
        _, pk, sk = cls.key(customer, product_id)
        return cls(pk, sk, **values)

    @classmethod
    def remember(cls, customer: str, product_id: str, order_id: str, at: int) -> None:
        """The first delivery counts: a repeat, late or racing, is refused and leaves what stands there."""
        try:
            tables.put(cls.of(customer, product_id, order_id=order_id, received_at=at), cls.pk.does_not_exist())
        except tables.ConditionFailed:
            pass

    @classmethod
    def enter(cls, transaction: Transaction, review: Review) -> None:
        """One review a customer and product: refused if there is one, or nothing was received."""
        free = cls.pk.exists() & cls.review_id.does_not_exist()
        transaction.update(cls.of(review.customer, review.product_id), [cls.review_id.set(review.id)], free)

    @classmethod
    def leave(cls, transaction: Transaction, review: Review) -> None:
        actions: list[Action] = [cls.review_id.remove()]
        actions += [cls.watched.set(True)] if review.status == "rejected" else []
        transaction.update(cls.of(review.customer, review.product_id), actions, cls.review_id == review.id)

    def forget(self, transaction: Transaction) -> None:
        """Refused if a review was written or deleted since it was read."""
        seen: str | None = self.review_id
        same = Received.review_id == seen if seen else Received.review_id.does_not_exist()
        transaction.delete(self, same)

    @classmethod
    def of_customer(cls, customer: str, after: str | None, limit: int) -> "list[Received]":
        """By product, from the product `after` on."""
        first, last = f"RCV#{after}\x00" if after else "RCV#", "RCV#\x7f"
        return list(cls.query(f"BUYER#{customer}", cls.sk.between(first, last), limit=limit, consistent_read=True))


class Allowance(CatalogItem):
    """`BUYER#<customer> / DAY#<date>`: how often somebody has written that day."""

    used = Whole(default=0)
    expires_at = Whole()

    @classmethod
    def use(cls, transaction: Transaction, customer: str, day: str, most: int, expires_at: int) -> None:
        """Counted in the transaction of what is written, so what failed is not counted. Refused beyond `most`."""
        actions = [cls.used.set((cls.used | 0) + 1), cls.expires_at.set(expires_at)]
        transaction.update(
            cls(f"BUYER#{customer}", f"DAY#{day}"), actions, cls.used.does_not_exist() | (cls.used < most)
        )

    @classmethod
    def forget_all(cls, customer: str) -> None:
        """One delete each; a repeat finds fewer."""
        for item in cls.query(f"BUYER#{customer}", cls.sk.startswith("DAY#"), consistent_read=True):
            item.delete()
