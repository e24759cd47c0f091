"""How many of each SKU an order has, and where they are: still here, on their way, or back."""

from collections import Counter
from collections.abc import Iterable, Mapping

from chalicelib.orders.order import Order, Parcel
from chalicelib.pricing.price import PricedLine


def counted(parcels: Iterable[Parcel | PricedLine]) -> Counter[str]:
    """How many of each SKU."""
    found = Counter[str]()
    for one in parcels:
        found[one.sku] += one.quantity
    return found


def parcels(quantities: Mapping[str, int]) -> list[Parcel]:
    return [Parcel(sku, quantity) for sku, quantity in quantities.items() if quantity]


def all_of(order: Order) -> list[Parcel]:
    return parcels(counted(order.lines))


def shipped(order: Order) -> Counter[str]:
    """How many of each SKU have left the house."""
    return counted(one for shipment in order.shipments for one in shipment.items)


def withdrawn(order: Order) -> Counter[str]:
    """How many of each SKU will never leave it."""
    return counted(one for restock in order.restocks if not restock.returned for one in restock.items)


def unshipped(order: Order) -> dict[str, int]:
    """How many of each SKU are still to be shipped."""
    gone = shipped(order) + withdrawn(order)
    left = {sku: quantity - gone[sku] for sku, quantity in counted(order.lines).items()}
    return {sku: quantity for sku, quantity in left.items() if quantity}


def gone_back(order: Order) -> Counter[str]:
    """How many of each SKU came back, or never left the house and will not."""
    return counted(one for restock in order.restocks for one in restock.items)
