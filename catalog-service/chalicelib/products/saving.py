"""Writes a product and everything that follows from it: slug, SKUs, cards, and the categories' counts.

`save` compares the product before and after and puts what differs into one transaction. The product's revision is its
first condition, so that a lost race or a repeat changes nothing and is tried again from what is stored then.

A transaction has room for 100 items. What can't fit, as 100 SKUs beside the product itself or cards in ten currencies,
is staged so that a crash at any point leaves nothing half done:
1. New SKUs beyond the room are claimed first, not for sale; those that return from the archive keep their units. If the
   product is then not written, a claim binds nobody: whoever wants such a SKU ends it, and in the same transaction sees
   to it that the product can't come after all. The product itself takes up its claims when it is tried again.
2. The product is written, with the lists of its SKUs and cards that are not in step yet. Its cards in the shop's own
   currency and the categories' counts always fit; cards in further currencies come next, then SKUs.
3. These are brought into step, and the lists are emptied. The sweeper does so for products that were left.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from chalicelib.categories import domain as categories
from chalicelib.errors import SkuTaken, SlugTaken
from chalicelib.products.cards import Card, cards_of, is_further
from chalicelib.products.models import Product, ProductItem, Slug, Variant
from chalicelib.stock import counters
from common.tables import Reason, Refused, Transaction

_ROOM = 100


class Stale(Exception):
    """Something was written since it was read; read it again and try once more."""


@dataclass(frozen=True)
class Part:
    """One item of the transaction, and what its refusal means."""

    add: Callable[[Transaction], None]
    refused: Callable[[], Exception] = Stale
    sku: str = ""
    owner: str = ""
    shelf: str = ""


def save(before: Product | None, after: Product, units: Mapping[str, int], lots: Mapping[str, str]) -> Product:
    """Write `after` where `before` is stored, or raise Stale, SlugTaken or SkuTaken and change nothing.

    `units` are the first units of new SKUs; `lots` those that an archived product takes back.
    """
    cards, further = _cards(before, after)
    others = [*_slugs(before, after), *cards, *_counts(before, after)]
    new, changed = _new_skus(before, after, units, lots), _changed_skus(before, after)
    room = _ROOM - 1 - len(others)
    early, new = new[room:], new[:room]
    further, late_cards = _cut(further, room - len(new))
    changed, late = _cut(changed, room - len(new) - len(further))
    written = replace(
        after,
        revision=before.revision + 1 if before else 1,
        unfinished=_left(before.unfinished if before else (), (part.sku for part in (*early, *late))),
        unfinished_cards=_left(before.unfinished_cards if before else (), (part.shelf for part in late_cards)),
    )
    for start in range(0, len(early), _ROOM):
        _commit([_owning(after, part.sku, units, lots, claimed=True) for part in early[start : start + _ROOM]])
    _commit([_product(before, written), *others, *new, *further, *changed])
    return written if written.finished else finish(written)


def _cut(parts: list[Part], room: int) -> tuple[list[Part], list[Part]]:
    """Those that there is room for, and those that come later."""
    return parts[:room], parts[room:]


def _left(known: Iterable[str], late: Iterable[str]) -> list[str]:
    return sorted({*known, *late})


def parts_of_new(product: Product, units: Mapping[str, int]) -> list[Part]:
    """What a product that is made consists of, but for its categories' counts: for several in one transaction."""
    cards, further = _cards(None, product)
    return [
        _product(None, product),
        *_slugs(None, product),
        *cards,
        *further,
        *_new_skus(None, product, units, {}),
    ]


def _commit(parts: Sequence[Part]) -> None:
    """All or none; the token of the transaction makes a repeat after a lost reply harmless."""
    transaction = Transaction()
    for part in parts:
        part.add(transaction)
    try:
        transaction.commit()
    except Refused as refused:
        counters.gather_refused(refused.reasons)
        raise _blamed(parts, refused.reasons) from None


def _blamed(parts: Sequence[Part], reasons: Sequence[Reason | None]) -> Exception:
    pairs = zip(parts, reasons, strict=True)
    failed = [(part, reason) for part, reason in pairs if reason and reason.code == "ConditionalCheckFailed"]
    for part, _ in failed:
        if not part.owner:
            return part.refused()
    taken = [part.sku for part, reason in failed if not _unclaimed(part, reason)]
    return SkuTaken(skus=taken) if taken else Stale()


def _product(before: Product | None, after: Product) -> Part:
    seen = before.revision if before else None
    return Part(lambda transaction: ProductItem.write(transaction, after, seen))


def _slugs(before: Product | None, after: Product) -> list[Part]:
    old = before.slug if before and before.live else None
    new = after.slug if after.live else None
    parts = []
    if new and new != old:
        parts.append(Part(partial(Slug.put, slug=new, product_id=after.id), SlugTaken))
    if old and new != old:
        parts.append(Part(partial(Slug.drop, slug=old, product_id=after.id)))
    return parts


def _cards(before: Product | None, after: Product) -> tuple[list[Part], list[Part]]:
    """Cards that differ are written whole, those of shelves that it left are removed; then those in more currencies."""
    old, new = cards_of(before) if before else {}, cards_of(after)
    differing = [shelf for shelf in new if shelf not in old or old[shelf].serialize() != new[shelf].serialize()]
    parts = [_card(after, shelf, new) for shelf in (*differing, *sorted(old.keys() - new.keys()))]
    return [one for one in parts if not is_further(one.shelf)], [one for one in parts if is_further(one.shelf)]


def _card(product: Product, shelf: str, cards: Mapping[str, Card]) -> Part:
    """The card as it should be. Without a condition: the product's revision, in the same transaction, guards it."""
    add = cards[shelf].put if shelf in cards else Card.at(product.id, shelf).drop
    return Part(add, shelf=shelf)


def _counts(before: Product | None, after: Product) -> list[Part]:
    old, was_active = (set(before.shelves), before.status == "active") if before else (set(), False)
    new, active = set(after.shelves), after.status == "active"
    tree = categories.read_tree() if new - old else {}
    if not new - old <= tree.keys():
        raise Stale
    parts = [Part(partial(categories.enter, category=tree[one], active=active)) for one in sorted(new - old)]
    parts += [Part(partial(categories.leave, category_id=one, active=was_active)) for one in sorted(old - new)]
    change = active - was_active
    kept = sorted(old & new) if change else []
    return parts + [Part(partial(categories.recount, category_id=one, number=change)) for one in kept]


def _owned(product: Product | None) -> dict[str, Variant]:
    return {variant.sku: variant for variant in product.variants} if product and product.live else {}


def _new_skus(before: Product | None, after: Product, units: Mapping[str, int], lots: Mapping[str, str]) -> list[Part]:
    fresh = _owned(after).keys() - _owned(before).keys()
    return [_owning(after, sku, units, lots) for sku in _owned(after) if sku in fresh]


def _owning(
    after: Product, sku: str, units: Mapping[str, int], lots: Mapping[str, str], *, claimed: bool = False
) -> Part:
    """The SKU becomes the product's: new, or back from the archive with what is left of it."""
    offer = offer_of(after, _owned(after)[sku])
    if sku in lots:
        add = partial(counters.revive, sku=sku, offer=offer, lot=lots[sku], claimed=claimed)
    else:
        add = partial(counters.own, sku=sku, offer=offer, units=units.get(sku, 0), claimed=claimed)
    return Part(add, sku=sku, owner=after.id)


def _changed_skus(before: Product | None, after: Product) -> list[Part]:
    if before is None:
        return []
    old, new = _owned(before), _owned(after)
    away = counters.remove if after.live else counters.free
    gone = [Part(partial(away, sku=sku, product_id=after.id), sku=sku) for sku in old if sku not in new]
    offers = {
        sku: offer_of(after, new[sku])
        for sku in new
        if sku in old and offer_of(before, old[sku]) != offer_of(after, new[sku])
    }
    return gone + [Part(partial(counters.describe, sku=sku, offer=offer), sku=sku) for sku, offer in offers.items()]


def offer_of(product: Product, variant: Variant) -> counters.Offer:
    """What is sold under a variant's SKU."""
    return counters.Offer(
        product_id=product.id,
        name=product.name,
        options=variant.options,
        price=variant.price,
        weight_g=variant.weight_g,
        thumb=product.thumb,
        sellable=product.status == "active",
        prices=variant.prices,
        names=product.names,
    )


def _unclaimed(part: Part, reason: Reason) -> bool:
    """Whether to try again for a SKU that was refused: it was only set aside for a change that was never written, or
    it is the product's own by now.

    One transaction ends the claim and moves the revision of its product (one that does not exist is buried), so that
    the change, should it still be on its way, is refused.
    """
    sku, holder_id = part.sku, counters.claimed_for(reason)
    if holder_id is None:
        return counters.owned_by(reason) == part.owner
    holder = ProductItem.find(holder_id, consistent=True)
    if holder and (sku in _owned(holder) or sku in holder.unfinished):
        return False
    transaction = Transaction()
    if holder:
        ProductItem.write(transaction, replace(holder, revision=holder.revision + 1), holder.revision)
    else:
        ProductItem.bury(transaction, holder_id)
    counters.seize(transaction, sku, holder_id)
    try:
        transaction.commit()
    except Refused:
        pass  # somebody else was faster: the next round sees what is true then
    return True


def finish(product: Product) -> Product:
    """Bring cards and SKUs that are not in step into step with their product; each write may be repeated."""
    try:
        return _finish_skus(_finish_cards(product))
    except Stale:
        return product  # changed meanwhile: the one who did, or the sweeper, finishes


def _finish_cards(product: Product) -> Product:
    """So many with each transaction, which takes them off the list and proves that the product is as it was read."""
    cards = cards_of(product)
    while product.unfinished_cards:
        now, later = product.unfinished_cards[: _ROOM - 1], product.unfinished_cards[_ROOM - 1 :]
        shorter = replace(product, unfinished_cards=later, revision=product.revision + 1)
        _commit([_product(product, shorter), *(_card(product, shelf, cards) for shelf in now)])
        product = shorter
    return product


def _finish_skus(product: Product) -> Product:
    if not product.unfinished:
        return product
    live = _owned(product)
    for sku in product.unfinished:
        while not _in_step(product, sku, live.get(sku)):
            pass  # it had been dealt out over shards
    done = replace(product, unfinished=[], revision=product.revision + 1)
    _commit([_product(product, done)])
    return done


def _in_step(product: Product, sku: str, variant: Variant | None) -> bool:
    """Bring a SKU into step; False if it has to be tried once more."""
    transaction = Transaction()
    if variant:
        counters.describe(transaction, sku, offer_of(product, variant))
    else:
        away = counters.remove if product.live else counters.free
        away(transaction, sku, product.id)
    try:
        transaction.commit()
    except Refused as refused:
        return not counters.gather_refused(refused.reasons)  # else: removed, or freed and taken by another
    return True
