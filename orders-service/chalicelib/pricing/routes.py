"""HTTP in and out for shipping methods and tax rates."""

from chalice import Blueprint

from chalicelib.pricing import domain
from chalicelib.pricing.rates import TaxRate
from chalicelib.pricing.schemas import ByCountry, ShippingMethods
from common.auth import public
from common.http import operation
from common.problems import NotFound

routes = Blueprint(__name__)


@routes.route("/shipping-methods", methods=["GET"])
@operation(allow=public, query=ByCountry, responses={200: ShippingMethods})
def list_methods(query: ByCountry) -> ShippingMethods:
    """List how orders can be sent, to one country or at all."""
    return ShippingMethods(items=domain.list_methods(query.country or None))


@routes.route("/tax-rates/{country}", methods=["GET"])
@operation(allow=public, responses={200: TaxRate}, problems=[NotFound])
def find_tax_rate(country: str) -> TaxRate:
    """Tell a country's tax rate, and whether prices contain it."""
    return domain.find_tax_rate(country)
