"""What stands behind orders-service in its unit tests, and somebody who shops in front of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from chalicelib.catalog import Reserved, Variant
from chalicelib.checkout.effects import Held, Payment, PaymentStatus
from chalicelib.errors import CatalogDown, CurrencyMismatch, ProviderDown, RefundRefused
from chalicelib.orders.order import Order, Parcel
from chalicelib.pricing.price import Line
from common.deadline import Deadline
from common.schemas import Money
from tests.orders.simulation.catalog import Catalog, Hold, Sku
from tests.support.api import Answer, Api
from tests.support.fixtures import client

ADDRESS = {"name": "Ann Example", "line1": "Lane 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}


SHOWN = {
    Hold.HELD: "held",
    Hold.COMMITTED: "sold",
    Hold.RETURNED: "sold",
    Hold.RELEASED: "released",
    Hold.EXPIRED: "expired",
}


class FakeCatalog:
    """Counts its calls; `down` makes each of them fail."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.reservations = Catalog(now, {"LAMP.1": Sku(5, 1999), "MUG": Sku(3, 750), "BOOK": Sku(9, 1200)})
        self.currencies = {"BOOK": "USD"}
        self.weights = {"LAMP.1": 1200, "MUG": 350, "BOOK": 500}
        self.down = False
        self.calls: list[str] = []

    def variants(self, skus: Sequence[str]) -> dict[str, Variant]:
        if not skus:
            return {}
        self._called("variants")
        return {sku: self._variant(sku) for sku in skus if sku in self.reservations.skus}

    def _variant(self, sku: str) -> Variant:
        known = self.reservations.skus[sku]
        price = Money(known.price, self.currencies.get(sku, "EUR"))
        return Variant(
            sku=sku,
            product_id=f"prd_{sku}",
            name=sku.title(),
            options={},
            price=price,
            available=known.available,
            weight_g=self.weights.get(sku),
        )

    def hold(self, order_id: str, lines: Sequence[Line], ttl_seconds: int, currency: str) -> Held:
        self._called("hold")
        if any(self.currencies.get(line.sku, "EUR") != currency for line in lines):
            raise CurrencyMismatch
        return replace(self.reservations.hold(order_id, lines, ttl_seconds, currency), weights=self.weights)

    def commit(self, order_id: str) -> bool:
        self._called("commit")
        return self.reservations.commit(order_id)

    def release(self, order_id: str) -> bool:
        self._called("release")
        return self.reservations.release(order_id)

    def give_back(self, order_id: str, return_id: str, items: Sequence[Parcel]) -> None:
        self._called("give_back")
        self.reservations.give_back(order_id, return_id, items)

    def reservation(self, order_id: str) -> Reserved | None:
        self._called("reservation")
        found = self.reservations.reservations.get(order_id)
        if found is None:
            return None
        state = "expired" if found.state is Hold.HELD and self.reservations.is_closed(found) else SHOWN[found.state]
        back = {return_id: dict(items) for return_id, items in found.returns.items()}
        return Reserved(state=state, items=dict(found.items), returns=back)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.down:
            raise CatalogDown

    def left(self, sku: str) -> int:
        return self.reservations.skus[sku].available

    def states(self) -> list[Hold]:
        return [one.state for one in self.reservations.reservations.values()]


@dataclass
class FakeProvider:
    """`payments` as the provider sees them; `down` makes every call fail without doing anything."""

    payments: dict[str, Payment] = field(default_factory=dict)
    methods: dict[str, str | None] = field(default_factory=dict)
    refunds: dict[tuple[str, int], int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    down: bool = False
    refuse_refunds: bool = False
    lose_replies_to: set[str] = field(default_factory=set)

    def create(self, order: Order) -> Payment:
        self._called("create")
        if order.payment_method == "pm_unknown":
            return Payment(id="", status=PaymentStatus.DECLINED)
        made = Payment(id=f"pi_{order.id}", status=PaymentStatus.UNCONFIRMED)
        self.methods[made.id] = order.payment_method
        return self._answer("create", self.payments.setdefault(made.id, made))

    def find(self, payment_id: str) -> Payment:
        self._called("find")
        return self.payments[payment_id]

    def confirm(self, order: Order) -> Payment:
        self._called("confirm")
        outcome = {"pm_declined": PaymentStatus.DECLINED, "pm_3ds": PaymentStatus.ACTION_REQUIRED}
        return self._answer(
            "confirm", self.become(order, outcome.get(str(order.payment_method), PaymentStatus.AUTHORIZED))
        )

    def capture(self, order: Order) -> Payment:
        self._called("capture")
        if order.payment_method == "pm_capture_fails":
            return self.payments[str(order.payment_id)]
        return self._answer("capture", self.become(order, PaymentStatus.CAPTURED))

    def void(self, order: Order) -> Payment:
        self._called("void")
        known = self.payments[str(order.payment_id)]
        return known if known.status is PaymentStatus.CAPTURED else self.become(order, PaymentStatus.VOIDED)

    def refund(self, order: Order, number: int, amount: int) -> None:
        self._called("refund")
        if self.refuse_refunds:
            raise RefundRefused
        self.refunds[order.id, number] = amount
        self._answer("refund", self.payments[str(order.payment_id)])

    def become(self, order: Order, status: PaymentStatus) -> Payment:
        asks = status is PaymentStatus.ACTION_REQUIRED
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.test"}} if asks else None
        now = replace(self.payments[str(order.payment_id)], status=status, authorized=order.total, next_action=action)
        self.payments[now.id] = now
        return now

    def complete(self, order_id: str) -> None:
        """The buyer confirms at the bank."""
        now = replace(self.payments[f"pi_{order_id}"], status=PaymentStatus.AUTHORIZED, next_action=None)
        self.payments[now.id] = replace(now, authorized=now.authorized)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.down:
            raise ProviderDown

    def _answer(self, name: str, payment: Payment) -> Payment:
        if name in self.lose_replies_to:
            raise ProviderDown
        return payment

    def statuses(self) -> list[PaymentStatus]:
        return [payment.status for payment in self.payments.values()]


def use_catalog(monkeypatch: pytest.MonkeyPatch, catalog: FakeCatalog) -> None:
    for module in ("cart.routes", "checkout.routes", "checkout.wiring"):
        monkeypatch.setattr(f"chalicelib.{module}.Catalog", lambda _deadline: catalog)


def use_provider(monkeypatch: pytest.MonkeyPatch, provider: FakeProvider) -> None:
    monkeypatch.setattr("chalicelib.checkout.wiring.Stripe", lambda *_: provider)


class Shopper:
    """Shops as a guest unless told otherwise: `shop.puts("MUG", 2)`, `shop.buys()`."""

    def __init__(self, api: Api, role: str = "guest", subject: str | None = None) -> None:
        self.api, self.role, self.subject = api, role, subject or f"usr_{role}"

    def named(self, subject: str, role: str = "guest") -> "Shopper":
        return Shopper(self.api, role, subject)

    def get(self, path: str, **headers: str) -> Answer:
        return self.api.get(path, role=self.role, subject=self.subject, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.api.post(path, body, role=self.role, subject=self.subject, **headers)

    def puts(self, sku: str, quantity: int = 1) -> Answer:
        return self.api.put(f"/cart/items/{sku}", {"quantity": quantity}, role=self.role, subject=self.subject)

    def deletes(self, path: str) -> Answer:
        return self.api.delete(path, role=self.role, subject=self.subject)

    def cart(self) -> Any:
        return self.get("/cart").json

    def quote(self, **changes: Any) -> Answer:
        return self.post("/checkout/quote", {"shipping_address": ADDRESS, "shipping_method": "standard"} | changes)

    def purchase(self, **changes: Any) -> dict[str, Any]:
        """What the shopper sees now, as the body of POST /orders; a change to None leaves a member out."""
        cart = self.cart()
        body = {
            "cart_version": cart["version"],
            "expected_total": self.quote().json.get("total", {"amount": 0, "currency": "EUR"}),
            "shipping_address": ADDRESS,
            "shipping_method": "standard",
            "payment_method": "pm_card_visa",
            "email": "ann@example.test" if self.role == "guest" else None,
        }
        return {name: value for name, value in (body | changes).items() if value is not None}

    def buys(self, key: str = "key-1", body: Any = None, **changes: Any) -> Answer:
        return self.post("/orders", body or self.purchase(**changes), Idempotency_Key=key)

    def order(self, order_id: str) -> Any:
        return self.get(f"/orders/{order_id}").json


PARCEL = {"carrier": "DHL", "tracking_number": "JJD-001"}


class Staff(Shopper):
    """`staff.ships(order_id, "key", MUG=1)`: somebody of the staff, at the packing table and at the phone."""

    def __init__(self, api: Api, role: str = "staff") -> None:
        super().__init__(api, role)

    def ships(self, order_id: str, key: str = "ship-1", body: Any = PARCEL, **quantities: int) -> Answer:
        items = {"items": listed(quantities)} if quantities else {}
        return self.post(f"/orders/{order_id}/shipments", body | items, Idempotency_Key=key)

    def delivers(self, order_id: str) -> Answer:
        return self.post(f"/orders/{order_id}/deliver")

    def refunds(self, order_id: str, amount: int, key: str = "refund-1", **changes: Any) -> Answer:
        body = {"amount": {"amount": amount, "currency": "EUR"}, "reason": "Scratched"} | changes
        return self.post(f"/orders/{order_id}/refunds", body, Idempotency_Key=key)

    def judges(self, order_id: str, return_id: str, verdict: str) -> Answer:
        return self.post(f"/orders/{order_id}/returns/{return_id}/{verdict}")


def listed(quantities: dict[str, int]) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]


def bought(shop: Shopper, key: str = "key-1", **changes: Any) -> str:
    """The id of an order of one mug and two lamps."""
    shop.puts("MUG")
    shop.puts("LAMP.1", 2)
    answer = shop.buys(key, **changes)
    return str(answer.json.get("id") or answer.json["order_id"])


def told(kind: str) -> list[Any]:
    """What the world was told of a kind of event."""
    items = client("dynamodb").scan(TableName="shop-orders")["Items"]
    events = [json.loads(item["event"]["S"]) for item in items if item["sk"]["S"].startswith("OUT#")]
    return [event["data"] for event in events if event["type"] == kind]


def sweep() -> int:
    """The sweeper's minute has come."""
    from chalicelib.checkout.wiring import new_breaker, world
    from chalicelib.orders import domain

    breaker = new_breaker()
    return domain.sweep(lambda: world(Deadline(20), breaker), lambda: False)


class Crash(BaseException):
    """The process dies here; nothing catches it."""


def crashing_at(effect: str) -> Any:
    """While it lasts, the process dies just before this effect on the checkout's store."""
    return patch(f"chalicelib.checkout.store.DynamoStore.{effect}", side_effect=Crash)
