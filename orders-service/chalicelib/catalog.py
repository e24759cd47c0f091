"""catalog-service as this service uses it: the variants of a cart, and reservations for orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from chalicelib import config
from chalicelib.checkout.effects import Held
from chalicelib.errors import CatalogDown, CurrencyMismatch, HoldClosed, OutOfStock
from chalicelib.orders.order import Parcel
from chalicelib.pricing.price import Line
from common import logs
from common.client import Answer, DependencyDown, Service
from common.deadline import Deadline
from common.schemas import Money

_service = Service("catalog", config.CATALOG_URL, config.service_tokens)
_log = logs.logger(__name__)


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A variant as catalog-service shows it."""

    sku: str
    product_id: str
    name: str
    options: dict[str, str]
    price: Money
    available: int
    weight_g: int | None = None
    thumb_url: str | None = None


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """A reservation as it stands: quantities by SKU, and of what came back by its return_id."""

    state: str
    items: dict[str, int]
    returns: dict[str, dict[str, int]]


class Catalog:
    """All calls of one request; also the checkout's Stock. Raises CatalogDown when there is no usable answer."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def variants(self, skus: Sequence[str]) -> dict[str, Variant]:
        """Those that exist, by SKU, in one call."""
        if not skus:
            return {}
        answer = self._call("GET", "/variants?" + urlencode([("sku", sku) for sku in skus]))
        if answer.status != 200:
            raise _unusable("variants", answer)
        found = msgspec.convert(answer.body["items"], list[Variant])
        return {variant.sku: variant for variant in found}

    def hold(self, order_id: str, lines: Sequence[Line], ttl_seconds: int, currency: str) -> Held:
        body = {"items": _items(lines), "ttl_seconds": ttl_seconds, "currency": currency}
        answer = self._call("PUT", f"/reservations/{order_id}", body)
        match answer.status, _code(answer):
            case ((200 | 201), _):
                return _held(answer.body)
            case 409, "out_of_stock":
                raise OutOfStock(shortages=answer.body["shortages"])
            case 409, ("reservation_closed" | "reservation_mismatch"):
                raise HoldClosed
            case 409, "currency_mismatch":
                raise CurrencyMismatch
        raise _unusable("hold", answer)

    def commit(self, order_id: str) -> bool:
        answer = self._call("POST", f"/reservations/{order_id}/commit")
        if answer.status not in (200, 404, 409):
            raise _unusable("commit", answer)
        return answer.status == 200

    def release(self, order_id: str) -> bool:
        answer = self._call("DELETE", f"/reservations/{order_id}")
        if answer.status not in (204, 409):
            raise _unusable("release", answer)
        return answer.status == 204

    def give_back(self, order_id: str, return_id: str, items: Sequence[Parcel]) -> None:
        body = {"return_id": return_id, "items": _items(items)}
        answer = self._call("POST", f"/reservations/{order_id}/return", body)
        if answer.status != 200:
            raise _unusable("give_back", answer)

    def reservation(self, order_id: str) -> Reserved | None:
        answer = self._call("GET", f"/reservations/{order_id}")
        if answer.status not in (200, 404):
            raise _unusable("reservation", answer)
        return _reserved(answer.body) if answer.status == 200 else None

    def _call(self, method: str, path: str, body: object = None) -> Answer:
        try:
            return _service.call(method, path, body=body, deadline=self._deadline)
        except DependencyDown as error:
            raise CatalogDown from error


def _items(lines: Sequence[Line | Parcel]) -> list[dict[str, Any]]:
    return [{"sku": line.sku, "quantity": line.quantity} for line in lines]


def _reserved(body: dict[str, Any]) -> Reserved:
    returns = {one["return_id"]: _quantities(one["items"]) for one in body["returns"]}
    return Reserved(state=body["state"], items=_quantities(body["items"]), returns=returns)


def _quantities(items: list[dict[str, Any]]) -> dict[str, int]:
    return {item["sku"]: item["quantity"] for item in items}


def _held(body: dict[str, Any]) -> Held:
    prices = {item["sku"]: item["unit_price"] for item in body["items"]}
    until = datetime.fromisoformat(body["expires_at"]).timestamp() if body["expires_at"] else 0.0
    amounts = {sku: price["amount"] for sku, price in prices.items()}
    weights = {item["sku"]: item.get("weight_g") for item in body["items"]}
    return Held(until, amounts, next(iter(prices.values()))["currency"], weights)


def _code(answer: Answer) -> str:
    return str(answer.body.get("code", "")) if isinstance(answer.body, dict) else ""


def _unusable(call: str, answer: Answer) -> CatalogDown:
    """An answer that this service does not know what to do with is our mistake or catalog's, and never the buyer's."""
    _log.error("catalog_answer_unusable", extra={"call": call, "status": answer.status, "code": _code(answer)})
    return CatalogDown()
