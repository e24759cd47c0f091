"""Shipping methods and tax rates of this shop, and those that it has until an administrator sets others."""

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
    version: int = 1


class ShippingRate(msgspec.Struct, frozen=True):
    """The price from a subtotal on; no `max_weight_g` is any weight, also one that is not known."""

    min_subtotal: Money
    max_weight_g: int | None
    price: Money


class ShippingMethod(msgspec.Struct, frozen=True):
    """The first of `rates` that fits is the price."""

    id: str
    name: str
    countries: list[str]
    rates: list[ShippingRate]
    version: int = 1


TAXES = {country: TaxRate(country, rate_bps, inclusive=True) for country, rate_bps in _EU.items()}
METHODS = {
    "standard": ShippingMethod(
        "standard", "Standard delivery", sorted(_EU), [ShippingRate(Money(0, "EUR"), None, Money(490, "EUR"))]
    )
}


class Rates(msgspec.Struct, frozen=True):
    """All that was ever set, over what the shop came with; a method that is None was deleted.

    `revision` counts the changes; each method and tax rate has that of its own last change as its version.
    """

    set_methods: dict[str, ShippingMethod | None] = {}
    set_taxes: dict[str, TaxRate] = {}
    revision: int = 1

    @property
    def methods(self) -> dict[str, ShippingMethod]:
        known = {**METHODS, **self.set_methods}
        return {method_id: method for method_id, method in known.items() if method}

    @property
    def taxes(self) -> dict[str, TaxRate]:
        return {**TAXES, **self.set_taxes}

    def find_method(self, method_id: str) -> ShippingMethod | None:
        return self.set_methods[method_id] if method_id in self.set_methods else METHODS.get(method_id)

    def find_tax(self, country: str) -> TaxRate | None:
        return self.set_taxes.get(country) or TAXES.get(country)
