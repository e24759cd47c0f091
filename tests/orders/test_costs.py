"""What a call of each route costs in round trips to DynamoDB (docs/data.md): every route of the app has a row here.

More on some of them, and on what works behind the routes, in test_calls.py.
"""

import pytest

import app
from chalicelib import config
from chalicelib.webhooks import sending
from tests.orders.neighbours import ADDRESS, PARCEL, bought
from tests.orders.test_calls import METHOD
from tests.orders.test_payments import event, signed
from tests.orders.test_webhooks import hears, message
from tests.support.authorisation import routes_of
from tests.support.tokens import token_for

READ, BATCH, LIST, NEW, CHANGE, TOGETHER = (
    "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems",
)  # fmt: skip
BREAKER = READ  # who calls the payment provider looks first how it is, unless the terms of a checkout have told
STEP = [READ, TOGETHER]  # of an order, where it has no key
RECEIVED = [*STEP, BREAKER, TOGETHER, CHANGE]
ONE_MUG = {"items": [{"sku": "MUG", "quantity": 1}], "reason": "Too bright"}
A_EURO = {"amount": {"amount": 100, "currency": "EUR"}, "reason": "Scratched"}
QUOTE = {"shipping_address": ADDRESS, "shipping_method": "standard"}
SPRING = {"code": "SPRING", "kind": "percent", "value": 10, "max_uses": 9}
ENDPOINT = {"url": "https://a.example.com/", "events": ["*"]}

# Who asks, what there is already, the body, and the calls.
COSTS = {
    ("GET", "/.well-known/jwks.json"): ("guest", "nothing", None, []),
    ("GET", "/health"): ("guest", "nothing", None, []),
    ("GET", "/health/dependencies"): ("guest", "nothing", None, [LIST]),
    ("GET", "/openapi.json"): ("guest", "nothing", None, []),
    ("GET", "/cart"): ("guest", "cart", None, [READ]),
    ("DELETE", "/cart"): ("guest", "cart", None, [CHANGE]),
    ("PUT", "/cart/items/{sku}"): ("guest", "cart", {"quantity": 2}, [CHANGE]),
    ("DELETE", "/cart/items/{sku}"): ("guest", "cart", None, [CHANGE]),
    ("POST", "/cart/merge"): ("customer", "cart", "a guest's token", [READ, READ, TOGETHER, READ]),
    ("POST", "/checkout/quote"): ("guest", "cart", QUOTE, [BATCH]),
    ("POST", "/orders"): ("guest", "cart", "what is asked", [NEW, BATCH, TOGETHER, *[CHANGE] * 3, TOGETHER]),
    ("GET", "/orders"): ("guest", "order", None, [LIST]),
    ("GET", "/orders/{order_id}"): ("guest", "order", None, [READ]),
    ("GET", "/orders/{order_id}/events"): ("guest", "order", None, [READ]),
    ("GET", "/orders/{order_id}/invoice"): ("guest", "order", None, [LIST, READ]),
    ("POST", "/orders/{order_id}/cancel"): ("guest", "order", None, [READ, CHANGE, BREAKER, TOGETHER]),
    ("POST", "/orders/{order_id}/shipments"): ("staff", "order", PARCEL, [BATCH, TOGETHER]),
    ("POST", "/orders/{order_id}/deliver"): ("staff", "shipped", None, STEP),
    ("POST", "/orders/{order_id}/refunds"): ("staff", "order", A_EURO, [BATCH, TOGETHER, BREAKER, TOGETHER]),
    ("POST", "/orders/{order_id}/returns"): ("guest", "delivered", ONE_MUG, STEP),
    ("POST", "/orders/{order_id}/returns/{return_id}/approve"): ("staff", "return", None, STEP),
    ("POST", "/orders/{order_id}/returns/{return_id}/reject"): ("staff", "return", None, STEP),
    ("POST", "/orders/{order_id}/returns/{return_id}/receive"): ("staff", "approved", None, RECEIVED),
    ("GET", "/discounts"): ("staff", "discount", None, [LIST]),
    ("POST", "/discounts"): ("staff", "nothing", SPRING, [NEW]),
    ("GET", "/discounts/{code}"): ("staff", "discount", None, [READ]),
    ("PATCH", "/discounts/{code}"): ("staff", "discount", {"value": 5}, [READ, CHANGE]),
    ("DELETE", "/discounts/{code}"): ("staff", "discount", None, STEP),
    ("GET", "/shipping-methods"): ("guest", "nothing", None, [READ]),
    ("PUT", "/shipping-methods/{method_id}"): ("admin", "nothing", METHOD, [READ, NEW]),
    ("DELETE", "/shipping-methods/{method_id}"): ("admin", "nothing", None, [READ, NEW]),
    ("GET", "/tax-rates"): ("guest", "nothing", None, [READ]),
    ("GET", "/tax-rates/{country}"): ("guest", "nothing", None, [READ]),
    ("PUT", "/tax-rates/{country}"): ("admin", "nothing", {"rate_bps": 1, "inclusive": True}, [READ, NEW]),
    ("GET", "/webhook-endpoints"): ("admin", "webhook", None, [LIST]),
    ("POST", "/webhook-endpoints"): ("admin", "nothing", ENDPOINT, [TOGETHER]),
    ("GET", "/webhook-endpoints/{endpoint_id}"): ("admin", "webhook", None, [READ]),
    ("PATCH", "/webhook-endpoints/{endpoint_id}"): ("admin", "webhook", {"active": False}, [READ, NEW]),
    ("DELETE", "/webhook-endpoints/{endpoint_id}"): ("admin", "webhook", None, STEP),
    ("POST", "/webhook-endpoints/{endpoint_id}/rotate-secret"): ("admin", "webhook", None, [READ, NEW]),
    ("GET", "/webhook-endpoints/{endpoint_id}/deliveries"): ("admin", "webhook", None, [READ, LIST]),
    ("POST", "/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/redeliver"): (
        "admin", "webhook", None, [BATCH, CHANGE],
    ),
    ("POST", "/payments/events"): ("guest", "order", "signed", [READ]),
    ("GET", "/reports/sales"): ("staff", "nothing", None, [LIST] * 4),
    ("GET", "/privacy/orders"): ("guest", "cart", None, [READ, LIST]),
}  # fmt: skip
QUERIES = {"/reports/sales": "?from=2026-11-01&to=2026-11-30"}


def test_every_route_has_its_cost():
    assert routes_of(app.app) == COSTS.keys()


@pytest.fixture
def there(shop, staff, aws, monkeypatch):
    """`there("shipped")`: what a path names once it has come so far."""

    def queue(name, url):
        monkeypatch.setattr(config, name, aws("sqs").create_queue(QueueName=url)["QueueUrl"])

    def delivered():
        order_id = bought(shop)
        staff.ships(order_id)
        staff.delivers(order_id)
        return order_id

    def make(stage):
        names = {"sku": "MUG", "method_id": "standard", "country": "DE", "code": "SPRING"}
        match stage:
            case "cart":
                shop.puts("MUG")
            case "order":
                names["order_id"] = bought(shop)
            case "shipped":
                names["order_id"] = bought(shop)
                staff.ships(names["order_id"])
            case "delivered":
                names["order_id"] = delivered()
            case "return" | "approved":
                names["order_id"] = delivered()
                asked = shop.post(f"/orders/{names['order_id']}/returns", ONE_MUG)
                names["return_id"] = asked.json["returns"][0]["id"]
                if stage == "approved":
                    staff.judges(names["order_id"], names["return_id"], "approve")
            case "discount":
                shop.api.post("/discounts", SPRING, role="staff")
            case "webhook":
                queue("WEBHOOK_QUEUE_URL", "webhooks")
                monkeypatch.setattr(sending, "post", lambda *_, **__: sending.Outcome(status=200))
                names["endpoint_id"] = shop.api.post("/webhook-endpoints", ENDPOINT, role="admin").json["id"]
                hears(message())
                path = f"/webhook-endpoints/{names['endpoint_id']}/deliveries"
                names["delivery_id"] = shop.api.get(path, role="admin").json["items"][0]["id"]
        return names

    return make


@pytest.mark.parametrize("route", COSTS, ids=" ".join)
def test_a_call_costs_what_its_row_says(shop, there, calls, shop_clock, route):
    method, path = route
    role, stage, body, expected = COSTS[route]
    names = there(stage)
    headers = {"Idempotency_Key": "a-key-of-its-own", "If_Match": "*"}
    match body:
        case "what is asked":
            body = shop.purchase()
        case "a guest's token":
            body = {"guest_access_token": token_for("guest", "orders")}
        case "signed":
            body = event(names["order_id"])
            headers["Stripe_Signature"] = signed(body, shop_clock)
    calls.clear()

    path = path.format(**names) + QUERIES.get(path, "")
    answer = shop.api.request(method, path, body, role=role, subject=f"usr_{role}", **headers)

    assert answer.status < 300, answer
    assert calls.dynamodb == expected
