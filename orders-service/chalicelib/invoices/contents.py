"""What stands on an order's invoice and on its credit notes."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.invoices.document import Document, Item, Kind, Party, Seller, Taxed
from chalicelib.orders.order import Order, Parcel, Refund
from chalicelib.orders.schemas import number_of
from chalicelib.pricing.domain import half_up
from chalicelib.pricing.price import PricedLine


def invoice_of(order: Order, number: str, issued_at: float, seller: Seller) -> Document:
    rate, inclusive = _taxation(order)
    items = [_item(line, rate, inclusive) for line in order.lines]
    return Document(
        kind=Kind.INVOICE,
        number=number,
        issued_at=issued_at,
        **_shared(order, seller),
        items=items,
        subtotal=order.subtotal,
        discount=order.discount,
        shipping=order.shipping,
        taxes=[Taxed(rate, order.total - order.tax, order.tax)],
        total=order.total,
    )


def credit_note_of(
    order: Order, refund: Refund, invoice: Document, credited: int, number: str, issued_at: float
) -> Document:
    """A refund's; `credited` is what earlier credit notes gave back."""
    (taxed,) = invoice.taxes
    before, after = (half_up(part * taxed.tax, invoice.total or 1) for part in (credited, credited + refund.amount))
    tax = after - before  # so the shares of several refunds add up: all of the total contains all of the tax
    return Document(
        kind=Kind.CREDIT_NOTE,
        number=number,
        issued_at=issued_at,
        **_shared(order, invoice.seller),
        items=_returned(order, refund, invoice.items),
        subtotal=refund.amount,
        discount=0,
        shipping=0,
        taxes=[Taxed(taxed.rate_bps, refund.amount - tax, tax)],
        total=refund.amount,
        invoice=invoice.number,
        refund=refund.number,
    )


def _shared(order: Order, seller: Seller) -> dict[str, Any]:
    buyer, recipient = _party(order.billing_address, order.email), _party(order.shipping_address, None)
    elsewhere = buyer and recipient and buyer.lines != recipient.lines
    return {
        "order_id": order.id,
        "order_number": number_of(order),
        "ordered_at": order.placed_at,
        "seller": seller,
        "country": order.shipping_address["country"],
        "buyer": buyer,
        "recipient": recipient if elsewhere else None,
        "currency": order.currency,
        "inclusive": _taxation(order)[1],
    }


def _taxation(order: Order) -> tuple[int, bool]:
    """The rate, and whether prices contain it. Orders from before both were kept with them tell it by their amounts."""
    if order.tax_rate_bps is not None:
        return order.tax_rate_bps, bool(order.tax_inclusive)
    rate_bps = 10 * half_up(order.tax * 1000, order.total - order.tax or 1)
    return rate_bps, order.total == order.subtotal - order.discount + order.shipping


def _party(address: Mapping[str, Any], email: str | None) -> Party | None:
    """Who an address belongs to; None where the buyer was erased and the country alone is left."""
    if "name" not in address:
        return None
    city = f"{address['postal_code']} {address['city']}"
    lines = (address["name"], address["line1"], address.get("line2"), city, address.get("region"), address["country"])
    return Party([line for line in lines if line], email)


def _item(line: PricedLine, rate_bps: int, inclusive: bool) -> Item:
    charged = line.total - line.discount
    net = charged - line.tax if inclusive else charged
    return Item(
        name=line.name,
        options=", ".join(f"{name}: {value}" for name, value in line.options.items()),
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        net=net,
        tax=line.tax,
        gross=net + line.tax,
        rate_bps=rate_bps,
    )


def _returned(order: Order, refund: Refund, items: Sequence[Item]) -> list[Item]:
    """The goods that a refund is for, without amounts of their own: those of the refund are what was agreed."""
    back = next((one.items for one in order.returns if one.id == refund.return_id), list[Parcel]())
    sold = {item.sku: item for item in items}
    return [_part(sold[parcel.sku], parcel.quantity) for parcel in back]


def _part(item: Item, quantity: int) -> Item:
    return Item(
        name=item.name, options=item.options, sku=item.sku, quantity=quantity, unit_price=item.unit_price,
        discount=0, net=0, tax=0, gross=0, rate_bps=item.rate_bps,
    )  # fmt: skip
