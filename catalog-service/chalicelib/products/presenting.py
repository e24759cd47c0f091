"""Products, variants and pictures as answers show them to a reader."""

from msgspec import UNSET

from chalicelib import config
from chalicelib.categories.domain import Category
from chalicelib.prices import price_in
from chalicelib.products.faces import Face
from chalicelib.products.models import Image, Product, Variant
from chalicelib.products.reading import Details
from chalicelib.products.schemas import (
    CardView,
    CategoryCount,
    FacetsView,
    FoundVariant,
    FurtherPriceView,
    ImageView,
    PriceCount,
    ProductCategory,
    ProductView,
    RenditionView,
    TranslationView,
    VariantView,
)
from chalicelib.products.views import View
from chalicelib.reviews.schemas import present_rating
from chalicelib.search import domain as search
from chalicelib.stock.counters import Sku
from chalicelib.storage import SIDES, fitted, larger_url, picture_url
from common import clock
from common.schemas import Money


def present_facets(facets: search.Facets, currency: str, view: View) -> FacetsView:
    def money(amount: int) -> Money:
        return Money(amount, currency)

    return FacetsView(
        [CategoryCount(one.id, one.slug, _name(one, view), count) for one, count in facets.categories],
        [PriceCount(money(least), None if most is None else money(most), n) for least, most, n in facets.prices],
    )


def _name(category: Category, view: View) -> str:
    return view.translated(category.names) or category.name


def present_card(product_id: str, face: Face, view: View) -> CardView:
    return CardView(
        id=product_id,
        slug=face.slug,
        name=view.translated(face.names) or face.name,
        status=face.status,
        price=face.price,
        compare_at_price=face.compare_at_price,
        available=face.available,
        thumb_url=picture_url(face.thumb),
        picture_url=larger_url(face.thumb) if face.has_larger else None,
    )


def present(details: Details, view: View) -> ProductView:
    product = details.product
    text = view.translated(product.translations) or product
    return ProductView(
        id=product.id,
        slug=product.slug,
        name=text.name,
        description=text.description,
        status=product.status,
        categories=[present_category(one, view) for one in details.categories],
        options=product.options,
        variants=[present_variant(one, details.available.get(one.sku, 0), view) for one in product.variants],
        images=[present_image(one) for one in product.images],
        rating=present_rating(details.rating),
        version=product.version,
        created_at=clock.rfc3339(product.created_at),
        updated_at=clock.rfc3339(product.updated_at),
        translations=present_translations(product) if view.staff else UNSET,
    )


def present_category(category: Category, view: View) -> ProductCategory:
    return ProductCategory(category.id, category.slug, _name(category, view))


def present_translations(product: Product) -> dict[str, TranslationView]:
    return {tag: TranslationView(one.name, one.description) for tag, one in product.translations.items()}


def present_variant(variant: Variant, available: int, view: View) -> VariantView:
    """Staff who ask for no currency see the price that they edit."""
    own = variant.price, variant.compare_at_price
    currency = view.currency or (variant.price.currency if view.staff else config.CURRENCY)
    price, compare_at_price = variant.cost(currency) or own
    return VariantView(
        sku=variant.sku,
        options=variant.options,
        price=price,
        compare_at_price=compare_at_price,
        weight_g=variant.weight_g,
        available=available,
        prices=present_prices(variant) if view.staff else UNSET,
    )


def present_prices(variant: Variant) -> list[FurtherPriceView]:
    return [FurtherPriceView(*cost) for cost in map(variant.cost, variant.prices) if cost]


def present_image(image: Image) -> ImageView:
    """With the addresses of its renditions; of the picture itself where it is from before there were any."""
    ready = image.status == "ready"
    renditions = [_rendition(image, side) for side in SIDES if ready and str(side) in image.renditions]
    urls = [one.url for one in renditions] if renditions else [picture_url(image.key if ready else None)]
    return ImageView(
        id=image.id,
        status=image.status,
        url=urls[-1],
        thumb_url=urls[0],
        width=image.width,
        height=image.height,
        alt=image.alt,
        renditions=renditions,
    )


def _rendition(image: Image, side: int) -> RenditionView:
    width, height = fitted(image.width, image.height, side)
    return RenditionView(width, height, config.bucket.presigned_get(image.renditions[str(side)]))


def present_found(sku: Sku, view: View) -> FoundVariant:
    return FoundVariant(
        sku=sku.sku,
        product_id=sku.product_id,
        name=view.translated(sku.offer.names) or sku.offer.name,
        options=sku.offer.options,
        price=price_in(view.currency, sku.offer.price, sku.offer.prices),
        weight_g=sku.offer.weight_g,
        available=sku.available,
        thumb_url=picture_url(sku.offer.thumb),
    )
