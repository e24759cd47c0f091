"""HTTP in and out for shipping methods and tax rates."""

import re

from chalice import Blueprint

from chalicelib.errors import TooManyMethods
from chalicelib.pricing import setting
from chalicelib.pricing.rates import ShippingMethod, TaxRate
from chalicelib.pricing.schemas import ByCountry, SetMethod, SetTaxRate, ShippingMethods, TaxRates, method_of
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import NotFound, VersionMismatch

routes = Blueprint(__name__)
admin = roles("admin")
_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}\Z")
_COUNTRY = re.compile(r"^[A-Z]{2}\Z")


@routes.route("/shipping-methods", methods=["GET"])
@operation(allow=public, query=ByCountry, responses={200: ShippingMethods})
def list_methods(query: ByCountry) -> ShippingMethods:
    """List how orders can be sent, to one country or at all."""
    return ShippingMethods(items=setting.list_methods(query.country or None))


@routes.route("/shipping-methods/{method_id}", methods=["PUT"])
@operation(
    allow=admin,
    request=SetMethod,
    responses={200: ShippingMethod},
    problems=[NotFound, VersionMismatch, TooManyMethods],
)
def set_method(method_id: str, body: SetMethod, call: Call) -> Reply[ShippingMethod]:
    """Set a shipping method, new or not; the first of its rates that fits is the price."""
    if not _ID.match(method_id):
        raise NotFound
    made = setting.set_method(method_of(method_id, body), call.precondition)
    return Reply(200, made, version=made.version)


@routes.route("/shipping-methods/{method_id}", methods=["DELETE"])
@operation(allow=admin, responses={204: None}, problems=[NotFound, VersionMismatch])
def delete_method(method_id: str, call: Call) -> Reply[None]:
    """Remove a shipping method; orders keep it."""
    setting.delete_method(method_id, call.precondition)
    return Reply(204)


@routes.route("/tax-rates", methods=["GET"])
@operation(allow=public, responses={200: TaxRates})
def list_tax_rates() -> TaxRates:
    """List the tax rates of all countries that orders can be sent to."""
    return TaxRates(items=setting.list_tax_rates())


@routes.route("/tax-rates/{country}", methods=["GET"])
@operation(allow=public, responses={200: TaxRate}, problems=[NotFound])
def find_tax_rate(country: str) -> Reply[TaxRate]:
    """Tell a country's tax rate, and whether prices contain it."""
    rate = setting.find_tax_rate(country)
    return Reply(200, rate, version=rate.version)


@routes.route("/tax-rates/{country}", methods=["PUT"])
@operation(allow=admin, request=SetTaxRate, responses={200: TaxRate}, problems=[NotFound, VersionMismatch])
def set_tax_rate(country: str, body: SetTaxRate, call: Call) -> Reply[TaxRate]:
    """Set a country's tax rate; without one nothing is sent there."""
    if not _COUNTRY.match(country):
        raise NotFound
    rate = setting.set_tax_rate(TaxRate(country, body.rate_bps, body.inclusive), call.precondition)
    return Reply(200, rate, version=rate.version)
