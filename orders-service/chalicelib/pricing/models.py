"""All shipping methods and tax rates: `RATES / RATES`, one item, which the checkout reads with the cart.

So a change counts from the next request on, in every instance, and there is nothing to cache.
"""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.pricing.rates import Rates, ShippingMethod, TaxRate
from chalicelib.table import OrdersItem
from common import tables
from common.attributes import Document, Whole
from common.ids import new_id
from common.tables import ConditionFailed, Ref


class RatesItem(OrdersItem):
    """`operation` names the last write, so that one whose reply was lost is recognised."""

    methods = Document[dict[str, ShippingMethod | None]](dict[str, ShippingMethod | None])
    taxes = Document[dict[str, TaxRate]](dict[str, TaxRate])
    revision = Whole()
    operation = UnicodeAttribute()

    def value(self) -> Rates:
        return Rates(self.methods, self.taxes, self.revision)


REF: Ref = (RatesItem, "RATES", "RATES")


def find_rates() -> Rates:
    item = tables.get(RatesItem, "RATES", "RATES")
    return item.value() if item else Rates()


def replace_rates(seen: Rates, rates: Rates) -> Rates | None:
    """Write what follows on `seen`; None if it was written, else what stands there now.

    The condition on the revision lets of two administrators who race the second begin again from what the first
    wrote. A repeat after a lost reply is refused, and finds its own operation.
    """
    item = RatesItem("RATES", "RATES", methods=rates.set_methods, taxes=rates.set_taxes)
    item.revision, item.operation = rates.revision, new_id("op")
    try:
        tables.put(item, _as_seen(seen))
    except ConditionFailed as failed:
        stored = RatesItem.from_raw_data(failed.item) if failed.item else None
        if stored is None:
            return Rates()
        return None if stored.operation == item.operation else stored.value()
    return None


def _as_seen(seen: Rates) -> Condition:
    if seen.revision == Rates().revision:
        return RatesItem.pk.does_not_exist()
    return RatesItem.revision == seen.revision
