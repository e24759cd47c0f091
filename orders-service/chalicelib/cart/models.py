"""Carts: `CART#<owner> / CART`, one item each.

Its version never repeats, also where a cart was deleted and begun again: a new one counts from the second in which it
is begun, and nobody makes an edit each second until it has expired. Edits keep the mark of the order that is buying it
and marking does not change the version, so an order can tell whether the cart is still what it bought.

What nobody touches for KEPT_SECONDS is abandoned: it is shown as empty from then on, and DynamoDB deletes it some time
later. Every write puts that off, the mark too, and an order lets go of its cart within hours.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from pynamodb.attributes import MapAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from chalicelib.cart.cart import MAX_LINES, Cart
from chalicelib.pricing.price import Line
from chalicelib.table import OrdersItem
from common import clock, tables
from common.attributes import Whole
from common.tables import ConditionFailed, Ref, Refused, Transaction

KEPT_SECONDS = 60 * 24 * 3600


class CartItem(OrdersItem):
    """`lines` maps a SKU to its line, so that one line can be set without reading the others."""

    version = Whole()
    currency = UnicodeAttribute()
    lines: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    order_id = UnicodeAttribute(null=True)
    expires_at = Whole(null=True)

    @classmethod
    def of(cls, owner: str, **values: Any) -> "CartItem":
        return cls(f"CART#{owner}", "CART", **values)

    def value(self) -> Cart:
        stored: dict[str, dict[str, Any]] = self.lines.as_dict()  # type: ignore[no-untyped-call]
        expired = self.expires_at is not None and self.expires_at <= clock.now()
        lines = [msgspec.convert({"sku": sku, **line}, Line) for sku, line in stored.items() if not expired]
        return Cart(
            owner=self.pk.removeprefix("CART#"),
            version=self.version,
            currency=self.currency,
            lines=sorted(lines, key=lambda line: (line.name, line.sku)),
            order_id=self.order_id,
        )


def _number_of_lines() -> Any:
    return size(CartItem.lines)  # type: ignore[no-untyped-call]


def _expiry() -> int:
    return int(clock.now()) + KEPT_SECONDS


def _kept() -> Action:
    return CartItem.expires_at.set(_expiry())


def _alive() -> Condition:
    later: Condition = CartItem.expires_at > int(clock.now())
    never: Condition = CartItem.expires_at.does_not_exist()  # of carts from before they expired
    alive: Condition = never | later
    return alive


class LineRefused(Exception):
    """The line can't go into the cart as it is now."""

    def __init__(self, cart: Cart) -> None:
        super().__init__("line refused")
        self.cart = cart


def ref(owner: str) -> Ref:
    return CartItem, f"CART#{owner}", "CART"


def cart_of(owner: str, item: CartItem | None) -> Cart:
    """What was read under `ref`."""
    return item.value() if item else Cart(owner=owner)


def find_cart(owner: str) -> Cart:
    return cart_of(owner, tables.get(CartItem, f"CART#{owner}", "CART"))


def set_quantity(owner: str, sku: str, quantity: int) -> Cart:
    """Change a line that is there; raises LineRefused with the cart if it is not.

    One write. A repeat sets the same again and only moves the version on; of two that race the later one stands.
    """
    there = CartItem.lines[sku].exists() & _alive()
    return _change(owner, [CartItem.lines[sku]["quantity"].set(quantity)], there)


def set_line(owner: str, line: Line, currency: str) -> Cart:
    """Set a line, new or not; raises LineRefused with the cart if it is full, has another currency, or has expired.

    The conditions are judged with the write, so no race can make a cart too long or mix currencies.
    """
    fits = CartItem.lines[line.sku].exists() | (_number_of_lines() < MAX_LINES)
    same = (CartItem.currency == currency) & _alive()
    return _change(owner, [CartItem.lines[line.sku].set(_stored_line(line))], fits & same)


def begin(seen: Cart, line: Line, currency: str) -> Cart:
    """The first line of a cart in which there was nothing when it was seen, or all of it had expired.

    Raises LineRefused with the cart if somebody was faster; or if it was we and the reply was lost: then the line is
    there, and is set again.
    """
    if not seen.version:
        return _create(_new(seen.owner, [line], currency))
    whole: list[Action] = [CartItem.lines.set(_stored([line])), CartItem.currency.set(currency)]
    return _change(seen.owner, whole, CartItem.version == seen.version)


def _new(owner: str, lines: Sequence[Line], currency: str) -> CartItem:
    return CartItem.of(owner, version=int(clock.now()), currency=currency, lines=_stored(lines), expires_at=_expiry())


def _create(item: CartItem) -> Cart:
    try:
        tables.put(item, CartItem.pk.does_not_exist())
    except ConditionFailed as failed:
        raise LineRefused(_found(item.pk.removeprefix("CART#"), failed)) from None
    return item.value()


def remove_line(owner: str, sku: str) -> Cart:
    """One write; where the line is not there, a repeat for instance, the cart as it is."""
    try:
        return _change(owner, [CartItem.lines[sku].remove()], CartItem.lines[sku].exists() & _alive())
    except LineRefused as refused:
        return refused.cart


def empty(owner: str) -> Cart:
    """One write; where nothing is in it, the cart as it is."""
    try:
        return _change(owner, [CartItem.lines.set({})], _number_of_lines() > 0)
    except LineRefused as refused:
        return refused.cart


def _change(owner: str, actions: list[Action], condition: Condition) -> Cart:
    try:
        moved_on = CartItem.version.set(CartItem.version + 1)
        written = [*actions, moved_on, _kept()]
        return tables.update(CartItem.of(owner), written, CartItem.pk.exists() & condition).value()
    except ConditionFailed as failed:
        raise LineRefused(_found(owner, failed)) from None


def merge(guest: Cart, customer: Cart, lines: Sequence[Line]) -> bool:
    """Move the guest's lines over in one transaction, if both carts are as they were read.

    A repeat finds the guest's cart empty; a lost reply is sent again under the transaction's token.
    """
    transaction = Transaction()
    transaction.update(
        CartItem.of(guest.owner), [CartItem.lines.set({}), CartItem.version.set(guest.version + 1)], _as_read(guest)
    )
    if customer.version:
        actions: list[Action] = [CartItem.lines.set(_stored(lines)), CartItem.version.set(customer.version + 1)]
        actions += [CartItem.currency.set(guest.currency), _kept()]
        transaction.update(CartItem.of(customer.owner), actions, _as_read(customer))
    else:
        transaction.put(_new(customer.owner, lines, guest.currency), CartItem.pk.does_not_exist())
    try:
        transaction.commit()
    except Refused:
        return False
    return True


def mark(transaction: Transaction, owner: str, version: int, order_id: str) -> None:
    """Let an order buy the cart, if it is as the buyer saw it and no other order is at it."""
    free = CartItem.order_id.does_not_exist() & (CartItem.version == version) & (_number_of_lines() > 0)
    transaction.update(CartItem.of(owner), [CartItem.order_id.set(order_id), _kept()], free)


def empty_if_bought(transaction: Transaction, owner: str, version: int, order_id: str) -> None:
    """Take out what was bought, if the cart is still that and marked by the order."""
    actions: list[Action] = [CartItem.lines.set({}), CartItem.version.set(version + 1), CartItem.order_id.remove()]
    actions.append(_kept())
    transaction.update(CartItem.of(owner), actions, (CartItem.order_id == order_id) & (CartItem.version == version))


def unmark(transaction: Transaction, owner: str, order_id: str) -> None:
    transaction.update(CartItem.of(owner), [CartItem.order_id.remove(), _kept()], CartItem.order_id == order_id)


def delete_unmarked(owner: str) -> bool:
    """False, and nothing is done, while an order is buying it. A repeat finds it gone, which is as good."""
    try:
        tables.delete(CartItem.of(owner), CartItem.order_id.does_not_exist())
    except ConditionFailed:
        return False
    return True


def _as_read(cart: Cart) -> Condition:
    return CartItem.version == cart.version


def _found(owner: str, failed: ConditionFailed) -> Cart:
    return CartItem.from_raw_data(failed.item).value() if failed.item else Cart(owner=owner)


def _stored(lines: Sequence[Line]) -> dict[str, Any]:
    return {line.sku: _stored_line(line) for line in lines}


def _stored_line(line: Line) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(line).items() if name != "sku"}
