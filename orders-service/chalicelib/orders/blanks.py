"""What an order loses when its buyer is erased."""

from typing import Any

import msgspec

from chalicelib.orders.order import OWN_REASONS, Order, Refund


def without_person(order: Order) -> dict[str, Any]:
    """What has to change for the order not to tell whose it was; empty if it does not tell any more.

    Number, lines, money, tax and times stay for accounting, and of the addresses the country, which the tax came from.
    """
    blank: dict[str, Any] = {
        "email": None,
        "shipping_address": _country_of(order.shipping_address),
        "billing_address": _country_of(order.billing_address),
        "payment_method": None,
        "next_action": None,
        "shipments": [msgspec.structs.replace(one, carrier=None, tracking_number=None) for one in order.shipments],
        "returns": [msgspec.structs.replace(one, reason=None) for one in order.returns],
        "refunds": [_without_words(one) for one in order.refunds],
    }
    return {name: value for name, value in blank.items() if getattr(order, name) != value}


def _without_words(refund: Refund) -> Refund:
    return refund if refund.reason in OWN_REASONS else msgspec.structs.replace(refund, reason=None)


def _country_of(address: dict[str, Any]) -> dict[str, Any]:
    return {"country": address["country"]}
