"""Shipping methods and tax rates of this shop, in code until staff can edit them."""

import msgspec

from common.schemas import Money

_EU = {
    "AT": 2000, "BE": 2100, "BG": 2000, "CY": 1900, "CZ": 2100, "DE": 1900, "DK": 2500, "EE": 2400, "ES": 2100,
    "FI": 2550, "FR": 2000, "GR": 2400, "HR": 2500, "HU": 2700, "IE": 2300, "IT": 2200, "LT": 2100, "LU": 1700,
    "LV": 2100, "MT": 1800, "NL": 2100, "PL": 2300, "PT": 2300, "RO": 2100, "SE": 2500, "SI": 2200, "SK": 2300,
}  # fmt: skip


class TaxRate(msgspec.Struct, frozen=True):
    """In hundredths of a percent; `inclusive`: the prices shown contain it."""

    country: str
    rate_bps: int
    inclusive: bool


class ShippingRate(msgspec.Struct, frozen=True):
    """The price from a subtotal on; no `max_weight_g` is any weight."""

    min_subtotal: Money
    max_weight_g: int | None
    price: Money


class ShippingMethod(msgspec.Struct, frozen=True):
    """The first of `rates` that fits is the price."""

    id: str
    name: str
    countries: list[str]
    rates: list[ShippingRate]


TAXES = {country: TaxRate(country, rate_bps, inclusive=True) for country, rate_bps in _EU.items()}
METHODS = {
    "standard": ShippingMethod(
        "standard", "Standard delivery", sorted(_EU), [ShippingRate(Money(0, "EUR"), None, Money(490, "EUR"))]
    )
}
