"""The tree of categories, and the counters that products keep in step."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.categories.models import Category as Category
from chalicelib.categories.models import CategorySlug
from chalicelib.categories.schemas import TranslatedName
from chalicelib.errors import CategoryNotEmpty, SlugTaken
from common import locales
from common.ids import new_id
from common.problems import NotFound, Unavailable, invalid
from common.tables import Reason, Refused, Transaction
from common.versions import Precondition

MAX_DEPTH = 6
_ROUNDS = 5
_REMEMBERED_SECONDS = 10.0
_remembered: tuple[float, list[Category]] = (-_REMEMBERED_SECONDS, [])

Tree = Mapping[str, Category]


def list_categories() -> list[Category]:
    """All of them, in one query, by position."""
    return sorted(Category.find_all(), key=lambda one: (one.position, one.name, one.id))


def names_of(translations: Mapping[str, TranslatedName]) -> dict[str, str]:
    """By normalised language tag; two ways to write one tag are one too many."""
    found = {locales.normalised(tag): one.name for tag, one in translations.items()}
    if len(found) < len(translations):
        raise invalid("translations", "A language is named twice.")
    return found


def create_category(slug: str, parent_id: str | None, **values: Any) -> Category:
    """One transaction of slug, category and parent; its token makes a repeat of a lost reply harmless."""
    for _ in range(_ROUNDS):
        above = _path(parent_id, read_tree()) if parent_id else []
        category_id = new_id("cat")
        made = Category.of(category_id, id=category_id, slug=slug, parent_id=parent_id, **values)
        transaction = Transaction()
        CategorySlug.put(transaction, slug, category_id)
        transaction.put(made, Category.pk.does_not_exist())
        _adopt(transaction, above)
        try:
            transaction.commit()
        except Refused as refused:
            _raise_if_failed(refused.reasons[0], SlugTaken)
        else:
            forget()
            return made
    raise Unavailable(retry_after=1)


def change_category(category_id: str, changes: Mapping[str, Any], precondition: Precondition) -> Category:
    """Rename or move a category at the version that the caller read.

    One transaction of the category, both slugs and both parents. Each has its condition, so that a race ends in another
    round, which finds the newer version. Two moves can't make a circle: each proves the path above its new parent.
    """
    for _ in range(_ROUNDS):
        tree = read_tree()
        seen = _in(tree, category_id)
        precondition.check(seen.version, required=True)
        changed = {name: value for name, value in changes.items() if getattr(seen, name) != value}
        try:
            _change(seen, changed, tree).commit()
        except Refused as refused:
            _raise_if_occupied(refused.reasons[0], seen)
            if "slug" in changed:
                _raise_if_failed(refused.reasons[1], SlugTaken)
        else:
            forget()
            return _changed(seen, changed)
    raise Unavailable(retry_after=1)


def delete_category(category_id: str, precondition: Precondition) -> None:
    """Remove an empty category, in one transaction with its slug and its parent's count; a repeat finds it gone."""
    for _ in range(_ROUNDS):
        seen = _in(read_tree(), category_id)
        precondition.check(seen.version, required=False)
        empty = (Category.children == 0) & (Category.members == 0)
        transaction = Transaction()
        transaction.delete(Category.of(category_id), (Category.version == seen.version) & empty)
        CategorySlug.drop(transaction, seen.slug, category_id)
        _disown(transaction, seen.parent_id)
        try:
            transaction.commit()
        except Refused as refused:
            _raise_if_occupied(refused.reasons[0], seen)
        else:
            forget()
            return
    raise Unavailable(retry_after=1)


def _change(seen: Category, changed: Mapping[str, Any], tree: Tree) -> Transaction:
    """The category comes first, then the new slug: refusals are told apart by their places."""
    moved = "parent_id" in changed
    actions = [getattr(Category, name).set(value) for name, value in changed.items() if value is not None]
    actions += [Category.parent_id.remove()] if moved and changed["parent_id"] is None else []
    condition = Category.version == seen.version
    transaction = Transaction()
    transaction.update(
        Category.of(seen.id),
        [*actions, Category.version.set(seen.version + 1)],
        condition & (Category.members == 0) if moved else condition,
    )
    if "slug" in changed:
        CategorySlug.put(transaction, changed["slug"], seen.id)
        CategorySlug.drop(transaction, seen.slug, seen.id)
    if moved:
        path = _path(changed["parent_id"], tree, moved=seen.id) if changed["parent_id"] else []
        _adopt(transaction, path, leaving=seen.parent_id)
        if seen.parent_id not in {one.id for one in path}:
            _disown(transaction, seen.parent_id)
    return transaction


def _changed(seen: Category, changed: Mapping[str, Any]) -> Category:
    for name, value in changed.items():
        setattr(seen, name, value)
    seen.version += 1
    return seen


def _adopt(transaction: Transaction, above: list[Category], leaving: str | None = None) -> None:
    """One child more for the first of `above`, as long as the whole path is as it was read.

    The former parent may stand further up that path; a transaction can't name an item twice.
    """
    for place, one in enumerate(above):
        if place == 0 or one.id == leaving:
            Category.tally(transaction, one.id, Category.under(one.parent_id), children=1 if place == 0 else -1)
        else:
            Category.check(transaction, one.id, Category.under(one.parent_id))


def _disown(transaction: Transaction, parent_id: str | None) -> None:
    if parent_id:
        Category.tally(transaction, parent_id, Category.pk.exists(), children=-1)


def _path(category_id: str, tree: Tree, moved: str | None = None) -> list[Category]:
    """A new parent and all above it; a circle, an unknown parent or too deep a tree is a bad `parent_id`."""
    if category_id not in tree:
        raise invalid("parent_id", "There is no such category.")
    path = above(category_id, tree)
    if any(one.id == moved for one in path):
        raise invalid("parent_id", "A category can't stand below itself.")
    if len(path) + _height(moved, tree) > MAX_DEPTH:
        raise invalid("parent_id", f"At most {MAX_DEPTH} levels.", "limit_reached")
    return path


def _height(category_id: str | None, tree: Tree) -> int:
    """Levels of a category with those below it; one for a new category."""
    below = (one.id for one in tree.values() if category_id and one.parent_id == category_id)
    return 1 + max((_height(one, tree) for one in below), default=0)


def above(category_id: str, tree: Tree) -> list[Category]:
    """The category and all above it, upwards."""
    path = [tree[category_id]]
    while (parent := path[-1].parent_id) and parent in tree:
        path.append(tree[parent])
    return path


def _raise_if_failed(reason: Reason | None, problem: type[Exception]) -> None:
    if reason and reason.code == "ConditionalCheckFailed":
        raise problem


def _raise_if_occupied(reason: Reason | None, seen: Category) -> None:
    """Its version was right, so it is what stands in it that refused."""
    if reason and reason.item and Category.from_raw_data(reason.item).version == seen.version:
        raise CategoryNotEmpty


def _in(tree: Tree, category_id: str) -> Category:
    if category_id not in tree:
        raise NotFound
    return tree[category_id]


def read_tree() -> dict[str, Category]:
    """Every category by its id, as stored now."""
    return {one.id: one for one in Category.find_all()}


def shelves(category_ids: Iterable[str], tree: Tree) -> list[str]:
    """The categories in which a product of these is shown: they and all above them."""
    return sorted({one.id for category_id in category_ids for one in above(category_id, tree)})


def enter(transaction: Transaction, category: Category, *, active: bool) -> None:
    """One product more is shown in it, as long as it stands where it was read."""
    Category.tally(transaction, category.id, Category.under(category.parent_id), products=int(active), members=1)


def enter_many(transaction: Transaction, category: Category, *, members: int, active: int) -> None:
    """The same for several products of one transaction, in which no item stands twice."""
    Category.tally(transaction, category.id, Category.under(category.parent_id), products=active, members=members)


def leave(transaction: Transaction, category_id: str, *, active: bool) -> None:
    Category.tally(transaction, category_id, Category.pk.exists(), products=-int(active), members=-1)


def recount(transaction: Transaction, category_id: str, number: int) -> None:
    """A product that is shown in it became active, or no longer is."""
    Category.tally(transaction, category_id, Category.pk.exists(), products=number)


def id_of(slug: str) -> str | None:
    """Of a category's slug; read anew when it is not among those remembered, which are seconds old at most."""
    known = {one.slug: one.id for one in remembered()}
    if slug not in known:
        forget()
        known = {one.slug: one.id for one in remembered()}
    return known.get(slug)


def remembered() -> list[Category]:
    """The categories as they were some seconds ago at most."""
    global _remembered
    if time.monotonic() - _remembered[0] > _REMEMBERED_SECONDS:
        _remembered = (time.monotonic(), Category.find_all())
    return _remembered[1]


def forget() -> None:
    """Read them anew next time."""
    global _remembered
    _remembered = (-_REMEMBERED_SECONDS, [])


def keys(category_ids: Iterable[str]) -> list[tuple[type[Category], str, str]]:
    """For a batch read together with items of other kinds."""
    return [Category.key(category_id) for category_id in category_ids]


def among(rows: Iterable[object]) -> list[Category]:
    """The categories in what a batch read gave."""
    return [row for row in rows if isinstance(row, Category)]
