"""Products: every change of one, and those that are stored. What lists and pages show is in reading.py."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from chalicelib import sweeping
from chalicelib.errors import SkuTaken
from chalicelib.products import cards, editing
from chalicelib.products.models import Image as Image
from chalicelib.products.models import Product as Product
from chalicelib.products.models import ProductItem, Variant
from chalicelib.products.parts import Stale
from chalicelib.products.saving import finish, save
from chalicelib.products.schemas import ChangeProduct, ChangeVariant, CreateProduct, NewVariant
from chalicelib.stock import counters
from chalicelib.table import batch_get
from common import clock
from common.ids import new_id
from common.problems import NotFound, Unavailable
from common.versions import Precondition

_ROUNDS = 8
_BATCH = 100
_PAGE = 1_000  # cards, which are small


def create_product(new: CreateProduct) -> Product:
    """A product with its slug and SKUs, all or nothing. Each round has an id of its own: a claim made for one that was
    given up can't be mistaken for the next one's."""
    units = {variant.sku: variant.stock for variant in new.variants}
    for _ in range(_ROUNDS):
        product = editing.made(new, new_id("prd"), int(clock.now()), in_stock=any(units.values()))
        try:
            return save(None, product, units, {})
        except Stale:
            continue
    raise Unavailable(retry_after=1)


def change_product(product_id: str, changes: ChangeProduct, precondition: Precondition) -> Product:
    """Change what is named, at the version that the caller read."""
    variants = changes.variants if changes.variants is not UNSET else []
    units = {variant.sku: variant.stock for variant in variants}
    return edit(product_id, lambda seen: editing.changed(seen, changes), precondition, required=True, units=units)


def archive_product(product_id: str, precondition: Precondition) -> None:
    """Take it out of sale and free its slug and SKUs; a repeat finds it archived."""
    edit(product_id, lambda seen: editing.with_status(seen, "archived"), precondition)


def add_variant(product_id: str, new: NewVariant, precondition: Precondition) -> Product:
    def add(seen: Product) -> Product:
        if any(one.sku == new.sku for one in seen.variants):
            raise SkuTaken(skus=[new.sku])
        return editing.with_variants(seen, [*seen.variants, editing.variant(new)])

    return edit(product_id, add, precondition, units={new.sku: new.stock})


def change_variant(product_id: str, sku: str, changes: ChangeVariant, precondition: Precondition) -> Product:
    """Change what is named, at the product's version that the caller read."""

    def change(seen: Product) -> Product:
        found = variant_of(seen, sku)
        changed = [editing.changed_variant(one, changes) if one is found else one for one in seen.variants]
        return editing.with_variants(seen, changed)

    return edit(product_id, change, precondition, required=True, find=lambda seen: variant_of(seen, sku))


def delete_variant(product_id: str, sku: str, precondition: Precondition) -> None:
    """Remove it with its stock; its SKU is free again."""

    def remove(seen: Product) -> Product:
        found = variant_of(seen, sku)
        return editing.with_variants(seen, [one for one in seen.variants if one is not found])

    edit(product_id, remove, precondition, find=lambda seen: variant_of(seen, sku))


def variant_of(product: Product, sku: str) -> Variant:
    found = next((one for one in product.variants if one.sku == sku), None)
    if found is None:
        raise NotFound
    return found


def edit(
    product_id: str,
    change: Callable[[Product], Product],
    precondition: Precondition,
    *,
    required: bool = False,
    units: Mapping[str, int] | None = None,
    find: Callable[[Product], object] = lambda _: None,
) -> Product:
    """Read, change, write where it was read; whoever was overtaken starts again from what is stored then.

    `find` raises NotFound for a part that is not there, which comes before the precondition. A change that gives the
    same product back writes nothing.
    """
    for _ in range(_ROUNDS):
        seen = stored(product_id)
        find(seen)
        precondition.check(seen.version, required=required)
        changed = editing.checked(change(seen))
        if changed == seen:
            return seen
        new = {variant.sku for variant in changed.variants} - {variant.sku for variant in seen.variants}
        try:
            lots, left = _returning(seen, changed)
            in_stock = changed.in_stock or left or any((units or {}).get(sku) for sku in new)
            after = replace(changed, version=seen.version + 1, updated_at=int(clock.now()), in_stock=in_stock)
            return save(seen, after, units or {}, lots)
        except Stale:
            continue
    raise Unavailable(retry_after=1)


def stored(product_id: str) -> Product:
    """As it is now, for staff: a consistent read."""
    product = ProductItem.find(product_id, consistent=True)
    if product is None:
        raise NotFound
    return product


def stored_many(product_ids: Sequence[str]) -> list[Product]:
    """Those that there are, as they are now: one consistent batch read for a hundred."""
    rows = batch_get([ProductItem.key(one) for one in product_ids], consistent=True)
    return [row.document for row in rows if row.document]


def with_processing_pictures() -> list[Product]:
    """Those of which a picture has not been looked into yet, as they are now."""
    ids = list(ProductItem.left_processing())
    found = [one for start in range(0, len(ids), _BATCH) for one in stored_many(ids[start : start + _BATCH])]
    return [product for product in found if product.processing]


def all_stored() -> Iterator[Product]:
    """Every product in ascending order of its id, by the list of all cards: for repairs."""
    after: str | None = None
    while rows := cards.listed(cards.EVERYTHING, None, "oldest", after, _PAGE):
        for start in range(0, len(rows), _BATCH):
            some = rows[start : start + _BATCH]
            found = {product.id: product for product in stored_many([row.product_id for row in some])}
            yield from (found[row.product_id] for row in some if row.product_id in found)
        after = cards.position(rows[-1], "oldest")


def _returning(seen: Product, after: Product) -> tuple[dict[str, str], bool]:
    """Of a product that leaves the archive: the lots of SKUs that are still its own, and whether units are left.

    A SKU that is claimed was on its way back in a try that was cut off. Raises Stale if one may not be free yet.
    """
    if seen.live or not after.live:
        return {}, False
    if not seen.finished:
        finish(seen)
        raise Stale
    kept = {variant.sku for variant in seen.variants}
    found = counters.levels([one.sku for one in after.variants if one.sku in kept], consistent=True)
    own = [one for one in found.values() if (one.freed or one.claimed) and one.product_id == seen.id]
    return {one.sku: one.lot for one in own}, any(one.available for one in own)


def follow_stock(product_id: str) -> None:
    """Show on the cards whether any variant is in stock, after one sold out or came in again.

    The counters are read after the product, and the product's revision is moved even if nothing differs: of two that
    do this at once the later writer is refused and reads again, so the last word was read last.
    """
    for _ in range(_ROUNDS):
        seen = ProductItem.find(product_id, consistent=True)
        if seen is None:
            return
        found = counters.levels([variant.sku for variant in seen.variants], consistent=True)
        in_stock = any(one.available > 0 for one in found.values() if one.product_id == product_id)
        try:
            save(seen, replace(seen, in_stock=in_stock), {}, {})
        except Stale:
            continue
        return
    raise Unavailable(retry_after=1)


def sweep() -> None:
    """Bring into step what a change beyond one transaction left behind; run each minute."""
    sweeping.each(ProductItem.left_unfinished(), _finish)


def _finish(product_id: str) -> None:
    product = ProductItem.find(product_id, consistent=True)
    if product and not product.finished:
        finish(product)
