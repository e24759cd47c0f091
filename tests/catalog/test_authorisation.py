"""Who may use what: every route of the app has a row here, and every role is tried on every route."""

import pytest

import app
from tests.support.authorisation import check_refusal_comes_first, check_roles, protected, routes_of

GUEST, CUSTOMER, STAFF, ADMIN, ORDERS, OTHER_SERVICE = ROLES = (
    "guest",
    "customer",
    "staff",
    "admin",
    "service:orders",
    "service:catalog",
)
ANYBODY = {*ROLES, None}
TEAM = {STAFF, ADMIN}
PEOPLE = {GUEST, CUSTOMER, STAFF, ADMIN}

ALLOWED = {
    ("GET", "/.well-known/jwks.json"): ANYBODY,
    ("GET", "/health"): ANYBODY,
    ("GET", "/health/dependencies"): ANYBODY,
    ("GET", "/openapi.json"): ANYBODY,
    ("GET", "/categories"): ANYBODY,
    ("POST", "/categories"): TEAM,
    ("PATCH", "/categories/{category_id}"): TEAM,
    ("DELETE", "/categories/{category_id}"): TEAM,
    ("GET", "/products"): ANYBODY,
    ("POST", "/products"): TEAM,
    ("GET", "/products/{product_id}"): ANYBODY,
    ("PATCH", "/products/{product_id}"): TEAM,
    ("DELETE", "/products/{product_id}"): TEAM,
    ("POST", "/products/{product_id}/variants"): TEAM,
    ("PATCH", "/products/{product_id}/variants/{sku}"): TEAM,
    ("DELETE", "/products/{product_id}/variants/{sku}"): TEAM,
    ("GET", "/variants"): ANYBODY,
    ("POST", "/products/{product_id}/images"): TEAM,
    ("POST", "/products/{product_id}/images/{image_id}/complete"): TEAM,
    ("PATCH", "/products/{product_id}/images/{image_id}"): TEAM,
    ("DELETE", "/products/{product_id}/images/{image_id}"): TEAM,
    ("GET", "/stock/{sku}"): TEAM,
    ("PUT", "/stock/{sku}"): TEAM,
    ("GET", "/stock"): TEAM,
    ("PUT", "/stock/{sku}/shards"): TEAM,
    ("GET", "/stock/{sku}/adjustments"): TEAM,
    ("POST", "/stock/{sku}/adjustments"): TEAM,
    ("PUT", "/reservations/{reservation_id}"): {ORDERS},
    ("GET", "/reservations/{reservation_id}"): {ORDERS},
    ("DELETE", "/reservations/{reservation_id}"): {ORDERS},
    ("POST", "/reservations/{reservation_id}/commit"): {ORDERS},
    ("POST", "/reservations/{reservation_id}/return"): {ORDERS},
    ("GET", "/products/{product_id}/reviews"): ANYBODY,
    ("POST", "/products/{product_id}/reviews"): {CUSTOMER},
    ("GET", "/products/{product_id}/own-review"): {CUSTOMER},
    ("PATCH", "/products/{product_id}/reviews/{review_id}"): {CUSTOMER},
    ("DELETE", "/products/{product_id}/reviews/{review_id}"): {CUSTOMER},
    ("GET", "/reviews"): TEAM,
    ("POST", "/reviews/{review_id}/publish"): TEAM,
    ("POST", "/reviews/{review_id}/reject"): TEAM,
    ("PUT", "/reviews/{review_id}/reply"): TEAM,
    ("POST", "/imports"): TEAM,
    ("GET", "/imports"): TEAM,
    ("GET", "/imports/{import_id}"): TEAM,
    ("POST", "/imports/{import_id}/start"): TEAM,
    ("POST", "/imports/{import_id}/stop"): TEAM,
    ("POST", "/exports"): TEAM,
    ("GET", "/exports/{export_id}"): TEAM,
    ("GET", "/privacy/catalog"): PEOPLE,
}


def test_every_route_has_a_row():
    assert routes_of(app.app) == ALLOWED.keys()


@pytest.mark.parametrize("route", ALLOWED)
def test_a_role_may_use_what_its_row_says(api, route):
    check_roles(api, route, ROLES, ALLOWED)


@pytest.mark.parametrize("route", protected(ALLOWED))
def test_a_refusal_comes_before_any_look_at_the_body(api, route):
    check_refusal_comes_first(api, route)


@pytest.mark.parametrize("role", [None, "guest", "customer"])
@pytest.mark.parametrize("status", ["draft", "active", "archived", "all"])
def test_only_staff_may_ask_for_a_status(api, role, status):
    assert api.get(f"/products?status={status}", role=role).status == 403
    assert api.get(f"/products?status=x{status}&limit=0&cursor=x", role=role).status == 403
    assert api.get(f"/products?status={status}", role="staff").status == 200
