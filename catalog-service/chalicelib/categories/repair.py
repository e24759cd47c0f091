"""Categories brought back into step: their slugs, and their counters with what was counted. For repairs only."""

from collections.abc import Callable, Iterator

from chalicelib.categories.domain import Tree, read_tree
from chalicelib.categories.models import Category, CategorySlug
from common.tables import ConditionFailed

Count = Callable[[str], tuple[int, int]]  # of a category: products that are shown in it, and all that stand in it
_ROUNDS = 5


def mend_slugs(*, dry_run: bool) -> Iterator[str]:
    """Every category owns its slug; a line for each that does not."""
    tree = read_tree()
    for one in tree.values():
        owner = CategorySlug.owner(one.slug)
        if owner == one.id or read_tree().get(one.id, one).slug != one.slug:
            continue
        if owner in tree and tree[owner].slug == one.slug:
            yield f"category {one.id}: its slug {one.slug} is also {owner}'s; change one of them"
            continue
        yield f"category {one.id}: its slug {one.slug} was not its own"
        if not dry_run:
            _hand_over(one, owner)


def _hand_over(category: Category, owner: str | None) -> None:
    try:
        CategorySlug.hand_over(category.slug, owner, category.id)
    except ConditionFailed:
        pass  # taken meanwhile: the next run sees by whom


def wrong_counts(count: Count) -> Iterator[str]:
    """Ids of categories whose counters are not as counted; with edits on their way some may be named in vain."""
    tree = read_tree()
    yield from (one.id for one in tree.values() if _counters(one) != (*count(one.id), _children(one, tree)))


def mend_counts(category_id: str, count: Count, *, dry_run: bool) -> str | None:
    """Count once more and correct the counters, unless they are right or the category has gone.

    They are read first and written only if nothing moved them since, so that no edit is counted twice or forgotten.
    """
    for _ in range(_ROUNDS):
        tree = read_tree()
        if category_id not in tree:
            return None
        seen = tree[category_id]
        right = (*count(category_id), _children(seen, tree))
        if _counters(seen) == right:
            return None
        moved = read_tree().get(category_id, seen).moves != seen.moves
        if not moved and (dry_run or _correct(seen, right)):
            return f"category {category_id}: counters {_counters(seen)} were to be {right} (shown, all, below)"
    return f"category {category_id}: its products changed all the time; run the repair again"


def _correct(seen: Category, right: tuple[int, int, int]) -> bool:
    try:
        seen.correct(products=right[0], members=right[1], children=right[2])
    except ConditionFailed:
        return False
    return True


def _counters(category: Category) -> tuple[int, int, int]:
    return category.product_count, category.members, category.children


def _children(category: Category, tree: Tree) -> int:
    return sum(one.parent_id == category.id for one in tree.values())
