"""HTTP in and out for products and their variants."""

from chalice import Blueprint
from msgspec import UNSET, UnsetType

from chalicelib import config
from chalicelib.errors import SkuTaken, SlugTaken
from chalicelib.products import domain, reading
from chalicelib.products.presenting import (
    present,
    present_card,
    present_facets,
    present_found,
    present_variant,
)
from chalicelib.products.reading import Details
from chalicelib.products.schemas import (
    ChangeProduct,
    ChangeVariant,
    CreateProduct,
    FoundVariants,
    ListProducts,
    LookUpVariants,
    NewVariant,
    ProductList,
    ProductView,
    Reader,
    VariantView,
)
from chalicelib.products.views import View
from chalicelib.search import domain as search
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, Forbidden, NotFound, VersionMismatch, invalid

routes = Blueprint(__name__)
STAFF = ("staff", "admin")
staff = roles(*STAFF)
_EDITOR = View(staff=True)


@routes.route("/products", methods=["GET"])
@operation(
    allow=public,
    query=ListProducts,
    responses={200: ProductList},
    problems=[CursorInvalid, Forbidden],
    restricted={"status": STAFF},
)
def list_products(query: ListProducts, call: Call) -> ProductList:
    """Cards of the active products, of all or of a category and those below it; staff may ask for other statuses.

    With `q`, `min_price` or `max_price` (minor units) a search, which has its own order and finds active products.
    """
    asked = query.status is not UNSET
    if query.searches:
        return _search(query, call.caller.id if asked else "")
    listing = reading.Listing(
        category=query.category,
        status=None if query.status == "all" else query.status or "active",
        sort=query.sort or "newest",
        currency=query.currency or None,
        reader=call.caller.id if asked else "",
    )
    cards, following = reading.list_products(listing, query.limit, query.cursor)
    view = View.of(query)
    return ProductList(items=[present_card(card.product_id, card.face, view) for card in cards], next_cursor=following)


def _search(query: ListProducts, reader: str) -> ProductList:
    currency = query.currency or config.CURRENCY
    question = search.Question(
        words=query.q or "",
        currency=currency,
        category=query.category,
        min_price=_given(query.min_price),
        max_price=_given(query.max_price),
        status=_searched(query),
        reader=reader,
    )
    hits, following, facets = search.search(question, query.limit, query.cursor)
    view = View.of(query)
    items = [present_card(one.document.id, one.document.face_in(currency), view) for one in hits]
    return ProductList(items=items, next_cursor=following, facets=present_facets(facets, currency, view))


def _searched(query: ListProducts) -> frozenset[str]:
    if query.status == "archived":
        raise invalid("status", "Archived products are listed, not searched.")
    return frozenset({"active", "draft"} if query.status == "all" else {query.status or "active"})


@routes.route("/products/{product_id}", methods=["GET"])
@operation(allow=public, query=Reader, responses={200: ProductView}, problems=[NotFound])
def find_product(product_id: str, query: Reader, call: Call) -> Reply[ProductView]:
    """One product by its id or slug, with its stock; what is not active is there for staff only.

    The ETag is of what staff edits. Stock and the signed addresses of pictures change without it, so that no cache may
    answer with what it kept.
    """
    seen = reading.look_at_product(product_id)
    view = View.of(query, staff=call.has_role(*STAFF))
    if seen.product.status != "active" and not view.staff:
        raise NotFound
    version, fresh = seen.product.version, {"Cache-Control": "no-store"}
    if call.knows(version, view.tag):
        return Reply(304, version=version, variant=view.tag, headers=fresh)
    found = reading.see_product(seen)
    if not view.staff:
        found = found.with_ready_pictures()
    return Reply(200, present(found, view), version=version, variant=view.tag, headers=fresh)


@routes.route("/products", methods=["POST"])
@operation(allow=staff, request=CreateProduct, responses={201: ProductView}, problems=[SlugTaken, SkuTaken])
def create_product(body: CreateProduct) -> Reply[ProductView]:
    """Add a product, with its variants and their first stock."""
    made = domain.create_product(body)
    return Reply(201, present(reading.details(made), _EDITOR), version=made.version, location=f"/products/{made.id}")


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
    return Reply(200, present(reading.details(changed), _EDITOR), version=changed.version)


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
    return _one_variant(201, reading.details(product), body.sku)


@routes.route("/products/{product_id}/variants/{sku}", methods=["PATCH"])
@operation(allow=staff, request=ChangeVariant, responses={200: VariantView}, problems=[NotFound], if_match=True)
def change_variant(product_id: str, sku: str, body: ChangeVariant, call: Call) -> Reply[VariantView]:
    """Change a variant, at the version of its product."""
    product = domain.change_variant(product_id, sku, body, call.precondition)
    return _one_variant(200, reading.details(product), sku)


@routes.route("/products/{product_id}/variants/{sku}", methods=["DELETE"])
@operation(allow=staff, responses={204: None}, problems=[NotFound, VersionMismatch])
def delete_variant(product_id: str, sku: str, call: Call) -> None:
    """Remove a variant with its stock; its SKU is free again."""
    domain.delete_variant(product_id, sku, call.precondition)


@routes.route("/variants", methods=["GET"])
@operation(allow=public, query=LookUpVariants, responses={200: FoundVariants})
def look_up_variants(query: LookUpVariants) -> FoundVariants:
    """Price, stock and picture of up to a hundred SKUs; those that nobody can buy are listed as missing."""
    found, missing = reading.look_up_variants(query.sku)
    return FoundVariants([present_found(one, View.of(query)) for one in found], missing)


def _given(price: int | UnsetType) -> int | None:
    return None if price is UNSET else price


def _one_variant(status: int, details: Details, sku: str) -> Reply[VariantView]:
    found = domain.variant_of(details.product, sku)
    body = present_variant(found, details.available.get(sku, 0), _EDITOR)
    return Reply(status, body, version=details.product.version)
