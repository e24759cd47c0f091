"""Placing an order: one attempt at a key, up to the transaction after which the order exists (rows 0 to 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from chalicelib.cart import domain as carts
from chalicelib.cart.cart import Cart
from chalicelib.cart.domain import Variants
from chalicelib.checkout.effects import Held, Record, Terms, World
from chalicelib.checkout.saga import drive
from chalicelib.checkout.writes import NEXT_LOOK_SECONDS
from chalicelib.discounts import domain as discounts
from chalicelib.errors import (
    CartChanged,
    CartEmpty,
    CatalogDown,
    CheckoutInProgress,
    CurrencyMismatch,
    DiscountUsedUp,
    HoldClosed,
    OutcomeUnknown,
    PaymentActionRequired,
    PaymentDeclined,
    PaymentNotCompleted,
    PriceChanged,
)
from chalicelib.orders.order import ENDED, Change, Order, State
from chalicelib.pricing import domain as pricing
from chalicelib.pricing.price import Line, Quote
from chalicelib.pricing.schemas import present
from common.problems import IdempotencyMismatch, InProgress, Problem, invalid
from common.schemas import Money

LEASE_SECONDS = 30
# Row 4 extends it. Short, as a crash before row 2 leaves it behind without an order; long enough for the sweeper, which
# looks at an order that a crash left right after row 2 within 20 s and its own minute.
FIRST_HOLD_SECONDS = 80
MAX_ATTEMPTS = 4


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """A buyer's request, checked for its form. `owner` is the caller's id and `actor` the role."""

    owner: str
    actor: str
    email: str
    key: str
    body_hash: str
    cart_version: int
    expected_total: Money
    shipping_address: dict[str, Any]
    billing_address: dict[str, Any]
    shipping_method: str
    discount_code: str | None
    payment_method: str | None

    @property
    def wish(self) -> "Wish":
        return Wish(
            country=str(self.shipping_address["country"]),
            shipping_method=self.shipping_method,
            discount_code=self.discount_code,
        )


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a cart would be sent, and at what discount."""

    country: str
    shipping_method: str
    discount_code: str | None


def quote_cart(terms: Terms, wish: Wish, catalog: Variants, now: float) -> Quote:
    """What the cart would cost; raises CatalogDown rather than quote a price that may have changed, and
    CurrencyMismatch if something in it is sold in another currency by now."""
    check_terms(terms, wish, now)
    if not terms.cart.lines:
        raise CartEmpty
    shown = carts.shown(terms.cart, catalog)
    if shown.variants is None:
        raise CatalogDown
    if carts.strangers(shown.cart, shown.variants):
        raise CurrencyMismatch
    return price(shown.cart.lines, shown.cart.currency, terms, wish)


def check_terms(terms: Terms, wish: Wish, now: float) -> None:
    """What can be refused before the prices are known."""
    pricing.check_delivery(wish.country, wish.shipping_method, terms.rates)
    if wish.discount_code is not None:
        discounts.check_usable(terms.discount, terms.own_uses, terms.cart.currency, now)


def price(lines: Sequence[Line], currency: str, terms: Terms, wish: Wish) -> Quote:
    discounts.check_subtotal(terms.discount, sum(line.total for line in lines))
    return pricing.quote(lines, currency, wish.country, wish.shipping_method, terms.rates, terms.discount)


def place_order(purchase: Purchase, world: World) -> tuple[Order, bool]:
    """The order under the purchase's key as far as it goes now, and whether the key was used for it before.

    Any Problem means that nothing happened, but for OutcomeUnknown and InProgress: then a replay tells.
    """
    for _ in range(MAX_ATTEMPTS):
        record = claim(purchase, world)
        if record.placed:
            return drive(_existing(record, world), world), True
        try:
            return drive(enter(purchase, record, world), world), False
        except HoldClosed:
            give_up(record, world)  # an earlier attempt's hold is gone for good: begin anew with a new id
    raise OutcomeUnknown


def claim(purchase: Purchase, world: World) -> Record:
    """Row 0: the key's record, leased to us unless its order is placed.

    A repeat of the write finds our own holder in the record; a race is won by one, who holds the lease; after a crash
    the lease ends and a replay takes it over with the same order id, so that its hold is found again.
    """
    mine = Record(
        owner=purchase.owner,
        key=purchase.key,
        body_hash=purchase.body_hash,
        order_id=world.new_id("ord"),
        holder=world.new_id("op"),
        leased_until=world.now() + LEASE_SECONDS,
    )
    found = world.store.open_record(mine)
    if found.body_hash != mine.body_hash:
        raise IdempotencyMismatch
    if found.placed or found.holder == mine.holder:
        return found
    if found.leased_until > world.now():
        raise InProgress
    return _take_over(found, mine, world)


def _take_over(found: Record, mine: Record, world: World) -> Record:
    taken = world.store.take_record(found, msgspec.structs.replace(mine, order_id=found.order_id, inherited=True))
    if taken is None or taken.holder != mine.holder:
        raise InProgress  # whatever stands there now may be of another body, too: a replay looks again
    return taken


def enter(purchase: Purchase, record: Record, world: World) -> Order:
    """Rows 1 and 2: hold the stock and place the order; on any refusal undo the attempt and pass it on."""
    held = record.inherited
    try:
        terms = _buyable_terms(purchase, record, world)
        held = True
        hold = world.stock.hold(record.order_id, terms.cart.lines, FIRST_HOLD_SECONDS, terms.cart.currency)
        order = draft(purchase, record, terms, hold, world)
        if world.store.place(record, order):
            return order
        return _explain_refusal(purchase, record, world)
    except (OutcomeUnknown, InProgress):
        raise  # record and hold are not ours to take away: the replay decides, or whoever has the lease
    except Problem:
        give_up(record, world, held=held)
        raise


def _buyable_terms(purchase: Purchase, record: Record, world: World) -> Terms:
    """What holds now; raises what there is to say against this purchase."""
    terms = world.store.find_terms(purchase.owner, purchase.email, purchase.discount_code)
    check_terms(terms, purchase.wish, world.now())
    _check_cart(terms.cart, purchase, record)
    return terms


def _check_cart(cart: Cart, purchase: Purchase, record: Record) -> None:
    if not cart.lines:
        raise CartEmpty
    if cart.version != purchase.cart_version:
        raise CartChanged
    if cart.order_id not in (None, record.order_id):
        raise CheckoutInProgress(order_id=cart.order_id)


def draft(purchase: Purchase, record: Record, terms: Terms, held: Held, world: World) -> Order:
    """The order at the prices of the hold; raises PriceChanged if that is not the total that the buyer saw."""
    lines = [_held_line(line, held) for line in terms.cart.lines]
    quote = price(lines, held.currency, terms, purchase.wish)
    if Money(quote.total, quote.currency) != purchase.expected_total:
        raise PriceChanged(quote=present(quote))
    if quote.total and not purchase.payment_method:
        raise invalid("payment_method", "This order has to be paid.", "missing")
    now = world.now()
    return Order(
        **{field: getattr(quote, field) for field in quote.__struct_fields__},
        id=record.order_id,
        owner=purchase.owner,
        email=purchase.email,
        state=State.RESERVED,
        version=1,
        operation=record.holder,
        shipping_address=purchase.shipping_address,
        billing_address=purchase.billing_address,
        shipping_method=purchase.shipping_method,
        discount_code=terms.discount.code if terms.discount else None,
        discount_use=discounts.use_of(terms.discount, record.order_id),
        payment_method=purchase.payment_method,
        pay_by=held.expires_at,
        cart_version=terms.cart.version,
        due=now + NEXT_LOOK_SECONDS,
        history=[Change("pending", now, purchase.actor)],
        placed_at=now,
        updated_at=now,
    )


def _held_line(line: Line, held: Held) -> Line:
    return msgspec.structs.replace(line, unit_price=held.prices[line.sku], weight_g=held.weights.get(line.sku))


def _explain_refusal(purchase: Purchase, record: Record, world: World) -> Order:
    """Why row 2 was refused: it had succeeded before, or the lease was lost, or cart or discount are others by now."""
    found = world.store.find_record(record.owner, record.key)
    if found and found.placed and found.order_id == record.order_id:
        return _existing(found, world)
    if found is None or found.holder != record.holder:
        raise InProgress
    _buyable_terms(purchase, record, world)
    raise DiscountUsedUp if purchase.discount_code is not None else CartChanged


def give_up(record: Record, world: World, *, held: bool = True) -> None:
    """Undo an attempt: first the record, so that nobody places an order on a hold that goes away, then the hold.

    Who has lost the record meanwhile releases nothing. A hold that stays, for catalog is down, expires by itself.
    """
    if not world.store.delete_record(record):
        found = world.store.find_record(record.owner, record.key)
        if found and found.order_id == record.order_id:
            raise InProgress
    if held:
        try:
            world.stock.release(record.order_id)
        except CatalogDown:
            pass  # it expires


def is_paid(order: Order, *, replayed: bool) -> bool:
    """Whether the answer is the confirmed order; False while it is pending. Raises the 402 for all other ends.

    A declined order is answered so while its stock is still on the way back: it can't be paid any more.
    """
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    if order.confirmed_at is not None:
        return True
    if order.end is State.PAYMENT_FAILED and not replayed:
        raise PaymentDeclined(order_id=order.id)
    if order.end is State.PAYMENT_FAILED or order.state in ENDED:
        raise PaymentNotCompleted(headers=headers, order_id=order.id)
    if order.state is State.RESERVED and order.next_action is not None:
        raise PaymentActionRequired(headers=headers, order_id=order.id, next_action=order.next_action)
    return False


def _existing(record: Record, world: World) -> Order:
    order = world.store.find_order(record.order_id)
    if order is None:
        raise OutcomeUnknown
    return order
