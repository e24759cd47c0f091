"""HTTP in and out for stock: staff only."""

from chalice import Blueprint

from chalicelib.errors import StockHeld
from chalicelib.stock import domain
from chalicelib.stock.schemas import AdjustStock, SetStock, StockView
from common.auth import roles
from common.http import Call, Reply, operation
from common.problems import NotFound

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/stock/{sku}", methods=["GET"])
@operation(allow=staff, responses={200: StockView}, problems=[NotFound])
def find_stock(sku: str) -> StockView:
    """What is on hand, held for orders, and available."""
    return StockView(**domain.find_stock(sku))


@routes.route("/stock/{sku}", methods=["PUT"])
@operation(allow=staff, request=SetStock, responses={200: StockView}, problems=[NotFound, StockHeld])
def set_stock(sku: str, body: SetStock) -> StockView:
    """Set what was counted on the shelf."""
    return StockView(**domain.set_stock(sku, body.on_hand))


@routes.route("/stock/{sku}/adjustments", methods=["POST"])
@operation(allow=staff, request=AdjustStock, responses={200: StockView}, problems=[NotFound, StockHeld], keyed=True)
def adjust_stock(sku: str, body: AdjustStock, call: Call) -> Reply[StockView]:
    """Add units or take them away, with a reason, once for each Idempotency-Key."""
    answer, replayed = domain.adjust_stock(
        sku, body.delta, body.reason, call.caller.id, call.idempotency_key, call.body_hash
    )
    return Reply(200, StockView(**answer), replayed=replayed)
