"""Who may use what: every route of the app has a row here, and every role is tried on every route."""

import pytest

import app
from tests.support.authorisation import check_refusal_comes_first, check_roles, protected, routes_of

GUEST, CUSTOMER, STAFF, ADMIN, CATALOG = ROLES = ("guest", "customer", "staff", "admin", "service:catalog")
ANYBODY = {*ROLES, None}
SHOPPERS = {GUEST, CUSTOMER}
PEOPLE = {GUEST, CUSTOMER, STAFF, ADMIN}

ALLOWED = {
    ("GET", "/.well-known/jwks.json"): ANYBODY,
    ("GET", "/health"): ANYBODY,
    ("GET", "/health/dependencies"): ANYBODY,
    ("GET", "/openapi.json"): ANYBODY,
    ("GET", "/cart"): SHOPPERS,
    ("DELETE", "/cart"): SHOPPERS,
    ("PUT", "/cart/items/{sku}"): SHOPPERS,
    ("DELETE", "/cart/items/{sku}"): SHOPPERS,
    ("POST", "/cart/merge"): {CUSTOMER},
    ("POST", "/checkout/quote"): SHOPPERS,
    ("POST", "/orders"): SHOPPERS,
    ("GET", "/orders"): PEOPLE,
    ("GET", "/orders/{order_id}"): PEOPLE,
    ("GET", "/orders/{order_id}/events"): PEOPLE,
    ("GET", "/orders/{order_id}/invoice"): PEOPLE,
    ("POST", "/orders/{order_id}/cancel"): PEOPLE,
    ("POST", "/orders/{order_id}/shipments"): {STAFF, ADMIN},
    ("POST", "/orders/{order_id}/deliver"): {STAFF, ADMIN},
    ("POST", "/orders/{order_id}/refunds"): {STAFF, ADMIN},
    ("POST", "/orders/{order_id}/returns"): PEOPLE,
    ("POST", "/orders/{order_id}/returns/{return_id}/approve"): {STAFF, ADMIN},
    ("POST", "/orders/{order_id}/returns/{return_id}/reject"): {STAFF, ADMIN},
    ("POST", "/orders/{order_id}/returns/{return_id}/receive"): {STAFF, ADMIN},
    ("GET", "/discounts"): {STAFF, ADMIN},
    ("POST", "/discounts"): {STAFF, ADMIN},
    ("GET", "/discounts/{code}"): {STAFF, ADMIN},
    ("PATCH", "/discounts/{code}"): {STAFF, ADMIN},
    ("DELETE", "/discounts/{code}"): {STAFF, ADMIN},
    ("GET", "/shipping-methods"): ANYBODY,
    ("PUT", "/shipping-methods/{method_id}"): {ADMIN},
    ("DELETE", "/shipping-methods/{method_id}"): {ADMIN},
    ("GET", "/tax-rates"): ANYBODY,
    ("GET", "/tax-rates/{country}"): ANYBODY,
    ("PUT", "/tax-rates/{country}"): {ADMIN},
    ("GET", "/webhook-endpoints"): {ADMIN},
    ("POST", "/webhook-endpoints"): {ADMIN},
    ("GET", "/webhook-endpoints/{endpoint_id}"): {ADMIN},
    ("PATCH", "/webhook-endpoints/{endpoint_id}"): {ADMIN},
    ("DELETE", "/webhook-endpoints/{endpoint_id}"): {ADMIN},
    ("POST", "/webhook-endpoints/{endpoint_id}/rotate-secret"): {ADMIN},
    ("GET", "/webhook-endpoints/{endpoint_id}/deliveries"): {ADMIN},
    ("POST", "/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/redeliver"): {ADMIN},
    ("POST", "/payments/events"): ANYBODY,
    ("GET", "/reports/sales"): {STAFF, ADMIN},
    ("GET", "/privacy/orders"): PEOPLE,
}
FOREIGN = [
    ("GET", "/orders/{}/invoice"),
    ("GET", "/orders/{}"),
    ("GET", "/orders/{}/events"),
    ("POST", "/orders/{}/cancel"),
]


def test_every_route_has_a_row():
    assert routes_of(app.app) == ALLOWED.keys()


@pytest.mark.parametrize("route", ALLOWED)
def test_a_role_may_use_what_its_row_says(api, catalog, provider, route):
    check_roles(api, route, ROLES, ALLOWED)


@pytest.mark.parametrize("route", protected(ALLOWED))
def test_a_refusal_comes_before_any_look_at_the_body(api, route):
    check_refusal_comes_first(api, route)


@pytest.mark.parametrize(("method", "path"), FOREIGN)
def test_somebody_elses_order_looks_like_none_at_all(shop, method, path):
    shop.puts("MUG")
    order_id = shop.buys().json["id"]
    trace = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    other = {"role": "guest", "subject": "usr_other"}

    foreign = shop.api.request(method, path.format(order_id), **other, **trace)
    unknown = shop.api.request(method, path.format("ord_none"), **other, **trace)

    assert (foreign.status, foreign.text) == (404, unknown.text)
    assert shop.order(order_id)["status"] == "confirmed"


@pytest.mark.parametrize("role", ["guest", "customer"])
@pytest.mark.parametrize(
    "filters", ["status=pending", "customer_id=usr_guest", "email=ann@example.test", "day=2026-11-23"]
)
def test_only_staff_may_ask_for_others_orders(api, role, filters):
    assert api.get(f"/orders?{filters}", role=role).status == 403
    assert api.get(f"/orders?{filters}*&limit=0&cursor=x", role=role).status == 403
    assert api.get(f"/orders?{filters}", role="staff").status == 200
