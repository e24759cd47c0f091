"""What a person is told about what is held here."""

import msgspec

from chalicelib.cart.cart import Cart
from chalicelib.orders.order import Order
from chalicelib.orders.schemas import EventView, OrderView, present, present_events
from common.schemas import Money


class HeldLine(msgspec.Struct, kw_only=True):
    sku: str
    product_id: str
    name: str
    options: dict[str, str]
    quantity: int
    unit_price: Money


class HeldCart(msgspec.Struct, kw_only=True):
    """As it is stored: at the prices last seen."""

    items: list[HeldLine]
    version: int
    order_id: str | None


class HeldOrder(OrderView, kw_only=True):
    """An order with its history, the id under which the payment provider knows its payment, and the numbers of the
    invoice and the credit notes that name the buyer. Whether its use of a discount code is counted under the buyer's id
    and a hash of the e-mail address, for the code may be used so often by one buyer.
    """

    events: list[EventView]
    payment_id: str | None
    documents: list[str]
    discount_use_counted: bool


class HeldData(msgspec.Struct, kw_only=True):
    """All that orders-service holds on the caller: the cart, and a page of the orders, newest first."""

    customer_id: str
    cart: HeldCart | None
    items: list[HeldOrder]
    next_cursor: str | None


def present_cart(cart: Cart) -> HeldCart | None:
    if not cart.version:
        return None
    lines = [
        HeldLine(
            sku=line.sku,
            product_id=line.product_id,
            name=line.name,
            options=line.options,
            quantity=line.quantity,
            unit_price=Money(line.unit_price, cart.currency),
        )
        for line in cart.lines
    ]
    return HeldCart(items=lines, version=cart.version, order_id=cart.order_id)


def _is_counted(order: Order) -> bool:
    return order.discount_use is not None and order.discount_use.own_max is not None


def present_order(order: Order, documents: list[str]) -> HeldOrder:
    shown = msgspec.structs.asdict(present(order))
    return HeldOrder(
        **shown,
        events=present_events(order).items,
        payment_id=order.payment_id,
        documents=documents,
        discount_use_counted=_is_counted(order),
    )
