"""orders-service's table as plain dictionaries, with the same conditions on every write."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from chalicelib.cart.cart import Cart
from chalicelib.checkout.effects import Basket, Record, Terms
from chalicelib.discounts.discount import Discount, normal
from chalicelib.keyed import Keyed
from chalicelib.orders.order import Order, State
from chalicelib.pricing.price import Line

Key = tuple[str, str]
UNUSED = frozenset({State.CANCELLED, State.PAYMENT_FAILED})


@dataclass
class Table:
    """The stored items. Each method is one DynamoDB call: it happens whole or not at all."""

    records: dict[Key, Record] = field(default_factory=dict)
    carts: dict[str, Cart] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    keyed: dict[Key, str] = field(default_factory=dict)
    discounts: dict[str, Discount] = field(default_factory=dict)
    own_uses: Counter[Key] = field(default_factory=Counter)
    placed: Callable[[Record, Order], None] = lambda _record, _order: None
    written: Callable[[Order, Order, Basket], None] = lambda _before, _after, _basket: None

    def put_record(self, record: Record) -> Record:
        return self.records.setdefault((record.owner, record.key), record)

    def get_record(self, owner: str, key: str) -> Record | None:
        return self.records.get((owner, key))

    def update_record(self, found: Record, mine: Record) -> bool:
        if not self.leases(found):
            return False
        self.records[mine.owner, mine.key] = mine
        return True

    def delete_record(self, record: Record) -> bool:
        if not self.leases(record):
            return False
        self.records.pop((record.owner, record.key), None)
        return True

    def leases(self, record: Record) -> bool:
        """The record stands, no order is placed and the holder is the same."""
        now = self.get_record(record.owner, record.key)
        return now is not None and now.holder == record.holder and not now.placed

    def get_cart(self, owner: str) -> Cart:
        return self.carts.get(owner) or Cart(owner=owner)

    def get_terms(self, owner: str, email: str | None, discount_code: str | None) -> Terms:
        if discount_code is None:
            return Terms(cart=self.get_cart(owner))
        own = max(self.own_uses[normal(discount_code), name] for name in (owner, email or owner))
        return Terms(cart=self.get_cart(owner), discount=self.discounts.get(normal(discount_code)), own_uses=own)

    def put_lines(self, owner: str, lines: Sequence[Line]) -> None:
        cart = self.get_cart(owner)
        self.carts[owner] = replace(cart, lines=list(lines), version=cart.version + 1)

    def place(self, record: Record, order: Order) -> bool:
        cart = self.get_cart(record.owner)
        if order.id in self.orders or not self.leases(record) or not self.may_mark(cart, order):
            return False
        if not self.may_use(order):
            return False
        self.take_use(order)
        self.placed(record, order)
        self.records[record.owner, record.key] = replace(record, placed=True)
        self.carts[cart.owner] = self.marked(cart, order)
        self.orders[order.id] = order
        return True

    def may_mark(self, cart: Cart, order: Order) -> bool:
        return bool(cart.lines) and cart.version == order.cart_version and cart.order_id is None

    def marked(self, cart: Cart, order: Order) -> Cart:
        return replace(cart, order_id=order.id)

    def get_order(self, order_id: str) -> Order | None:
        return self.orders.get(order_id)

    def put_order(self, before: Order, after: Order, basket: Basket) -> bool:
        if not self.is_current(before) or not self.may_change(basket, before):
            return False
        self.written(self.orders[before.id], after, basket)
        cart = self.get_cart(before.owner)
        if basket is Basket.EMPTY:
            self.carts[cart.owner] = replace(cart, lines=[], version=cart.version + 1, order_id=None)
        if basket is Basket.UNMARK:
            self.carts[cart.owner] = replace(cart, order_id=None)
        if after.state in UNUSED and before.state not in UNUSED:
            self.give_use_back(before)
        self.orders[before.id] = after
        return True

    def may_use(self, order: Order) -> bool:
        """Whether a use of the order's discount is left, for anybody and for this buyer."""
        if order.discount_use is None:
            return True
        left = order.discount_use.shard is not None or self.uses_left(order)
        own_max = order.discount_use.own_max
        return left and (own_max is None or all(self.own_uses[key] < own_max for key in own_keys(order)))

    def uses_left(self, order: Order) -> bool:
        found = self.counting(order)
        return found is not None and not found.is_used_up

    def counting(self, order: Order) -> Discount | None:
        """The discount that the order used, unless it was deleted since."""
        found = self.discounts.get(normal(order.discount_code or ""))
        return found if found and order.discount_use and found.id == order.discount_use.discount_id else None

    def take_use(self, order: Order) -> None:
        self.count_use(order, 1)

    def give_use_back(self, order: Order) -> None:
        self.count_use(order, -1)

    def count_use(self, order: Order, step: int) -> None:
        if order.discount_use is None:
            return
        found = self.counting(order)
        if found and order.discount_use.shard is None:
            self.discounts[normal(found.code)] = replace(found, uses=found.uses + step)
        if order.discount_use.own_max is not None:
            for key in own_keys(order):
                self.own_uses[key] = max(0, self.own_uses[key] + step)

    def get_keyed(self, order_id: str, keyed: Keyed) -> tuple[Order | None, str | None]:
        return self.orders.get(order_id), self.keyed.get((keyed.caller, keyed.key))

    def put_keyed(self, before: Order, after: Order, keyed: Keyed) -> bool:
        if not self.is_unused(keyed) or not self.put_order(before, after, Basket.KEEP):
            return False
        self.keyed[keyed.caller, keyed.key] = keyed.request
        return True

    def is_unused(self, keyed: Keyed) -> bool:
        return (keyed.caller, keyed.key) not in self.keyed

    def is_current(self, order: Order) -> bool:
        return self.orders[order.id].version == order.version

    def may_change(self, basket: Basket, order: Order) -> bool:
        cart = self.get_cart(order.owner)
        if basket is Basket.EMPTY:
            return cart.order_id == order.id and cart.version == order.cart_version
        return basket is Basket.KEEP or cart.order_id == order.id


def own_keys(order: Order) -> list[Key]:
    """Under which names a buyer's own uses are counted."""
    return [(normal(order.discount_code or ""), name) for name in (order.owner, order.email) if name]


Effect = Callable[..., Any]


@dataclass
class SimulatedStore:
    """The checkout's Store out of single calls, as the real one is, so that a fault can fall between any two."""

    call: Effect

    def open_record(self, record: Record) -> Record:
        found: Record = self.call("put_record", record)
        return found

    def take_record(self, found: Record, mine: Record) -> Record | None:
        if self.call("update_record", found, mine):
            return mine
        return self.find_record(mine.owner, mine.key)

    def find_record(self, owner: str, key: str) -> Record | None:
        found: Record | None = self.call("get_record", owner, key)
        return found

    def delete_record(self, record: Record) -> bool:
        return bool(self.call("delete_record", record))

    def find_terms(self, owner: str, email: str | None, discount_code: str | None) -> Terms:
        terms: Terms = self.call("get_terms", owner, email, discount_code)
        return terms

    def place(self, record: Record, order: Order) -> bool:
        return bool(self.call("place", record, order))

    def find_order(self, order_id: str) -> Order | None:
        order: Order | None = self.call("get_order", order_id)
        return order

    def write(self, before: Order, after: Order, basket: Basket = Basket.KEEP) -> Order:
        if self.call("put_order", before, after, basket):
            return after
        now: Order = self.call("get_order", before.id)
        return now

    def find_keyed(self, order_id: str, keyed: Keyed) -> tuple[Order | None, str | None]:
        found: tuple[Order | None, str | None] = self.call("get_keyed", order_id, keyed)
        return found

    def write_keyed(self, before: Order, after: Order, keyed: Keyed) -> bool:
        return bool(self.call("put_keyed", before, after, keyed))
