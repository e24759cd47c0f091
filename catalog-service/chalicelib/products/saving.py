"""Writes a product and everything that follows from it: slug, SKUs, cards, and the categories' counts.

`save` compares the product before and after and puts what differs (parts.py) into one transaction. The product's
revision is its first condition, so that a lost race or a repeat changes nothing and is tried again from what is stored
then.

A transaction has room for 100 items. What can't fit, as 100 SKUs beside the product itself or cards in ten currencies,
is staged so that a crash at any point leaves nothing half done:
1. New SKUs beyond the room are claimed first, not for sale; those that return from the archive keep their units. If the
   product is then not written, a claim binds nobody: whoever wants such a SKU ends it, and in the same transaction sees
   to it that the product can't come after all. The product itself takes up its claims when it is tried again.
2. The product is written, with the lists of its SKUs and cards that are not in step yet. Its cards in the shop's own
   currency and the categories' counts always fit; cards in further currencies come next, then SKUs.
3. These are brought into step, and the lists are emptied. The sweeper does so for products that were left.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from chalicelib.errors import SkuTaken
from chalicelib.products.cards import cards_of
from chalicelib.products.models import Product, ProductItem, Variant
from chalicelib.products.parts import (
    Part,
    Stale,
    card_part,
    card_parts,
    changed_sku_parts,
    count_parts,
    document_part,
    new_sku_parts,
    offer_of,
    owned_variants,
    owning_part,
    slug_parts,
)
from chalicelib.stock import counters, owning
from common.tables import Reason, Refused, Transaction

_ROOM = 100


def save(before: Product | None, after: Product, units: Mapping[str, int], lots: Mapping[str, str]) -> Product:
    """Write `after` where `before` is stored, or raise Stale, SlugTaken or SkuTaken and change nothing.

    `units` are the first units of new SKUs; `lots` those that an archived product takes back.
    """
    cards, further = card_parts(before, after)
    others = [*slug_parts(before, after), *cards, *count_parts(before, after)]
    new, changed = new_sku_parts(before, after, units, lots), changed_sku_parts(before, after)
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
        _commit([owning_part(after, part.sku, units, lots, claimed=True) for part in early[start : start + _ROOM]])
    _commit([document_part(before, written), *others, *new, *further, *changed])
    return written if written.finished else finish(written)


def _cut(parts: list[Part], room: int) -> tuple[list[Part], list[Part]]:
    """Those that there is room for, and those that come later."""
    return parts[:room], parts[room:]


def _left(known: Iterable[str], late: Iterable[str]) -> list[str]:
    return sorted({*known, *late})


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


def _unclaimed(part: Part, reason: Reason) -> bool:
    """Whether to try again for a SKU that was refused: it was only set aside for a change that was never written, or
    it is the product's own by now.

    One transaction ends the claim and moves the revision of its product (one that does not exist is buried), so that
    the change, should it still be on its way, is refused.
    """
    sku, holder_id = part.sku, owning.claimed_for(reason)
    if holder_id is None:
        return owning.owned_by(reason) == part.owner
    holder = ProductItem.find(holder_id, consistent=True)
    if holder and (sku in owned_variants(holder) or sku in holder.unfinished):
        return False
    transaction = Transaction()
    if holder:
        ProductItem.write(transaction, replace(holder, revision=holder.revision + 1), holder.revision)
    else:
        ProductItem.bury(transaction, holder_id)
    owning.seize(transaction, sku, holder_id)
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
        _commit([document_part(product, shorter), *(card_part(product, shelf, cards) for shelf in now)])
        product = shorter
    return product


def _finish_skus(product: Product) -> Product:
    if not product.unfinished:
        return product
    live = owned_variants(product)
    for sku in product.unfinished:
        while not _in_step(product, sku, live.get(sku)):
            pass  # it had been dealt out over shards
    done = replace(product, unfinished=[], revision=product.revision + 1)
    _commit([document_part(product, done)])
    return done


def _in_step(product: Product, sku: str, variant: Variant | None) -> bool:
    """Bring a SKU into step; False if it has to be tried once more."""
    transaction = Transaction()
    if variant:
        owning.describe(transaction, sku, offer_of(product, variant))
    else:
        away = owning.remove if product.live else owning.free
        away(transaction, sku, product.id)
    try:
        transaction.commit()
    except Refused as refused:
        return not counters.gather_refused(refused.reasons)  # else: removed, or freed and taken by another
    return True
