"""HTTP in and out for carts."""

import re

from chalice import Blueprint

from chalicelib.cart import domain
from chalicelib.cart.schemas import CartView, MergeCarts, SetItem, present
from chalicelib.catalog import Catalog
from chalicelib.errors import CatalogDown, CurrencyMismatch, GuestTokenInvalid, LimitReached, SkuUnknown
from common.auth import Verifier, roles
from common.http import Call, operation
from common.problems import Unauthorized

routes = Blueprint(__name__)
shoppers = roles("guest", "customer")
_SKU = re.compile(r"^[A-Za-z0-9._-]{1,64}\Z")


@routes.route("/cart", methods=["GET"])
@operation(allow=shoppers, responses={200: CartView})
def show_cart(call: Call) -> CartView:
    """Show the caller's cart at today's prices."""
    return present(domain.show_cart(call.caller.id, Catalog(call.deadline)))


@routes.route("/cart/items/{sku}", methods=["PUT"])
@operation(
    allow=shoppers,
    request=SetItem,
    responses={200: CartView},
    problems=[SkuUnknown, CurrencyMismatch, LimitReached, CatalogDown],
)
def set_item(sku: str, body: SetItem, call: Call) -> CartView:
    """Put so many of a variant into the cart, or change how many there are."""
    if not _SKU.match(sku):
        raise SkuUnknown
    return present(domain.set_item(call.caller.id, sku, body.quantity, Catalog(call.deadline)))


@routes.route("/cart/items/{sku}", methods=["DELETE"])
@operation(allow=shoppers, responses={200: CartView}, problems=[SkuUnknown])
def remove_item(sku: str, call: Call) -> CartView:
    """Take a variant out of the cart."""
    if not _SKU.match(sku):
        raise SkuUnknown
    return present(domain.remove_item(call.caller.id, sku, Catalog(call.deadline)))


@routes.route("/cart", methods=["DELETE"])
@operation(allow=shoppers, responses={200: CartView})
def empty_cart(call: Call) -> CartView:
    """Take everything out of the cart."""
    return present(domain.empty_cart(call.caller.id))


@routes.route("/cart/merge", methods=["POST"])
@operation(
    allow=roles("customer"),
    request=MergeCarts,
    responses={200: CartView},
    problems=[GuestTokenInvalid, CurrencyMismatch],
)
def merge_carts(body: MergeCarts, call: Call) -> CartView:
    """Move a guest's cart into the customer's, as after logging in."""
    guest = _guest(body.guest_access_token, call.verifier)
    return present(domain.merge_carts(guest, call.caller.id, Catalog(call.deadline)))


def _guest(token: str, verifier: Verifier) -> str:
    """The guest whom a token in the body stands for."""
    try:
        caller = verifier.verify(token)
    except Unauthorized:
        raise GuestTokenInvalid from None
    if caller.role != "guest":
        raise GuestTokenInvalid
    return caller.id
