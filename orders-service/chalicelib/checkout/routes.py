"""HTTP in and out for the checkout: the price of a cart, and buying it."""

from chalice import Blueprint

from chalicelib.catalog import Catalog
from chalicelib.checkout import domain
from chalicelib.checkout.domain import Purchase, Wish
from chalicelib.checkout.schemas import PlaceOrder, QuoteCart, plain
from chalicelib.checkout.terms import find_terms
from chalicelib.checkout.wiring import world
from chalicelib.errors import (
    CartChanged,
    CartEmpty,
    CatalogDown,
    CheckoutInProgress,
    CurrencyMismatch,
    DiscountInvalid,
    DiscountUsedUp,
    OutOfStock,
    PaymentActionRequired,
    PaymentDeclined,
    PaymentNotCompleted,
    PriceChanged,
)
from chalicelib.orders.schemas import OrderView, present
from chalicelib.pricing import schemas as pricing
from chalicelib.pricing.schemas import QuoteView
from common import clock
from common.auth import Caller, roles
from common.http import Call, Reply, operation
from common.problems import IdempotencyMismatch, InProgress, TooManyRequests, invalid

routes = Blueprint(__name__)
shoppers = roles("guest", "customer")


@routes.route("/checkout/quote", methods=["POST"])
@operation(
    allow=shoppers,
    request=QuoteCart,
    responses={200: QuoteView},
    problems=[CartEmpty, CurrencyMismatch, DiscountInvalid, DiscountUsedUp, TooManyRequests, CatalogDown],
)
def quote_cart(body: QuoteCart, call: Call) -> QuoteView:
    """Price the cart as it would be charged now."""
    terms = find_terms(call.caller.id, call.caller.email, body.discount_code)
    return pricing.present(domain.quote_cart(terms, _wish(body), Catalog(call.deadline), clock.now()))


@routes.route("/orders", methods=["POST"])
@operation(
    allow=shoppers,
    request=PlaceOrder,
    keyed=True,
    responses={201: OrderView, 202: OrderView},
    problems=[
        PaymentDeclined,
        PaymentActionRequired,
        PaymentNotCompleted,
        OutOfStock,
        PriceChanged,
        CartChanged,
        CartEmpty,
        CheckoutInProgress,
        CurrencyMismatch,
        InProgress,
        IdempotencyMismatch,
        DiscountInvalid,
        DiscountUsedUp,
        TooManyRequests,
        CatalogDown,
    ],
)
def place_order(body: PlaceOrder, call: Call) -> Reply[OrderView]:
    """Buy the cart: 201 when the order is confirmed, 202 while its payment is still under way."""
    order, replayed = domain.place_order(_purchase(body, call), world(call.deadline))
    paid = domain.is_paid(order, replayed=replayed)
    return Reply(201 if paid else 202, present(order), location=f"/orders/{order.id}", replayed=replayed)


def _wish(body: QuoteCart) -> Wish:
    return Wish(
        country=body.shipping_address.country,
        shipping_method=body.shipping_method,
        discount_code=body.discount_code,
    )


def _purchase(body: PlaceOrder, call: Call) -> Purchase:
    return Purchase(
        owner=call.caller.id,
        actor=call.caller.role,
        email=_email(body, call.caller),
        key=call.idempotency_key,
        body_hash=call.body_hash,
        cart_version=body.cart_version,
        expected_total=body.expected_total,
        shipping_address=plain(body.shipping_address),
        billing_address=plain(body.billing_address or body.shipping_address),
        shipping_method=body.shipping_method,
        discount_code=body.discount_code,
        payment_method=body.payment_method,
    )


def _email(body: PlaceOrder, caller: Caller) -> str:
    if caller.role == "customer":
        if body.email is not None:
            raise invalid("email", "Your account's address is used.", "not_accepted")
        return caller.email or ""
    if body.email is None:
        raise invalid("email", "This field is required.", "missing")
    return body.email
