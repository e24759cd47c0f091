"""HTTP in and out for products and their variants."""

from chalice import Blueprint
from msgspec import UNSET

from chalicelib.errors import SkuTaken, SlugTaken
from chalicelib.products import domain
from chalicelib.products.cards import Card
from chalicelib.products.domain import Details
from chalicelib.products.models import Image, Variant
from chalicelib.products.schemas import (
    CardView,
    ChangeProduct,
    ChangeVariant,
    CreateProduct,
    FoundVariant,
    FoundVariants,
    ImageView,
    ListProducts,
    LookUpVariants,
    NewVariant,
    ProductCategory,
    ProductView,
    VariantView,
)
from chalicelib.stock.counters import Sku
from chalicelib.storage import picture_url
from common import clock
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, Forbidden, NotFound, VersionMismatch
from common.schemas import Page

routes = Blueprint(__name__)
STAFF = ("staff", "admin")
staff = roles(*STAFF)


@routes.route("/products", methods=["GET"])
@operation(allow=public, query=ListProducts, responses={200: Page[CardView]}, problems=[CursorInvalid, Forbidden])
def list_products(query: ListProducts, call: Call) -> Page[CardView]:
    """Cards of the active products, of all or of a category and those below it; staff may ask for other statuses."""
    asked = query.status is not UNSET
    if asked and not call.has_role(*STAFF):
        raise Forbidden
    status = None if query.status == "all" else query.status or "active"
    reader = call.caller.id if asked else ""
    cards, following = domain.list_products(query.category, status, query.sort, query.limit, query.cursor, reader)
    return Page(items=[present_card(card) for card in cards], next_cursor=following)


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


def present_card(card: Card) -> CardView:
    face = card.face
    return CardView(
        id=card.product_id,
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
