"""HTTP in and out for stock: staff only."""

from chalice import Blueprint

from chalicelib.errors import StockHeld
from chalicelib.stock import domain
from chalicelib.stock.adjustments import Adjustment
from chalicelib.stock.models import Sku
from chalicelib.stock.schemas import (
    AdjustmentView,
    AdjustStock,
    History,
    ListLow,
    LowStock,
    LowStockView,
    SetShards,
    SetStock,
    StockView,
)
from common.auth import roles
from common.clock import rfc3339
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, NotFound
from common.schemas import PageQuery

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/stock", methods=["GET"])
@operation(allow=staff, query=ListLow, responses={200: LowStock}, problems=[CursorInvalid])
def list_low_stock(query: ListLow, call: Call) -> LowStock:
    """SKUs of which no more is available than their `low_stock_at`."""
    items, following = domain.list_low(query.limit, query.cursor, call.caller.id)
    return LowStock(items=[_present_low(one) for one in items], next_cursor=following)


@routes.route("/stock/{sku}", methods=["GET"])
@operation(allow=staff, responses={200: StockView}, problems=[NotFound])
def find_stock(sku: str) -> StockView:
    """What is on hand, held for orders, and available."""
    return StockView(**domain.find_stock(sku))


@routes.route("/stock/{sku}", methods=["PUT"])
@operation(allow=staff, request=SetStock, responses={200: StockView}, problems=[NotFound, StockHeld])
def set_stock(sku: str, body: SetStock, call: Call) -> StockView:
    """Set what was counted on the shelf, and the level at which `stock.low` is told."""
    return StockView(**domain.set_stock(sku, body.on_hand, body.low_stock_at, call.caller.id))


@routes.route("/stock/{sku}/shards", methods=["PUT"])
@operation(allow=staff, request=SetShards, responses={200: StockView}, problems=[NotFound])
def set_shards(sku: str, body: SetShards) -> StockView:
    """Spread a popular SKU's counter, so that its buyers do not wait for one another; the same again evens it out."""
    return StockView(**domain.set_shards(sku, body.shards))


@routes.route("/stock/{sku}/adjustments", methods=["GET"])
@operation(allow=staff, query=PageQuery, responses={200: History}, problems=[NotFound, CursorInvalid])
def list_adjustments(sku: str, query: PageQuery, call: Call) -> History:
    """Who corrected the stock, by how much and why, newest first."""
    rows, following = domain.list_history(sku, query.limit, query.cursor, call.caller.id)
    return History(items=[_present(one) for one in rows], next_cursor=following)


@routes.route("/stock/{sku}/adjustments", methods=["POST"])
@operation(allow=staff, request=AdjustStock, responses={200: StockView}, problems=[NotFound, StockHeld], keyed=True)
def adjust_stock(sku: str, body: AdjustStock, call: Call) -> Reply[StockView]:
    """Add units or take them away, with a reason, once for each Idempotency-Key."""
    answer, replayed = domain.adjust_stock(
        sku, body.delta, body.reason, call.caller.id, call.idempotency_key, call.body_hash
    )
    return Reply(200, StockView(**answer), replayed=replayed)


def _present(one: Adjustment) -> AdjustmentView:
    return AdjustmentView(id=one.id, delta=one.delta, reason=one.reason, actor=one.actor, at=rfc3339(one.at))


def _present_low(one: Sku) -> LowStockView:
    return LowStockView(
        sku=one.sku,
        product_id=one.product_id,
        available=one.available,
        low_stock_at=one.low_stock_at,
        since=rfc3339(one.crossing.at) if one.crossing else None,
    )
