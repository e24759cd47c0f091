"""What was paid for a part of an order.

Of a line the first k units of n have cost its price times k / n, rounded down; what comes back next costs the
difference of two such sums. So all parts together are exactly the line, whatever order they come in. With the last unit
of the last line the shipping goes back, too, and with it every cent that was paid.
"""

from collections import Counter

from chalicelib.orders.order import Order, counted, gone_back
from chalicelib.pricing.price import PricedLine


def share_of(order: Order, coming: Counter[str]) -> int:
    """What is to be refunded for these units, after all that went back before; never more than is left."""
    before = gone_back(order)
    after = before + coming
    amount = sum(_cost(order, line, after[line.sku]) - _cost(order, line, before[line.sku]) for line in order.lines)
    if counted(order.lines) <= after:
        amount += _shipping(order)
    return min(amount, order.refundable)


def _cost(order: Order, line: PricedLine, units: int) -> int:
    return _paid(order, line) * units // line.quantity


def _paid(order: Order, line: PricedLine) -> int:
    """With the tax, where prices are without it."""
    inclusive = order.total == order.subtotal - order.discount + order.shipping
    return line.total - line.discount + (0 if inclusive else line.tax)


def _shipping(order: Order) -> int:
    return order.total - sum(_paid(order, line) for line in order.lines)
