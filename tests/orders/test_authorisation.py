"""Who may use what: every route of the app has a row here, and every role is tried on every route."""

import pytest

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
    ("POST", "/orders/{order_id}/cancel"): PEOPLE,
    ("GET", "/shipping-methods"): ANYBODY,
    ("GET", "/tax-rates/{country}"): ANYBODY,
    ("POST", "/payments/events"): ANYBODY,
}
FOREIGN = [("GET", "/orders/{}"), ("GET", "/orders/{}/events"), ("POST", "/orders/{}/cancel")]


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
def test_a_role_may_use_what_its_row_says(api, catalog, provider, method, path):
    answers = {role: api.request(method, address(path), role=role) for role in (*ROLES, None)}
    refused = {role for role, answer in answers.items() if answer.code in ("forbidden", "token_missing")}

    assert refused == {*ROLES, None} - ALLOWED[method, path]
    assert all(answers[role].status == (403 if role else 401) for role in refused)


@pytest.mark.parametrize(("method", "path"), [route for route, allowed in ALLOWED.items() if None not in allowed])
def test_a_refusal_comes_before_any_look_at_the_body(api, method, path):
    answer = api.request(method, address(path), b"{not json", Content_Type="text/plain")

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


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
@pytest.mark.parametrize("filters", ["status=pending", "customer_id=usr_guest", "email=ann@example.test"])
def test_only_staff_may_ask_for_others_orders(api, role, filters):
    assert api.get(f"/orders?{filters}", role=role).status == 403
    assert api.get(f"/orders?{filters}", role="staff").status == 200
