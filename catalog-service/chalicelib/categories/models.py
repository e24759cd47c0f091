"""Category items: all in one partition, so that one query reads the tree, and their slugs."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.table import CatalogItem
from common.attributes import Document, Whole
from common.tables import Transaction, get, put, update

_PARTITION = "CATEGORIES"


class Category(CatalogItem):
    """`CATEGORIES / CAT#<id>`. A product is shown in its categories and in all above them.

    `names` are translated ones by language tag. `product_count` counts the active products shown here, `members` drafts
    too, `children` the categories right below. They are kept in step by the transactions that move products and
    categories, and do not change the version. `moves` tells whether they were moved since they were read.
    """

    id = UnicodeAttribute()
    slug = UnicodeAttribute()
    name = UnicodeAttribute()
    names: Document[dict[str, str]] = Document(dict[str, str], default=dict)
    parent_id = UnicodeAttribute(null=True)
    position = Whole(default=0)
    version = Whole(default=1)
    product_count = Whole(default=0)
    members = Whole(default=0)
    children = Whole(default=0)
    moves = Whole(default=0)

    @classmethod
    def key(cls, category_id: str) -> tuple[type["Category"], str, str]:
        return cls, _PARTITION, f"CAT#{category_id}"

    @classmethod
    def of(cls, category_id: str, **values: Any) -> "Category":
        return cls(_PARTITION, f"CAT#{category_id}", **values)

    @classmethod
    def find_all(cls) -> "list[Category]":
        return list(cls.query(_PARTITION, consistent_read=True))

    @classmethod
    def under(cls, parent_id: str | None) -> Condition:
        """That the category exists and has this parent."""
        same = cls.parent_id == parent_id if parent_id else cls.parent_id.does_not_exist()
        unmoved: Condition = cls.pk.exists() & same
        return unmoved

    @classmethod
    def tally(
        cls,
        transaction: Transaction,
        category_id: str,
        condition: Condition,
        *,
        products: int = 0,
        members: int = 0,
        children: int = 0,
    ) -> None:
        """Add to the counters; the transaction's token makes a repeat count once."""
        counted = ((cls.product_count, products), (cls.members, members), (cls.children, children))
        actions = [counter.set(counter + number) for counter, number in counted if number]
        transaction.update(cls.of(category_id), [*actions, cls._one_move_more()], condition)

    @classmethod
    def _one_move_more(cls) -> Action:
        return cls.moves.set((cls.moves | 0) + 1)

    def correct(self, *, products: int, members: int, children: int) -> None:
        """Set the counters, or ConditionFailed if they were moved since this was read; a repeat is refused so."""
        counted = ((Category.product_count, products), (Category.members, members), (Category.children, children))
        still = Category.moves == self.moves
        unmoved = Category.pk.exists() & (still if self.moves else still | Category.moves.does_not_exist())
        update(self, [*(counter.set(number) for counter, number in counted), self._one_move_more()], unmoved)

    @classmethod
    def check(cls, transaction: Transaction, category_id: str, condition: Condition) -> None:
        transaction.check(cls, _PARTITION, f"CAT#{category_id}", condition)


class CategorySlug(CatalogItem):
    """`CATSLUG#<slug> / SLUG`: makes a category's slug unique."""

    category_id = UnicodeAttribute()

    @classmethod
    def owner(cls, slug: str) -> str | None:
        found = get(cls, f"CATSLUG#{slug}", "SLUG")
        return found.category_id if found else None

    @classmethod
    def hand_over(cls, slug: str, owner: str | None, category_id: str) -> None:
        """To a category, as long as it is this one's; ConditionFailed otherwise. A repeat is refused and harmless."""
        free = cls.pk.does_not_exist() if owner is None else cls.category_id == owner
        put(cls(f"CATSLUG#{slug}", "SLUG", category_id=category_id), free)

    @classmethod
    def put(cls, transaction: Transaction, slug: str, category_id: str) -> None:
        transaction.put(cls(f"CATSLUG#{slug}", "SLUG", category_id=category_id), cls.pk.does_not_exist())

    @classmethod
    def drop(cls, transaction: Transaction, slug: str, category_id: str) -> None:
        transaction.delete(cls(f"CATSLUG#{slug}", "SLUG"), cls.category_id == category_id)
