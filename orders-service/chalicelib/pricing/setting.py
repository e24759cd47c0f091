"""Setting shipping methods and tax rates. A change counts from the next request on; orders keep what they were."""

from collections.abc import Callable

import msgspec

from chalicelib.errors import TooManyMethods
from chalicelib.pricing import models
from chalicelib.pricing.rates import METHODS, Rates, ShippingMethod, TaxRate
from common.problems import NotFound, Unavailable, VersionMismatch
from common.versions import Precondition

MAX_METHODS = 50
MAX_RACES = 8
REF = models.REF


def rates_of(item: models.RatesItem | None) -> Rates:
    """What was read under REF."""
    return item.value() if item else Rates()


def list_methods(country: str | None) -> list[ShippingMethod]:
    """All methods, or those that go to `country`."""
    methods = models.find_rates().methods.values()
    return [method for method in methods if country is None or country in method.countries]


def set_method(method: ShippingMethod, seen: Precondition) -> ShippingMethod:
    """Put a method in the place of what stands under its id, if anything; raises TooManyMethods."""

    def changed(rates: Rates) -> Rates:
        found = rates.find_method(method.id)
        _check(found, seen)
        if found is None and len(rates.methods) >= MAX_METHODS:
            raise TooManyMethods
        versioned = msgspec.structs.replace(method, version=rates.revision + 1)
        return _next(rates, set_methods={**rates.set_methods, method.id: versioned})

    return _change(changed).methods[method.id]


def delete_method(method_id: str, seen: Precondition) -> None:
    """Raise NotFound if there is none; of those that the shop came with it is noted that they are gone."""

    def changed(rates: Rates) -> Rates:
        found = rates.find_method(method_id)
        if found is None:
            raise NotFound
        _check(found, seen)
        others = {name: method for name, method in rates.set_methods.items() if name != method_id}
        return _next(rates, set_methods={**others, method_id: None} if method_id in METHODS else others)

    _change(changed)


def list_tax_rates() -> list[TaxRate]:
    """By country."""
    return [rate for _, rate in sorted(models.find_rates().taxes.items())]


def find_tax_rate(country: str) -> TaxRate:
    rate = models.find_rates().find_tax(country)
    if rate is None:
        raise NotFound
    return rate


def set_tax_rate(rate: TaxRate, seen: Precondition) -> TaxRate:
    def changed(rates: Rates) -> Rates:
        _check(rates.find_tax(rate.country), seen)
        versioned = msgspec.structs.replace(rate, version=rates.revision + 1)
        return _next(rates, set_taxes={**rates.set_taxes, rate.country: versioned})

    return _change(changed).taxes[rate.country]


def _check(found: ShippingMethod | TaxRate | None, seen: Precondition) -> None:
    """What does not exist has no version, so no If-Match fits it."""
    if found is not None:
        seen.check(found.version, required=False)
    elif seen.if_match is not None:
        raise VersionMismatch


def _next(rates: Rates, **changes: object) -> Rates:
    return msgspec.structs.replace(rates, revision=rates.revision + 1, **changes)


def _change(changed: Callable[[Rates], Rates]) -> Rates:
    """Apply a change to what stands there at the moment of the write: who loses a race applies it again."""
    rates = models.find_rates()
    for _ in range(MAX_RACES):
        wanted = changed(rates)
        found = models.replace_rates(rates, wanted)
        if found is None:
            return wanted
        rates = found
    raise Unavailable(retry_after=1)
