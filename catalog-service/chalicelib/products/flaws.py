"""What is not as a product says: its cards, its slug, and what is sold under its SKUs. For repairs only."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from chalicelib.products.cards import Card, cards_of
from chalicelib.products.models import Product, ProductItem, Slug, Variant
from chalicelib.products.parts import offer_of
from chalicelib.stock import counters, owning
from common.tables import Transaction


@dataclass(frozen=True)
class Flaw:
    """One thing that is not as it should be, and what puts it right; None: people have to decide."""

    text: str
    mend: Callable[[Transaction], None] | None


def find_flaws(product_id: str, product: Product | None) -> list[Flaw]:
    """All that queries can show; what is still on its way to be finished is none."""
    found = [*_cards(product_id, product)]
    if product:
        found += [*_slug(product), *_skus(product, counters.levels(_skus_of(product), consistent=True))]
    return found


def _cards(product_id: str, product: Product | None) -> Iterator[Flaw]:
    wanted = cards_of(product) if product else {}
    late = set(product.unfinished_cards) if product else set()
    stored = Card.of_product(product_id)
    for place in sorted((wanted.keys() | stored.keys()) - late):
        if place not in stored:
            yield Flaw(f"its card on {place} was missing", wanted[place].put)
        elif place not in wanted:
            yield Flaw(f"its card on {place} was one too many", stored[place].drop)
        elif stored[place].shown != wanted[place].shown:
            yield Flaw(f"its card on {place} was out of date", wanted[place].put)


def _slug(product: Product) -> Iterator[Flaw]:
    owner = Slug.owner(product.slug)
    if (owner == product.id) == product.live:
        return
    if not product.live:
        yield Flaw(
            f"archived, it still had its slug {product.slug}",
            partial(Slug.drop, slug=product.slug, product_id=product.id),
        )
    elif owner and _has_slug(ProductItem.find(owner, consistent=True), product.slug):
        yield Flaw(f"its slug {product.slug} is also {owner}'s; change one of them", None)
    else:
        move = partial(Slug.hand_over, slug=product.slug, owner=owner, product_id=product.id)
        yield Flaw(f"its slug {product.slug} was not its own", move)


def _has_slug(product: Product | None, slug: str) -> bool:
    return product is not None and product.live and product.slug == slug


def _skus_of(product: Product) -> Iterable[str]:
    return [one.sku for one in product.variants if one.sku not in product.unfinished]


def _skus(product: Product, stored: Mapping[str, counters.Sku]) -> Iterator[Flaw]:
    if product.live:
        variants = {one.sku: one for one in product.variants}
        for sku in _skus_of(product):
            yield from _sku(product, variants[sku], stored.get(sku))
    else:
        for sku, item in stored.items():
            if item.product_id == product.id and not item.freed and not item.claimed:
                yield Flaw(
                    f"archived, it still had its SKU {sku}", partial(owning.free, sku=sku, product_id=product.id)
                )


def _sku(product: Product, variant: Variant, stored: counters.Sku | None) -> Iterator[Flaw]:
    offer, sku = offer_of(product, variant), variant.sku
    if stored is None or (stored.freed and stored.product_id != product.id):
        make = partial(owning.own, sku=sku, offer=offer, units=0)
        yield Flaw(f"its SKU {sku} had no counter; it begins at 0, count what there is", make)
    elif stored.product_id != product.id:
        yield Flaw(f"its SKU {sku} is {stored.product_id}'s; remove it from one of them", None)
    elif stored.freed:
        yield Flaw(f"its SKU {sku} was free", partial(owning.revive, sku=sku, offer=offer, lot=stored.lot))
    elif stored.claimed or stored.offer != offer:
        yield Flaw(f"what is sold under {sku} was out of date", partial(owning.describe, sku=sku, offer=offer))
