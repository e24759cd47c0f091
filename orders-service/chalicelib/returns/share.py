"""What was paid for a part of an order.

Of a line the first k units of n have cost its price times k / n, rounded down; what comes back next costs the
difference of two such sums. So all parts together are exactly the line, whatever order they come in. With the last unit
of the last line the shipping goes back, too, and with it every cent that was paid. The sums are rounded down to what
can be paid out: of dinars with three decimals the last is always 0, and any other refund would be refused for good.
"""

from collections import Counter

from chalicelib.orders.goods import counted, gone_back
from chalicelib.orders.order import Order
from chalicelib.payments.money import smallest
from chalicelib.pricing.price import PricedLine


def share_of(order: Order, coming: Counter[str]) -> int:
    """What is to be refunded for these units, after all that went back before; never more than is left."""
    before = gone_back(order)
    amount = _payable(order, before + coming) - _payable(order, before)
    return min(amount, order.refundable)


def _payable(order: Order, units: Counter[str]) -> int:
    """What these units cost together, down to what can be paid out in this currency; all units are the whole order."""
    cost = sum(_cost(order, line, units[line.sku]) for line in order.lines)
    if counted(order.lines) <= units:
        cost += _shipping(order)
    return cost - cost % smallest(order.currency)


def _cost(order: Order, line: PricedLine, units: int) -> int:
    return _paid(order, line) * units // line.quantity


def _paid(order: Order, line: PricedLine) -> int:
    """With the tax, where prices are without it."""
    inclusive = order.total == order.subtotal - order.discount + order.shipping
    return line.total - line.discount + (0 if inclusive else line.tax)


def _shipping(order: Order) -> int:
    return order.total - sum(_paid(order, line) for line in order.lines)
