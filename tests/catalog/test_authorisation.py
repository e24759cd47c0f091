"""Who may use what: every route of the app has a row here, and every role is tried on every route."""

import pytest

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
    ("POST", "/stock/{sku}/adjustments"): TEAM,
    ("PUT", "/reservations/{reservation_id}"): {ORDERS},
    ("GET", "/reservations/{reservation_id}"): {ORDERS},
    ("DELETE", "/reservations/{reservation_id}"): {ORDERS},
    ("POST", "/reservations/{reservation_id}/commit"): {ORDERS},
    ("POST", "/reservations/{reservation_id}/return"): {ORDERS},
}


def routes():
    import app

    return {
        (method, path): entry.view_function.operation
        for path, entries in app.app.routes.items()
        for method, entry in entries.items()
        if method != "HEAD" and hasattr(entry.view_function, "operation") and not entry.view_function.operation.hidden
    }


def address(path):
    return path.replace("{", "").replace("}", "")


def test_every_route_has_a_row():
    assert routes().keys() == ALLOWED.keys()


@pytest.mark.parametrize(("method", "path"), ALLOWED)
def test_a_role_may_use_what_its_row_says(api, method, path):
    answers = {role: api.request(method, address(path), role=role) for role in (*ROLES, None)}
    refused = {role for role, answer in answers.items() if answer.code in ("forbidden", "token_missing")}

    assert refused == {*ROLES, None} - ALLOWED[method, path]
    assert all(answers[role].status == (403 if role else 401) for role in refused)


@pytest.mark.parametrize(("method", "path"), [route for route, allowed in ALLOWED.items() if None not in allowed])
def test_a_refusal_comes_before_any_look_at_the_body(api, method, path):
    answer = api.request(method, address(path), b"{not json", Content_Type="text/plain")

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("role", [None, "guest", "customer"])
@pytest.mark.parametrize("status", ["draft", "active", "archived", "all"])
def test_only_staff_may_ask_for_a_status(api, role, status):
    assert api.get(f"/products?status={status}", role=role).status == 403
    assert api.get(f"/products?status={status}", role="staff").status == 200
