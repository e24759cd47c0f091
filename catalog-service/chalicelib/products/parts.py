"""What a change of a product consists of, item by item: itself, its slug, cards and SKUs, and its categories' counts.

Each part says what its refusal means. How they are put into transactions is told in saving.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from chalicelib.categories import domain as categories
from chalicelib.errors import SlugTaken
from chalicelib.products.cards import Card, cards_of, is_further
from chalicelib.products.models import Product, ProductItem, Slug, Variant
from chalicelib.stock import owning
from chalicelib.stock.offers import Offer
from common.tables import Transaction


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


def parts_of_new(product: Product, units: Mapping[str, int]) -> list[Part]:
    """What a product that is made consists of, but for its categories' counts: for several in one transaction."""
    cards, further = card_parts(None, product)
    return [
        document_part(None, product),
        *slug_parts(None, product),
        *cards,
        *further,
        *new_sku_parts(None, product, units, {}),
    ]


def document_part(before: Product | None, after: Product) -> Part:
    seen = before.revision if before else None
    return Part(lambda transaction: ProductItem.write(transaction, after, seen))


def slug_parts(before: Product | None, after: Product) -> list[Part]:
    old = before.slug if before and before.live else None
    new = after.slug if after.live else None
    parts = []
    if new and new != old:
        parts.append(Part(partial(Slug.put, slug=new, product_id=after.id), SlugTaken))
    if old and new != old:
        parts.append(Part(partial(Slug.drop, slug=old, product_id=after.id)))
    return parts


def card_parts(before: Product | None, after: Product) -> tuple[list[Part], list[Part]]:
    """Cards that differ are written whole, those of shelves that it left are removed; then those in more currencies."""
    old, new = cards_of(before) if before else {}, cards_of(after)
    differing = [shelf for shelf in new if shelf not in old or old[shelf].serialize() != new[shelf].serialize()]
    parts = [card_part(after, shelf, new) for shelf in (*differing, *sorted(old.keys() - new.keys()))]
    return [one for one in parts if not is_further(one.shelf)], [one for one in parts if is_further(one.shelf)]


def card_part(product: Product, shelf: str, cards: Mapping[str, Card]) -> Part:
    """The card as it should be. Without a condition: the product's revision, in the same transaction, guards it."""
    add = cards[shelf].put if shelf in cards else Card.at(product.id, shelf).drop
    return Part(add, shelf=shelf)


def count_parts(before: Product | None, after: Product) -> list[Part]:
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


def owned_variants(product: Product | None) -> dict[str, Variant]:
    return {variant.sku: variant for variant in product.variants} if product and product.live else {}


def new_sku_parts(
    before: Product | None, after: Product, units: Mapping[str, int], lots: Mapping[str, str]
) -> list[Part]:
    fresh = owned_variants(after).keys() - owned_variants(before).keys()
    return [owning_part(after, sku, units, lots) for sku in owned_variants(after) if sku in fresh]


def owning_part(
    after: Product, sku: str, units: Mapping[str, int], lots: Mapping[str, str], *, claimed: bool = False
) -> Part:
    """The SKU becomes the product's: new, or back from the archive with what is left of it."""
    offer = offer_of(after, owned_variants(after)[sku])
    if sku in lots:
        add = partial(owning.revive, sku=sku, offer=offer, lot=lots[sku], claimed=claimed)
    else:
        add = partial(owning.own, sku=sku, offer=offer, units=units.get(sku, 0), claimed=claimed)
    return Part(add, sku=sku, owner=after.id)


def changed_sku_parts(before: Product | None, after: Product) -> list[Part]:
    if before is None:
        return []
    old, new = owned_variants(before), owned_variants(after)
    away = owning.remove if after.live else owning.free
    gone = [Part(partial(away, sku=sku, product_id=after.id), sku=sku) for sku in old if sku not in new]
    offers = {
        sku: offer_of(after, new[sku])
        for sku in new
        if sku in old and offer_of(before, old[sku]) != offer_of(after, new[sku])
    }
    return gone + [Part(partial(owning.describe, sku=sku, offer=offer), sku=sku) for sku, offer in offers.items()]


def offer_of(product: Product, variant: Variant) -> Offer:
    """What is sold under a variant's SKU."""
    return Offer(
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
