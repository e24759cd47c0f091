"""What mails are filled in with: an order as text for people, in English.

Everything here that a person typed is made one line; templates escape it in HTML, and no subject has any of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib import config
from chalicelib.orders.order import Order, Parcel
from chalicelib.orders.schemas import number_of
from chalicelib.pricing.price import Line
from common.mail import one_line
from common.money import written


def of_order(order: Order, page: str) -> dict[str, Any]:
    """What every mail about it may show."""
    return {
        "number": number_of(order),
        "placed": datetime.fromtimestamp(order.placed_at, UTC).strftime("%-d %B %Y"),
        "guest": buyer(order) == "guest",
        "lines": [_line(line, order) for line in order.lines],
        "sums": _sums(order),
        "total": money(order.total, order),
        "tax_within": money(order.tax, order) if order.tax and not _tax_on_top(order) else "",
        "delivery": _address(order.shipping_address),
        "billing": _address(order.billing_address),
        "shop": [config.SELLER_NAME, *config.SELLER_ADDRESS],
        "link": config.PUBLIC_URL + page,
        "support": config.SUPPORT_EMAIL,
    }


def buyer(order: Order) -> str:
    """The role of whoever placed it."""
    return order.history[0].actor


def money(amount: int, order: Order) -> str:
    return written(amount, order.currency)


def goods(order: Order, items: Sequence[Parcel]) -> list[dict[str, Any]]:
    """So many of some of the order's lines."""
    lines = {line.sku: line for line in order.lines}
    return [{**_named(lines[one.sku]), "quantity": one.quantity} for one in items]


def _line(line: Line, order: Order) -> dict[str, Any]:
    prices = {"each": money(line.unit_price, order), "total": money(line.total, order)}
    return {**_named(line), "quantity": line.quantity, **prices}


def _named(line: Line) -> dict[str, str]:
    options = ", ".join(f"{name}: {value}" for name, value in line.options.items())
    return {"name": one_line(line.name), "options": one_line(options)}


def _sums(order: Order) -> list[dict[str, str]]:
    """From the lines to the total; tax stands among them where it comes on top."""
    code = f" ({one_line(order.discount_code)})" if order.discount_code else ""
    rows = [
        ("Subtotal", order.subtotal, True),
        (f"Discount{code}", -order.discount, bool(order.discount)),
        ("Delivery", order.shipping, True),
        ("Tax", order.tax, _tax_on_top(order)),
    ]
    return [{"label": label, "amount": money(amount, order)} for label, amount, shown in rows if shown]


def _tax_on_top(order: Order) -> bool:
    return order.total != order.subtotal - order.discount + order.shipping


def _address(address: dict[str, Any]) -> list[str]:
    """As on a letter. Phone numbers are for the carrier."""
    known = {name: one_line(str(value or "")) for name, value in address.items()}
    place = f"{known.get('postal_code', '')} {known.get('city', '')}".strip()
    parts = [known.get("name"), known.get("line1"), known.get("line2"), place, known.get("region"), known["country"]]
    return [part for part in parts if part]
