"""HTTP in and out for products and their variants."""

from chalice import Blueprint
from msgspec import UNSET, UnsetType

from chalicelib import config
from chalicelib.errors import SkuTaken, SlugTaken
from chalicelib.products import domain
from chalicelib.products.cards import Face
from chalicelib.products.domain import Details
from chalicelib.products.models import Image, Variant
from chalicelib.products.schemas import (
    CardView,
    CategoryCount,
    ChangeProduct,
    ChangeVariant,
    CreateProduct,
    FacetsView,
    FoundVariant,
    FoundVariants,
    ImageView,
    ListProducts,
    LookUpVariants,
    NewVariant,
    PriceCount,
    ProductCategory,
    ProductList,
    ProductView,
    VariantView,
)
from chalicelib.search import domain as search
from chalicelib.stock.counters import Sku
from chalicelib.storage import picture_url
from common import clock
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, Forbidden, NotFound, VersionMismatch, invalid
from common.schemas import Money

routes = Blueprint(__name__)
STAFF = ("staff", "admin")
staff = roles(*STAFF)


@routes.route("/products", methods=["GET"])
@operation(allow=public, query=ListProducts, responses={200: ProductList}, problems=[CursorInvalid, Forbidden])
def list_products(query: ListProducts, call: Call) -> ProductList:
    """Cards of the active products, of all or of a category and those below it; staff may ask for other statuses.

    With `q`, `min_price` or `max_price` (minor units) a search, which has its own order and finds active products.
    """
    asked = query.status is not UNSET
    if asked and not call.has_role(*STAFF):
        raise Forbidden
    if query.searches:
        return _search(query)
    status = None if query.status == "all" else query.status or "active"
    reader, sort = (call.caller.id if asked else ""), query.sort or "newest"
    cards, following = domain.list_products(query.category, status, sort, query.limit, query.cursor, reader)
    return ProductList(items=[present_card(card.product_id, card.face) for card in cards], next_cursor=following)


def _search(query: ListProducts) -> ProductList:
    if query.status not in (UNSET, "active"):
        raise invalid("status", "A search finds active products only.")
    question = search.Question(query.q or "", query.category, _given(query.min_price), _given(query.max_price))
    hits, following, facets = search.search(question, query.limit, query.cursor)
    items = [present_card(one.document.id, one.document.face) for one in hits]
    return ProductList(items=items, next_cursor=following, facets=present_facets(facets))


@routes.route("/products/{product_id}", methods=["GET"])
@operation(allow=public, responses={200: ProductView}, problems=[NotFound])
def find_product(product_id: str, call: Call) -> Reply[ProductView]:
    """One product by its id or slug, with its stock; what is not active is there for staff only."""
    found = domain.find_product(product_id)
    if found.product.status != "active" and not call.has_role(*STAFF):
        raise NotFound
    return Reply(200, present(found), version=found.product.version)


@routes.route("/products", methods=["POST"])
@operation(allow=staff, request=CreateProduct, responses={201: ProductView}, problems=[SlugTaken, SkuTaken])
def create_product(body: CreateProduct) -> Reply[ProductView]:
    """Add a product, with its variants and their first stock."""
    made = domain.create_product(body)
    return Reply(201, present(domain.details(made)), version=made.version, location=f"/products/{made.id}")


@routes.route("/products/{product_id}", methods=["PATCH"])
@operation(
    allow=staff,
    request=ChangeProduct,
    responses={200: ProductView},
    problems=[NotFound, SlugTaken, SkuTaken],
    if_match=True,
)
def change_product(product_id: str, body: ChangeProduct, call: Call) -> Reply[ProductView]:
    """Change what is named in the body."""
    changed = domain.change_product(product_id, body, call.precondition)
    return Reply(200, present(domain.details(changed)), version=changed.version)


@routes.route("/products/{product_id}", methods=["DELETE"])
@operation(allow=staff, responses={204: None}, problems=[NotFound, VersionMismatch])
def archive_product(product_id: str, call: Call) -> None:
    """Archive a product: out of the lists and out of sale, its slug and SKUs free again."""
    domain.archive_product(product_id, call.precondition)


@routes.route("/products/{product_id}/variants", methods=["POST"])
@operation(
    allow=staff, request=NewVariant, responses={201: VariantView}, problems=[NotFound, SkuTaken, VersionMismatch]
)
def add_variant(product_id: str, body: NewVariant, call: Call) -> Reply[VariantView]:
    """Add a variant, with its first stock."""
    product = domain.add_variant(product_id, body, call.precondition)
    return _one_variant(201, domain.details(product), body.sku)


@routes.route("/products/{product_id}/variants/{sku}", methods=["PATCH"])
@operation(allow=staff, request=ChangeVariant, responses={200: VariantView}, problems=[NotFound], if_match=True)
def change_variant(product_id: str, sku: str, body: ChangeVariant, call: Call) -> Reply[VariantView]:
    """Change a variant, at the version of its product."""
    product = domain.change_variant(product_id, sku, body, call.precondition)
    return _one_variant(200, domain.details(product), sku)


@routes.route("/products/{product_id}/variants/{sku}", methods=["DELETE"])
@operation(allow=staff, responses={204: None}, problems=[NotFound, VersionMismatch])
def delete_variant(product_id: str, sku: str, call: Call) -> None:
    """Remove a variant with its stock; its SKU is free again."""
    domain.delete_variant(product_id, sku, call.precondition)


@routes.route("/variants", methods=["GET"])
@operation(allow=public, query=LookUpVariants, responses={200: FoundVariants})
def look_up_variants(query: LookUpVariants) -> FoundVariants:
    """Price, stock and picture of up to a hundred SKUs; those that nobody can buy are listed as missing."""
    found, missing = domain.look_up_variants(query.sku)
    return FoundVariants([present_found(one) for one in found], missing)


def _given(price: int | UnsetType) -> int | None:
    return None if price is UNSET else price


def present_facets(facets: search.Facets) -> FacetsView:
    return FacetsView(
        [CategoryCount(one.id, one.slug, one.name, count) for one, count in facets.categories],
        [PriceCount(_money(least), None if most is None else _money(most), n) for least, most, n in facets.prices],
    )


def _money(amount: int) -> Money:
    return Money(amount, config.CURRENCY)


def present_card(product_id: str, face: Face) -> CardView:
    return CardView(
        id=product_id,
        slug=face.slug,
        name=face.name,
        status=face.status,
        price=face.price,
        compare_at_price=face.compare_at_price,
        available=face.available,
        thumb_url=picture_url(face.thumb),
    )


def present(details: Details) -> ProductView:
    product = details.product
    return ProductView(
        id=product.id,
        slug=product.slug,
        name=product.name,
        description=product.description,
        status=product.status,
        categories=[ProductCategory(one.id, one.slug, one.name) for one in details.categories],
        options=product.options,
        variants=[present_variant(one, details.available.get(one.sku, 0)) for one in product.variants],
        images=[present_image(one) for one in product.images],
        version=product.version,
        created_at=clock.rfc3339(product.created_at),
        updated_at=clock.rfc3339(product.updated_at),
    )


def _one_variant(status: int, details: Details, sku: str) -> Reply[VariantView]:
    found = domain.variant_of(details.product, sku)
    version = details.product.version
    return Reply(status, present_variant(found, details.available.get(sku, 0)), version=version)


def present_variant(variant: Variant, available: int) -> VariantView:
    return VariantView(
        sku=variant.sku,
        options=variant.options,
        price=variant.price,
        compare_at_price=variant.compare_at_price,
        weight_g=variant.weight_g,
        available=available,
    )


def present_image(image: Image) -> ImageView:
    """The thumbnail is the picture itself as long as no renditions are made."""
    url = picture_url(image.key)
    return ImageView(id=image.id, url=url, thumb_url=url, width=image.width, height=image.height, alt=image.alt)


def present_found(sku: Sku) -> FoundVariant:
    return FoundVariant(
        sku=sku.sku,
        product_id=sku.product_id,
        name=sku.offer.name,
        options=sku.offer.options,
        price=sku.offer.price,
        weight_g=sku.offer.weight_g,
        available=sku.available,
        thumb_url=picture_url(sku.offer.thumb),
    )
