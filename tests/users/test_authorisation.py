"""Who may use what: every route of the app has a row here, and every role is tried on every route."""

import pytest

import app
from tests.support.authorisation import check_refusal_comes_first, check_roles, protected, routes_of

GUEST, CUSTOMER, STAFF, ADMIN, SERVICE = ROLES = ("guest", "customer", "staff", "admin", "service:orders")
ANYBODY = {*ROLES, None}
USERS = {GUEST, CUSTOMER, STAFF, ADMIN}
ACCOUNT_HOLDERS = {CUSTOMER, STAFF, ADMIN}
EMPLOYEES = {STAFF, ADMIN}

ALLOWED = {
    ("GET", "/.well-known/jwks.json"): ANYBODY,
    ("GET", "/health"): ANYBODY,
    ("GET", "/health/dependencies"): ANYBODY,
    ("GET", "/openapi.json"): ANYBODY,
    ("POST", "/users"): ANYBODY,
    ("POST", "/email-verifications"): ANYBODY,
    ("POST", "/email-verifications/confirm"): ANYBODY,
    ("POST", "/sessions"): ANYBODY,
    ("POST", "/sessions/external"): ANYBODY,
    ("POST", "/sessions/guest"): ANYBODY,
    ("POST", "/sessions/refresh"): ANYBODY,
    ("GET", "/sessions"): USERS,
    ("DELETE", "/sessions"): USERS,
    ("DELETE", "/sessions/current"): USERS,
    ("DELETE", "/sessions/{session_id}"): USERS,
    ("POST", "/password-resets"): ANYBODY,
    ("POST", "/password-resets/confirm"): ANYBODY,
    ("GET", "/privacy/users"): USERS,
    ("DELETE", "/users/me"): ACCOUNT_HOLDERS,
    ("PUT", "/users/me/password"): ACCOUNT_HOLDERS,
    ("PUT", "/users/me/email"): ACCOUNT_HOLDERS,
    ("GET", "/users"): EMPLOYEES,
    ("GET", "/users/{user_id}"): EMPLOYEES,
    ("PUT", "/users/{user_id}/role"): {ADMIN},
    ("POST", "/users/{user_id}/disable"): {ADMIN},
    ("POST", "/users/{user_id}/enable"): {ADMIN},
    ("GET", "/users/me"): ACCOUNT_HOLDERS,
    ("PATCH", "/users/me"): ACCOUNT_HOLDERS,
    ("GET", "/users/me/addresses"): ACCOUNT_HOLDERS,
    ("POST", "/users/me/addresses"): ACCOUNT_HOLDERS,
    ("GET", "/users/me/addresses/{address_id}"): ACCOUNT_HOLDERS,
    ("PUT", "/users/me/addresses/{address_id}"): ACCOUNT_HOLDERS,
    ("DELETE", "/users/me/addresses/{address_id}"): ACCOUNT_HOLDERS,
    ("POST", "/users/me/avatar"): ACCOUNT_HOLDERS,
    ("POST", "/users/me/avatar/complete"): ACCOUNT_HOLDERS,
}


def test_every_route_has_a_row():
    assert routes_of(app.app) == ALLOWED.keys()


@pytest.mark.parametrize("route", ALLOWED)
def test_a_role_may_use_what_its_row_says(api, post, route):
    check_roles(api, route, ROLES, ALLOWED)


@pytest.mark.parametrize("route", protected(ALLOWED))
def test_a_refusal_comes_before_any_look_at_the_body(api, route):
    check_refusal_comes_first(api, route)
