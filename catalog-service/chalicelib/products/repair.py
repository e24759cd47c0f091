"""Proves that everything is as the products say, and mends what is not: cards, slugs, SKUs, signs of stock, counts.

It may run while the shop sells and edits: each repair is one transaction that proves that the product is still as it
was read, so that an edit is never undone; what was overtaken is looked at again.

It never scans. Every product is on one list of its own; cards of what is no product are found on the shelf of
everything and on those of the categories, in every currency. Not found are a slug or a SKU that stands for a product
which does not name it, and cards of no product on the shelf of a category that is no more: no query lists those.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from chalicelib.categories import domain as categories
from chalicelib.categories import repair as category_repair
from chalicelib.products import cards, domain, faces
from chalicelib.products.flaws import Flaw, find_flaws
from chalicelib.products.models import PRODUCTS, Product, ProductItem
from chalicelib.products.parts import Stale
from chalicelib.products.saving import finish, save
from chalicelib.reviews import domain as reviews
from chalicelib.stock import counters
from common.money import DECIMALS
from common.tables import Refused, Transaction

SETTLED_S = 1.0  # an index is behind its table by less
_PAGE, _ROOM, _ROUNDS = 100, 99, 8


class Repair:
    """One run; it counts what stands in each category as it goes."""

    def __init__(self, *, dry_run: bool) -> None:
        self.dry_run = dry_run
        self.seen: set[str] = set()
        self.unlisted: set[str] = set()
        self.currencies: set[str] = set()
        self.members: Counter[str] = Counter()
        self.active: Counter[str] = Counter()

    def run(self, only: Iterable[str] = ()) -> Iterator[str]:
        """A line for each difference, after it was mended; with `only` of these products and the counts they are in."""
        wanted = list(only)
        for product_id in wanted or self._everywhere():
            yield from self._mend_product(product_id)
            if not reviews.recount(product_id, mend=not self.dry_run):
                yield f"{product_id}: its rating is not that of its reviews"
        if wanted:
            yield from self._mend_counts(sorted(self.members))
        else:
            yield from category_repair.mend_slugs(dry_run=self.dry_run)
            counted = category_repair.wrong_counts(lambda one: (self.active[one], self.members[one]))
            yield from self._mend_counts(list(counted))

    def _everywhere(self) -> Iterator[str]:
        """Ids of products, each once, by their list and by every shelf that there is."""
        yield from self._new(PRODUCTS)
        for product_id in self._new(cards.EVERYTHING):
            self.unlisted.add(product_id)
            yield product_id
        for code in DECIMALS:
            shelf = cards.priced_shelf(cards.EVERYTHING, code)
            if cards.listed(shelf, None, "oldest", None, 1):
                self.currencies.add(code)
                yield from self._new(shelf)
        for category_id in categories.read_tree():
            for currency in (None, *sorted(self.currencies)):
                yield from self._new(cards.priced_shelf(category_id, currency))

    def _new(self, shelf: str) -> Iterator[str]:
        for product_id in on_shelf(shelf):
            if product_id not in self.seen:
                self.seen.add(product_id)
                yield product_id

    def _mend_product(self, product_id: str) -> Iterator[str]:
        for _ in range(_ROUNDS):
            product = ProductItem.find(product_id, consistent=True)
            try:
                yield from self._mend_as_seen(product_id, product)
            except Stale:
                continue
            self._note(product)
            return
        yield f"{product_id}: changed all the time; run the repair again"

    def _mend_as_seen(self, product_id: str, product: Product | None) -> Iterator[str]:
        """Raises Stale once the product is not as it was read."""
        if product and not product.finished and not self.dry_run:
            finish(product)
            raise Stale
        if product:
            yield from self._mend_document(product)
        flaws = find_flaws(product_id, product)
        for start in range(0, len(flaws), _ROOM):
            yield from self._mend(product_id, product, flaws[start : start + _ROOM])

    def _mend_document(self, product: Product) -> Iterator[str]:
        """What the product itself says of its categories and its stock; written as any other change is."""
        if product.id in self.unlisted:
            self.unlisted.remove(product.id)
            if not self.dry_run:
                save(product, product, {}, {})
            yield f"{product.id}: it was not on the list of products"
        elif product.shelves != (right := _right_shelves(product)):
            if not self.dry_run:
                known = [one for one in product.shelves if one in categories.read_tree()]
                save(replace(product, shelves=known), replace(product, shelves=right), {}, {})
            yield f"{product.id}: it stood on {product.shelves}, not {right}"
        elif product.live and product.in_stock != _in_stock(product):
            if not self.dry_run:
                domain.follow_stock(product.id)
            yield f"{product.id}: whether it is in stock was out of date"
        else:
            return
        if not self.dry_run:
            raise Stale

    def _mend(self, product_id: str, product: Product | None, flaws: list[Flaw]) -> Iterator[str]:
        """In one transaction with a look at the product: what was found with it is put right with it."""
        transaction = Transaction()
        ProductItem.check(transaction, product_id, product)
        for flaw in flaws:
            if flaw.mend and not self.dry_run:
                flaw.mend(transaction)
        try:
            transaction.commit()
        except Refused as refused:
            counters.gather_refused(refused.reasons)
            raise Stale from None
        yield from (f"{product_id}: {flaw.text}" for flaw in flaws)

    def _note(self, product: Product | None) -> None:
        if product:
            self.currencies.update(faces.further_currencies(product))
            self.members.update(product.shelves)
            self.active.update(product.shelves if product.status == "active" else [])

    def _mend_counts(self, category_ids: Sequence[str]) -> Iterator[str]:
        """Those that seem wrong are counted anew, once all indexes show what was counted before."""
        if category_ids:
            time.sleep(SETTLED_S)
        for category_id in category_ids:
            if line := category_repair.mend_counts(category_id, _counted, dry_run=self.dry_run):
                yield line


def on_shelf(shelf: str) -> Iterator[str]:
    """Ids of all products that have a card there, in any status, the oldest first."""
    after: str | None = None
    while rows := cards.listed(shelf, None, "oldest", after, _PAGE):
        yield from (row.product_id for row in rows)
        after = cards.position(rows[-1], "oldest")


def _counted(category_id: str) -> tuple[int, int]:
    """Products that are shown in a category, and all that stand in it, by its own shelf."""
    active = members = 0
    ids = list(on_shelf(category_id))
    for start in range(0, len(ids), _PAGE):
        found = [one for one in domain.stored_many(ids[start : start + _PAGE]) if category_id in one.shelves]
        members += len(found)
        active += sum(one.status == "active" for one in found)
    return active, members


def _right_shelves(product: Product) -> list[str]:
    tree = categories.read_tree() if product.live and product.category_ids else {}
    return categories.shelves([one for one in product.category_ids if one in tree], tree)


def _in_stock(product: Product) -> bool:
    found = counters.levels([one.sku for one in product.variants], consistent=True)
    return any(one.available > 0 for one in found.values() if one.product_id == product.id)
