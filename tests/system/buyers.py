"""People who use a running shop, and what is left of their purchases in its books."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.system.web import Answer, Web, fetch_json

ADDRESS = {
    "name": "Ann Example",
    "line1": "Lindenstr. 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}
SHIPPING = "standard"


@dataclass
class Buyer:
    """Somebody with a cart. `email` is given at the checkout, as guests must."""

    web: Web
    email: str | None = None

    @classmethod
    def guest(cls, origin: str) -> "Buyer":
        session = Web(origin).post("/sessions/guest", {})
        assert session.status == 201, session
        return cls(Web(origin, session.json["access_token"]), f"guest-{secrets.token_hex(6)}@shop.example")

    def with_one(self, sku: str, quantity: int = 1) -> "Buyer":
        filled = self.web.put(f"/cart/items/{sku}", {"quantity": quantity})
        assert filled.status == 200, filled
        return self

    def order_form(self, payment_method: str = "pm_card_visa") -> dict[str, Any]:
        """The body of POST /orders for the cart and its price as they are now."""
        delivery = {"shipping_address": ADDRESS, "shipping_method": SHIPPING}
        quote = self.web.post("/checkout/quote", delivery)
        assert quote.status == 200, quote
        form = {
            **delivery,
            "cart_version": self.web.get("/cart").json["version"],
            "expected_total": quote.json["total"],
            "payment_method": payment_method,
        }
        return form if self.email is None else {**form, "email": self.email}

    def place(self, form: dict[str, Any], key: str | None = None) -> Answer:
        return self.web.post("/orders", form, Idempotency_Key=key or secrets.token_hex(12))

    def insist(self, form: dict[str, Any]) -> Answer:
        """Send it again under the same key as long as the answer is that nothing could be done (503)."""
        key = secrets.token_hex(12)
        for _ in range(4):
            answer = self.place(form, key)
            if answer.status != 503:
                break
        return answer

    def buy(self, payment_method: str = "pm_card_visa") -> Answer:
        return self.place(self.order_form(payment_method))

    def orders(self) -> list[dict[str, Any]]:
        listed = self.web.get("/orders?limit=100")
        assert listed.status == 200, listed
        return list(listed.json["items"])


@dataclass
class Books:
    """What the shop and the payment provider wrote down about one product and its buyers."""

    staff: Web
    payments_url: str
    product_id: str
    sku: str
    initial: int
    buyers: list[Buyer] = field(default_factory=list)

    @classmethod
    def of_new_product(cls, staff: Web, payments_url: str, stock: int) -> "Books":
        """Put something new on sale."""
        name = f"lamp-{secrets.token_hex(6)}"
        variant = {"sku": name, "price": {"amount": 1990, "currency": "EUR"}, "weight_g": 100, "stock": stock}
        made = staff.post("/products", {"slug": name, "name": "Lamp", "status": "active", "variants": [variant]})
        assert made.status == 201, made
        return cls(staff, payments_url, made.json["id"], name, stock)

    def welcome(self, buyer: Buyer) -> Buyer:
        """Follow the orders of this buyer too."""
        self.buyers.append(buyer)
        return buyer

    def stock(self) -> dict[str, int]:
        level = self.staff.get(f"/stock/{self.sku}")
        assert level.status == 200, level
        return {name: level.json[name] for name in ("on_hand", "held", "available")}

    def orders(self) -> list[dict[str, Any]]:
        return [order for buyer in self.buyers for order in buyer.orders()]

    def ledger(self) -> list[dict[str, Any]]:
        """The movements of money for the buyers' orders."""
        ids = {order["id"] for order in self.orders()}
        movements = fetch_json(f"{self.payments_url}/ledger")["items"]
        return [one for one in movements if one["metadata"].get("order_id") in ids]

    def moved(self, kind: str) -> int:
        return sum(1 for one in self.ledger() if one["type"] == kind)

    def money(self) -> Counter[str]:
        """What was really taken for each order: captured less refunded."""
        taken: Counter[str] = Counter()
        for one in self.ledger():
            sign = {"captured": 1, "refunded": -1}.get(one["type"], 0)
            taken[one["metadata"]["order_id"]] += sign * one["amount"]
        return +taken

    def settled(self) -> bool:
        """Whether nothing is under way, and money, orders and stock say the same."""
        orders, stock = self.orders(), self.stock()
        confirmed = {order["id"]: order["total"]["amount"] for order in orders if order["status"] == "confirmed"}
        sold = sum(line["quantity"] for order in orders if order["id"] in confirmed for line in order["items"])
        return (
            all(order["status"] != "pending" for order in orders)
            and stock == {"on_hand": self.initial - sold, "held": 0, "available": self.initial - sold}
            and dict(self.money()) == confirmed
        )

    def report(self) -> str:
        """Everything that was compared, for the message of a failed test."""
        orders = [(order["id"], order["status"], order["total"]["amount"]) for order in self.orders()]
        return f"stock {self.stock()} of {self.initial}, orders {orders}, ledger {self.ledger()}"
