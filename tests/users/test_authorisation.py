"""Who may use what: every route of the app has a row here, and every role is tried on every route."""

import pytest

GUEST, CUSTOMER, STAFF, ADMIN, SERVICE = ROLES = ("guest", "customer", "staff", "admin", "service:orders")
ANYBODY = {*ROLES, None}
USERS = {GUEST, CUSTOMER, STAFF, ADMIN}
ACCOUNT_HOLDERS = {CUSTOMER, STAFF, ADMIN}

ALLOWED = {
    ("GET", "/.well-known/jwks.json"): ANYBODY,
    ("GET", "/health"): ANYBODY,
    ("GET", "/health/dependencies"): ANYBODY,
    ("GET", "/openapi.json"): ANYBODY,
    ("POST", "/users"): ANYBODY,
    ("POST", "/email-verifications"): ANYBODY,
    ("POST", "/email-verifications/confirm"): ANYBODY,
    ("POST", "/sessions"): ANYBODY,
    ("POST", "/sessions/guest"): ANYBODY,
    ("POST", "/sessions/refresh"): ANYBODY,
    ("GET", "/sessions"): USERS,
    ("DELETE", "/sessions"): USERS,
    ("DELETE", "/sessions/current"): USERS,
    ("DELETE", "/sessions/{session_id}"): USERS,
    ("GET", "/users/me"): ACCOUNT_HOLDERS,
    ("PATCH", "/users/me"): ACCOUNT_HOLDERS,
}


def routes():
    import app

    return {
        (method, path): entry.view_function.operation
        for path, entries in app.app.routes.items()
        for method, entry in entries.items()
        if method != "HEAD" and hasattr(entry.view_function, "operation") and not entry.view_function.operation.hidden
    }


def test_every_route_has_a_row():
    assert routes().keys() == ALLOWED.keys()


@pytest.mark.parametrize("role", [*ROLES, None])
@pytest.mark.parametrize(("method", "path"), ALLOWED)
def test_a_role_may_use_what_its_row_says(api, post, method, path, role):
    answer = api.request(method, path.replace("{session_id}", "ses_x"), role=role)
    refused = (answer.status, answer.code) in [(403, "forbidden"), (401, "token_missing")]

    assert refused == (role not in ALLOWED[method, path]), answer
    if refused:
        assert answer.status == (403 if role else 401)


@pytest.mark.parametrize(("method", "path"), [route for route, allowed in ALLOWED.items() if None not in allowed])
def test_a_refusal_comes_before_any_look_at_the_body(api, method, path):
    answer = api.request(method, path.replace("{session_id}", "ses_x"), b"{not json", Content_Type="text/plain")

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
